package dev.switchboard.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class NumberedEventTest {

  @Test
  void isOneMaskedTextFrameWithTheNumberAtTheArgumentsStart() {
    byte[] frame = new NumberedEvent("echo", 10).frame(1_234);

    assertThat(frame[0]).isEqualTo((byte) 0x81);
    assertThat(unmasked(frame)).isEqualTo("42[\"echo\",\"00001234xx\"]");
  }

  @Test
  void replacesTheNumberThatTheFrameHadBefore() {
    NumberedEvent event = new NumberedEvent("msg", 8);
    event.frame(98_765_432);

    assertThat(unmasked(event.frame(7))).isEqualTo("42[\"msg\",\"00000007\"]");
  }

  @Test
  void masksTheNumberInAFrameWithALongHeaderToo() {
    byte[] frame = new NumberedEvent("msg", 200).frame(42);

    assertThat(frame[1]).isEqualTo((byte) (0x80 | 126));
    assertThat(unmasked(frame)).startsWith("42[\"msg\",\"00000042xxx").endsWith("x\"]");
  }

  @Test
  void readsTheNumberOfADelivery() {
    ByteBuffer in = ByteBuffer.wrap("..42[\"msg\",\"00000815\"]".getBytes(StandardCharsets.UTF_8));

    assertThat(NumberedEvent.number(in, 2 + NumberedEvent.prefix("msg").length())).isEqualTo(815);
  }

  private static String unmasked(byte[] frame) {
    int length = frame[1] & 0x7f;
    int mask = 2;
    if (length == 126) {
      length = (frame[2] & 0xff) << 8 | (frame[3] & 0xff);
      mask = 4;
    }
    byte[] payload = new byte[length];
    for (int i = 0; i < length; i++) {
      payload[i] = (byte) (frame[mask + 4 + i] ^ frame[mask + (i & 3)]);
    }
    assertThat(frame).hasSize(mask + 4 + length);
    return new String(payload, StandardCharsets.UTF_8);
  }
}
