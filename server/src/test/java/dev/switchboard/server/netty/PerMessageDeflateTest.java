package dev.switchboard.server.netty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.server.engine.OutboundMessage;
import dev.switchboard.server.engine.WebSocketLink;
import dev.switchboard.server.netty.RawClient.Frame;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(NoBufferLeaks.class)
class PerMessageDeflateTest {
  private static final String OFFER = "permessage-deflate; client_max_window_bits";

  private final RunningServer server =
      new RunningServer(
          engine -> engine.compression(compression -> compression.webSocket(true)),
          builder -> builder);

  @AfterEach
  void stop() {
    server.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "permessage-deflate                                         | true",
        "permessage-deflate; client_max_window_bits                 | true",
        "permessage-deflate; client_max_window_bits=10              | true",
        "permessage-deflate; server_no_context_takeover             | true",
        "permessage-deflate; server_max_window_bits=15              | true",
        "permessage-deflate; server_max_window_bits=10              | false",
        "permessage-deflate; server_max_window_bits=10, permessage-deflate | true",
        "permessage-deflate; client_max_window_bits=7               | false",
        "permessage-deflate; unknown                                | false",
        "permessage-deflate; server_no_context_takeover; server_no_context_takeover | false",
        "x-webkit-deflate-frame                                     | false",
      })
  void agreesToOffersThatItCanKeep(String offer, boolean agrees) throws IOException {
    try (RawClient client = new RawClient(server.address)) {
      assertThat(open(client, offer))
          .isEqualTo(
              agrees
                  ? "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
                  : null);
    }
  }

  @Test
  void readsCompressedMessagesWholeAndInFragments() throws Exception {
    try (RawClient client = new RawClient(server.address)) {
      open(client, OFFER);
      String text = "hello ".repeat(2_000);
      byte[] data = deflate(text.getBytes(StandardCharsets.UTF_8));
      for (int i = 0; i < 3; i++) {
        client.frame(0xc1, data);
        assertThat(client.readFrame().text()).isEqualTo(text);
      }
      client.frame(0x41, Arrays.copyOf(data, 10));
      client.frame(0x80, Arrays.copyOfRange(data, 10, data.length));
      assertThat(client.readFrame().text()).isEqualTo(text);
      client.text("plain");
      assertThat(client.readFrame().text()).isEqualTo("plain");
      client.frame(0xc2, deflate(new byte[0]));
      assertThat(client.readFrame().payload()).isEmpty();
    }
  }

  @Test
  void compressesLongMessagesUnlessToldNotTo() throws Exception {
    try (RawClient client = new RawClient(server.address)) {
      open(client, OFFER);
      WebSocketLink link = server.engine.links.poll(5, TimeUnit.SECONDS);
      String text = "x".repeat(3_000);
      byte[] bytes = new byte[200_000];
      link.loop()
          .execute(
              () -> {
                link.write(OutboundMessage.text(text), 4);
                link.write(OutboundMessage.text(text).compress(false), 4);
                link.write(OutboundMessage.text("short"), 4);
                link.write(
                    OutboundMessage.of(text.getBytes(StandardCharsets.UTF_8), List.of(bytes)), 3);
                link.flush();
              });
      Frame first = client.readFrame();
      assertThat(first.first()).isEqualTo(0xc1);
      assertThat(first.payload()).hasSizeLessThan(100);
      assertThat(new String(inflate(first.payload()), StandardCharsets.UTF_8))
          .isEqualTo("4" + text);
      assertThat(client.readFrame().text()).isEqualTo("4" + text);
      assertThat(client.readFrame().text()).isEqualTo("4short");
      assertThat(client.readFrame().first()).isEqualTo(0xc1);
      Frame binary = client.readFrame();
      assertThat(binary.first()).isEqualTo(0xc2);
      byte[] inflated = inflate(binary.payload());
      assertThat(inflated.length).isEqualTo(200_001);
      assertThat(inflated[0]).isEqualTo((byte) 4);
    }
  }

  @Test
  void takesAMessageOfTheGreatestSizeAndNoGreater() throws Exception {
    try (RawClient client = new RawClient(server.address)) {
      open(client, OFFER);
      client.frame(0xc2, deflate(new byte[1_000_000]));
      assertThat(inflate(client.readFrame().payload()).length).isEqualTo(1_000_000);
      client.frame(0xc2, deflate(new byte[1_000_001]));
      assertThat(client.readFrame().closeCode()).isEqualTo(1009);
    }
    try (RawClient client = new RawClient(server.address)) {
      open(client, OFFER);
      byte[] bomb = deflate(new byte[100_000_000]);
      client.frame(0xc2, bomb);
      assertThat(client.readFrame().closeCode()).isEqualTo(1009);
    }
  }

  @Test
  void closesOnDataThatIsNotCompressed() throws IOException {
    try (RawClient client = new RawClient(server.address)) {
      open(client, OFFER);
      client.frame(0xc2, new byte[] {(byte) 0xff, (byte) 0xff, 1});
      assertThat(client.readFrame().closeCode()).isEqualTo(1007);
    }
    try (RawClient client = new RawClient(server.address)) {
      open(client, OFFER);
      client.frame(0xc9, new byte[0]);
      assertThat(client.readFrame().closeCode()).isEqualTo(1002);
    }
  }

  private static String open(RawClient client, String offer) throws IOException {
    client.send(
        RawClient.UPGRADE.replace("Host: a", "Host: a\r\nSec-WebSocket-Extensions: " + offer));
    return client.readHead().header("sec-websocket-extensions");
  }

  private static byte[] deflate(byte[] data) {
    Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    byte[] out = new byte[data.length / 100 + 1_000];
    deflater.setInput(data);
    int size = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
    deflater.end();
    return Arrays.copyOf(out, size - 4);
  }

  private static byte[] inflate(byte[] data) throws DataFormatException {
    Inflater inflater = new Inflater(true);
    byte[] input = Arrays.copyOf(data, data.length + 4);
    input[data.length + 2] = (byte) 0xff;
    input[data.length + 3] = (byte) 0xff;
    inflater.setInput(input);
    byte[] out = new byte[1_100_000];
    int size = inflater.inflate(out);
    inflater.end();
    return Arrays.copyOf(out, size);
  }
}
