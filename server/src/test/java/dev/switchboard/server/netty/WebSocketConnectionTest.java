package dev.switchboard.server.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.server.engine.OutboundMessage;
import dev.switchboard.server.engine.WebSocketLink;
import dev.switchboard.server.engine.WebSocketListener;
import dev.switchboard.server.netty.RawClient.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoBufferLeaks.class)
class WebSocketConnectionTest {
  private final RunningServer server = new RunningServer();

  @AfterEach
  void stop() {
    server.close();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "F01 unmasked            | 81 01 61                               | 1002",
        "F02 RSV1                | c1 80 00000000                         | 1002",
        "F03 RSV2                | a1 80 00000000                         | 1002",
        "F04 RSV3                | 91 80 00000000                         | 1002",
        "F05 opcode 3            | 83 80 00000000                         | 1002",
        "F06 opcode 11           | 8b 80 00000000                         | 1002",
        "F07 continuation first  | 80 80 00000000                         | 1002",
        "F08 text in fragments   | 01 80 00000000 81 80 00000000          | 1002",
        "F09 fragmented ping     | 09 80 00000000                         | 1002",
        "F10 ping of 126 bytes   | 89 fe 007e 00000000                    | 1002",
        "F13 close, empty        | 88 80 00000000                         | 0",
        "F14 close of 1 byte     | 88 81 00000000 03                      | 1002",
        "F15 close 1000          | 88 82 00000000 03e8                    | 1000",
        "F16 close 1005          | 88 82 00000000 03ed                    | 1002",
        "F17 close 999           | 88 82 00000000 03e7                    | 1002",
        "F18 close 5000          | 88 82 00000000 1388                    | 1002",
        "F19 close, bad UTF-8    | 88 83 00000000 03e8 ff                 | 1007",
        "F20 close 3000          | 88 82 00000000 0bb8                    | 3000",
        "F21 bad UTF-8           | 81 81 00000000 ff                      | 1007",
        "F22 surrogate           | 81 83 00000000 eda080                  | 1007",
        "F23 overlong            | 81 82 00000000 c0af                    | 1007",
        "F24 1,000,001 bytes     | 82 ff 00000000000f4241 00000000        | 1009",
        "F25 2^62 bytes          | 82 ff 4000000000000000 00000000        | 1009",
        "F26 msb set             | 82 ff 8000000000000000 00000000        | 1009",
        "F30 16 bits for 1 byte  | 82 fe 0001 00000000 61                 | 1002",
        "F30 64 bits for 1 byte  | 82 ff 0000000000000001 00000000 61     | 1002",
      })
  void closesWithTheCode(String row, String frames, int code) throws IOException {
    for (boolean byteByByte : new boolean[] {false, true}) {
      try (RawClient client = RawClient.webSocket(server.address)) {
        if (byteByByte) {
          for (String octet : frames.replace(" ", "").split("(?<=\\G..)", -1)) {
            client.sendHex(octet);
          }
        } else {
          client.sendHex(frames);
        }
        Frame close = client.readFrame();
        assertThat(close.first()).isEqualTo(0x88);
        assertThat(close.closeCode()).isEqualTo(code);
        assertThat(client.readToEnd()).isZero();
      }
    }
    boolean clean = code == 0 || code == 1000 || code == 3000;
    await().until(() -> server.engine.closed.size() == 2);
    assertThat(server.engine.closed)
        .allMatch(reason -> reason.startsWith(clean ? "clean" : "error"));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 9, 125, 126, 127, 65_535, 65_536, 70_001, 1_000_000})
  void returnsMessagesOfEverySize(int size) throws IOException {
    byte[] data = new byte[size];
    for (int i = 0; i < size; i++) {
      data[i] = (byte) (i * 31);
    }
    String text = "€".repeat(size / 3) + "a".repeat(size % 3);
    try (RawClient client = RawClient.webSocket(server.address)) {
      client.frame(0x82, data);
      Frame binary = client.readFrame();
      assertThat(binary.opcode()).isEqualTo(2);
      assertThat(binary.payload()).isEqualTo(data);
      client.text(text);
      assertThat(client.readFrame().text()).isEqualTo(text);
    }
  }

  @Test
  void takesMessagesInFragmentsWithPingsBetweenThem() throws IOException {
    try (RawClient client = RawClient.webSocket(server.address)) {
      client
          .frame(0x01, new byte[] {'a', (byte) 0xe2})
          .frame(0x89, new byte[] {7})
          .frame(0x00, new byte[] {(byte) 0x82})
          .frame(0x8a, new byte[] {8})
          .frame(0x80, new byte[] {(byte) 0xac});
      Frame pong = client.readFrame();
      assertThat(pong.opcode()).isEqualTo(10);
      assertThat(pong.payload()).containsExactly(7);
      assertThat(client.readFrame().text()).isEqualTo("a€");
    }
  }

  @Test
  void takesFramesInPiecesOfAnySize() throws IOException {
    byte[] message = "0123456789".repeat(30).getBytes(StandardCharsets.UTF_8);
    byte[] frame = RawClient.masked(0x82, message);
    for (int size : List.of(1, 2, 3, 5, 7, 13, 100, 307)) {
      try (RawClient client = RawClient.webSocket(server.address)) {
        for (int at = 0; at < frame.length; at += size) {
          client.send(Arrays.copyOfRange(frame, at, Math.min(frame.length, at + size)));
        }
        assertThat(client.readFrame().payload()).isEqualTo(message);
      }
    }
  }

  @Test
  void readsFramesThatCameWithTheHandshake() throws IOException {
    try (RawClient client = new RawClient(server.address)) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      all.write(RawClient.UPGRADE.getBytes(StandardCharsets.US_ASCII));
      all.write(RawClient.masked(0x81, "early".getBytes(StandardCharsets.UTF_8)));
      client.send(all.toByteArray());
      assertThat(client.readHead().status()).isEqualTo(101);
      assertThat(client.readFrame().text()).isEqualTo("early");
    }
  }

  @Test
  void boundsTheFragmentsOfAMessageInSumNumberAndTime() throws IOException {
    try (RawClient client = RawClient.webSocket(server.address)) {
      client.frame(0x02, new byte[600_000]).frame(0x80, new byte[400_001]);
      assertThat(client.readFrame().closeCode()).isEqualTo(1009);
    }
    try (RawClient client = RawClient.webSocket(server.address)) {
      client.frame(0x02, new byte[600_000]).frame(0x80, new byte[400_000]);
      assertThat(client.readFrame().payload()).hasSize(1_000_000);
    }
    try (RawClient client = RawClient.webSocket(server.address)) {
      client.frame(0x01, new byte[0]);
      for (int i = 0; i < 1_022; i++) {
        client.frame(0x00, new byte[0]);
      }
      client.frame(0x80, new byte[] {'a'});
      assertThat(client.readFrame().text()).isEqualTo("a");
      client.frame(0x01, new byte[0]);
      for (int i = 0; i < 1_024; i++) {
        client.frame(0x00, new byte[0]);
      }
      assertThat(client.readFrame().closeCode()).isEqualTo(1008);
    }
    try (RunningServer own =
            new RunningServer(
                engine -> engine.limits(limits -> limits.fragmentTimeout(Duration.ofMillis(200))),
                builder -> builder);
        RawClient client = RawClient.webSocket(own.address)) {
      client.frame(0x01, new byte[] {'a'});
      assertThat(client.readFrame().closeCode()).isEqualTo(1008);
    }
  }

  @Test
  void ignoresWhatComesAfterTheClose() throws IOException {
    try (RawClient client = RawClient.webSocket(server.address)) {
      client.sendHex("88 82 00000000 03e8 81 81 00000000 61 89 80 00000000");
      assertThat(client.readFrame().closeCode()).isEqualTo(1000);
      assertThat(client.readToEnd()).isZero();
      await().until(() -> server.engine.closed.size() == 1);
      assertThat(server.engine.closed).containsExactly("clean ");
    }
  }

  @Test
  void countsACutConnectionAsClosed() throws Exception {
    try (RawClient client = RawClient.webSocket(server.address)) {
      client.text("a");
      client.readFrame();
      client.socket().setSoLinger(true, 0);
    }
    await().until(() -> server.engine.closed.size() == 1);
    assertThat(server.engine.closed).containsExactly("clean ");
  }

  @Test
  void answersPingsInABurst() throws IOException {
    try (RawClient client = RawClient.webSocket(server.address)) {
      ByteArrayOutputStream pings = new ByteArrayOutputStream();
      for (int i = 0; i < 500; i++) {
        pings.write(RawClient.masked(0x89, new byte[] {(byte) i}));
      }
      client.send(pings.toByteArray());
      for (int i = 0; i < 500; i++) {
        assertThat(client.readFrame().payload()).containsExactly((byte) i);
      }
    }
  }

  @Test
  void closesAClientThatPingsAndNeverReads() throws Exception {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4_096);
    socket.connect(server.address);
    try (RawClient client = new RawClient(socket)) {
      client.send(RawClient.UPGRADE);
      assertThat(client.readHead().status()).isEqualTo(101);
      byte[] pings = new byte[131 * 500];
      byte[] ping = RawClient.masked(0x89, new byte[125]);
      for (int i = 0; i < 500; i++) {
        System.arraycopy(ping, 0, pings, i * 131, 131);
      }
      WebSocketLink link = server.engine.links.poll(5, TimeUnit.SECONDS);
      Thread flood =
          new Thread(
              () -> {
                try {
                  while (true) {
                    client.send(pings);
                  }
                } catch (IOException closed) {
                  // That is what the test waits for.
                }
              });
      flood.start();
      await().atMost(Duration.ofSeconds(20)).until(() -> server.engine.closed.size() == 1);
      assertThat(server.engine.closed.peek()).startsWith("error Too many pings");
      flood.join(10_000);
      assertThat(flood.isAlive()).isFalse();
      assertThat(link.writable()).isFalse();
    }
  }

  @Test
  void gathersWhatOneFlushWritesIntoOneBuffer() {
    EmbeddedChannel channel = new EmbeddedChannel();
    var link =
        new WebSocketConnection(
            channel,
            new NettyEventLoop(channel.eventLoop()),
            server.parts(),
            into(new ArrayList<>()),
            false);
    channel.pipeline().addLast(link);
    for (int i = 0; i < 16; i++) {
      link.write(OutboundMessage.text("x".repeat(64)), 4);
    }
    link.write("2");
    assertThat(channel.outboundMessages()).isEmpty();
    link.flush();
    assertThat(channel.outboundMessages()).hasSize(1);
    ByteBuf written = channel.readOutbound();
    assertThat(written.readableBytes()).isEqualTo(16 * 67 + 3);
    written.release();
    link.flush();
    assertThat(channel.outboundMessages()).isEmpty();
    channel.finishAndReleaseAll();
  }

  @Test
  void readsNoMoreBeforeWhatCameWhileItWasStoppedIsDone() {
    EmbeddedChannel channel = new EmbeddedChannel();
    List<String> texts = new ArrayList<>();
    var link =
        new WebSocketConnection(
            channel, new NettyEventLoop(channel.eventLoop()), server.parts(), into(texts), false);
    channel.pipeline().addLast(link);
    link.open();
    channel.runPendingTasks();
    link.reading(false);
    assertThat(channel.config().isAutoRead()).isFalse();
    channel.writeInbound(Unpooled.wrappedBuffer(RawClient.masked(0x81, new byte[] {'a'})));
    link.reading(true);
    assertThat(channel.config().isAutoRead()).isFalse();
    assertThat(texts).isEmpty();
    channel.runPendingTasks();
    assertThat(texts).containsExactly("a");
    assertThat(channel.config().isAutoRead()).isTrue();
    channel.finishAndReleaseAll();
  }

  private static WebSocketListener into(List<String> texts) {
    return new WebSocketListener() {
      @Override
      public void onText(String text) {
        texts.add(text);
      }

      @Override
      public void onBinary(byte[] data) {}

      @Override
      public void onWritable() {}

      @Override
      public void onClose(boolean error, String description) {}
    };
  }

  @Test
  void writesAllThatWasAddedSinceTheLastFlushInOrder() throws Exception {
    try (RawClient client = RawClient.webSocket(server.address)) {
      WebSocketLink link = server.engine.links.poll(5, TimeUnit.SECONDS);
      byte[] large = new byte[100_000];
      Arrays.fill(large, (byte) 5);
      link.loop()
          .execute(
              () -> {
                link.write("2");
                link.write(OutboundMessage.text("héllo"), 4);
                link.write(OutboundMessage.binary(large), 4);
                for (int i = 0; i < 2_000; i++) {
                  link.write(OutboundMessage.text("x".repeat(80)), 4);
                }
                link.write(OutboundMessage.binary(large), 3);
                link.write("6");
                link.flush();
                link.flush();
              });
      assertThat(client.readFrame().text()).isEqualTo("2");
      assertThat(client.readFrame().text()).isEqualTo("4héllo");
      assertThat(client.readFrame().payload()).isEqualTo(large);
      for (int i = 0; i < 2_000; i++) {
        assertThat(client.readFrame().text()).isEqualTo("4" + "x".repeat(80));
      }
      assertThat(client.readFrame().payload()).hasSize(100_001).startsWith(4, 5);
      assertThat(client.readFrame().text()).isEqualTo("6");
    }
  }

  @Test
  void stopsReadingInTheMiddleOfAReadAndGoesOn() throws Exception {
    try (RawClient client = RawClient.webSocket(server.address)) {
      WebSocketLink link = server.engine.links.poll(5, TimeUnit.SECONDS);
      CountDownLatch stopped = new CountDownLatch(1);
      link.loop()
          .execute(
              () -> {
                link.reading(false);
                stopped.countDown();
              });
      assertThat(stopped.await(5, TimeUnit.SECONDS)).isTrue();
      client.text("a").text("b");
      client.socket().setSoTimeout(200);
      assertThatThrownBy(client::readFrame).isInstanceOf(SocketTimeoutException.class);
      client.socket().setSoTimeout(5_000);
      link.loop().execute(() -> link.reading(true));
      assertThat(client.readFrame().text()).isEqualTo("a");
      assertThat(client.readFrame().text()).isEqualTo("b");
    }
  }

  @Test
  void flushesBeforeItCloses() throws Exception {
    try (RawClient client = RawClient.webSocket(server.address)) {
      WebSocketLink link = server.engine.links.poll(5, TimeUnit.SECONDS);
      link.loop()
          .execute(
              () -> {
                link.write("4bye");
                link.close(0, "");
                link.write("4late");
                link.flush();
              });
      assertThat(client.readFrame().text()).isEqualTo("4bye");
      assertThat(client.readFrame().closeCode()).isZero();
      assertThat(client.readToEnd()).isZero();
    }
    await().until(() -> server.engine.closed.size() == 1);
    assertThat(server.engine.closed).containsExactly("clean ");
  }
}
