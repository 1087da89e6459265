package dev.switchboard.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutboundMessageTest {
  private static final OutboundMessage MIXED =
      OutboundMessage.of("€".getBytes(StandardCharsets.UTF_8), List.of(bytes(1, 2), bytes()));

  @Test
  void aTextIsATextFrameAfterItsType() {
    assertThat(hex(OutboundMessage.text("hi").webSocketFrames(4))).isEqualTo("8103346869");
    assertThat(hex(OutboundMessage.text("hi").webSocketFrames(3))).isEqualTo("8103346869");
  }

  @Test
  void binaryIsABinaryFrameAndHasATypeInRevision3() {
    assertThat(hex(MIXED.webSocketFrames(4))).isEqualTo("810434e282ac" + "82020102" + "8200");
    assertThat(hex(MIXED.webSocketFrames(3))).isEqualTo("810434e282ac" + "8203040102" + "820104");
  }

  @ParameterizedTest
  @CsvSource({
    "124, 817d",
    "125, 817e007e",
    "65534, 817effff",
    "65535, 817f0000000000010000",
  })
  void aFramesLengthTakesAsManyBytesAsItNeeds(int textLength, String header) {
    byte[] frame = OutboundMessage.text("x".repeat(textLength)).webSocketFrames(4);

    assertThat(hex(frame)).startsWith(header + "3478");
    assertThat(frame).hasSize(header.length() / 2 + 1 + textLength);
  }

  @Test
  void aPollingPayloadHasBinaryAsBase64() {
    assertThat(new String(MIXED.pollingPayload(), StandardCharsets.UTF_8))
        .isEqualTo("4€\u001ebAQI=\u001eb");
    assertThat(
            new String(
                OutboundMessage.binary(bytes(1, 2)).pollingPayload(), StandardCharsets.UTF_8))
        .isEqualTo("bAQI=");
  }

  @Test
  void theSizeIsThatOfAllParts() {
    assertThat(MIXED.sizeBytes()).isEqualTo(5);
    assertThat(MIXED.text()).asString(StandardCharsets.UTF_8).isEqualTo("€");
    assertThat(MIXED.binary()).hasSize(2);
  }

  @Test
  void wireFormsAreBuiltOnceAndSharedByVariants() {
    OutboundMessage plain = MIXED.compress(false);

    assertThat(plain.compressed()).isFalse();
    assertThat(plain.compress(false)).isSameAs(plain);
    assertThat(plain.compress(true).compressed()).isTrue();
    assertThat(plain.webSocketFrames(4)).isSameAs(MIXED.webSocketFrames(4));
    assertThat(plain.webSocketFrames(3)).isSameAs(MIXED.webSocketFrames(3));
    assertThat(MIXED.pollingPayload()).isSameAs(plain.pollingPayload());
    OutboundMessage text = OutboundMessage.text("a");
    assertThat(text.webSocketFrames(3)).isSameAs(text.webSocketFrames(4));
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
