package dev.switchboard.server.netty;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.switchboard.server.engine.WebSocketListener;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;

/** Input made by a random generator, whose seed a failure names. */
@ExtendWith(NoBufferLeaks.class)
class RandomInputTest {
  private static final int RUNS = 400;
  private final RunningServer server = new RunningServer();
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

  @BeforeEach
  void listen() {
    logged.start();
    logger().addAppender(logged);
  }

  @AfterEach
  void stop() {
    logger().detachAppender(logged);
    server.close();
    assertThat(logged.list).noneMatch(event -> event.getLevel() == Level.ERROR);
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger(NettyServer.class.getPackageName());
  }

  /** A channel whose peer has an address, as every TCP connection has. */
  private static EmbeddedChannel channel() {
    return new EmbeddedChannel() {
      @Override
      protected SocketAddress remoteAddress0() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 4_711);
      }
    };
  }

  /** What a listener heard. */
  private static final class Heard implements WebSocketListener {
    private final List<String> messages = new ArrayList<>();
    private int closes;

    @Override
    public void onText(String text) {
      messages.add(text);
    }

    @Override
    public void onBinary(byte[] data) {
      messages.add(new String(data, StandardCharsets.ISO_8859_1));
    }

    @Override
    public void onWritable() {}

    @Override
    public void onClose(boolean error, String description) {
      closes++;
    }
  }

  @Test
  void validFramesMakeTheSameMessagesHoweverTheyAreCut() {
    for (int seed = 0; seed < RUNS; seed++) {
      Random random = new Random(seed);
      ByteArrayOutputStream wire = new ByteArrayOutputStream();
      List<String> sent = new ArrayList<>();
      for (int i = random.nextInt(5); i >= 0; i--) {
        sent.add(message(random, wire));
      }
      Heard heard = new Heard();
      EmbeddedChannel channel = open(heard);
      feed(channel, wire.toByteArray(), random);
      assertThat(heard.messages).as("seed %d", seed).isEqualTo(sent);
      assertThat(heard.closes).as("seed %d", seed).isZero();
      channel.finishAndReleaseAll();
      assertThat(heard.closes).as("seed %d", seed).isEqualTo(1);
    }
  }

  @Test
  void brokenFramesCloseOnceAndThrowNothing() {
    for (int seed = 0; seed < RUNS; seed++) {
      Random random = new Random(seed);
      ByteArrayOutputStream wire = new ByteArrayOutputStream();
      for (int i = random.nextInt(4); i >= 0; i--) {
        message(random, wire);
      }
      byte[] bytes = wire.toByteArray();
      for (int i = random.nextInt(4); i >= 0; i--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      Heard heard = new Heard();
      EmbeddedChannel channel = open(heard);
      feed(channel, bytes, random);
      channel.finishAndReleaseAll();
      assertThat(heard.closes).as("seed %d", seed).isEqualTo(1);
    }
  }

  @Test
  void brokenRequestsGetAnAnswerOrTheEndAndThrowNothing() {
    String[] parts = {
      "GET ",
      "POST ",
      "/engine.io/",
      "?EIO=4&transport=polling",
      " HTTP/1.1",
      "\r\n",
      "\r\n\r\n",
      "Host: a",
      "Content-Length: 3",
      "Transfer-Encoding: chunked",
      "3\r\nabc\r\n0\r\n\r\n",
      "abc",
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Version: 13",
      " ",
      "\t",
      "\0",
      "é",
      "Sec-WebSocket-Key: " + RawClient.KEY,
      "Expect: 100-continue"
    };
    for (int seed = 0; seed < RUNS; seed++) {
      Random random = new Random(seed);
      StringBuilder request = new StringBuilder();
      for (int i = random.nextInt(30); i >= 0; i--) {
        request.append(parts[random.nextInt(parts.length)]);
        request.append(random.nextInt(3) == 0 ? "\r\n" : "");
      }
      EmbeddedChannel channel = channel();
      NettyEventLoop loop = new NettyEventLoop(channel.eventLoop());
      new HttpConnection(server.parts(), loop, channel, false).open();
      feed(channel, request.toString().getBytes(StandardCharsets.ISO_8859_1), random);
      channel.finishAndReleaseAll();
      assertThat(loop.connectionCount()).as("seed %d", seed).isZero();
    }
  }

  private EmbeddedChannel open(Heard heard) {
    EmbeddedChannel channel = channel();
    NettyEventLoop loop = new NettyEventLoop(channel.eventLoop());
    var connection = new WebSocketConnection(channel, loop, server.parts(), heard, false);
    loop.add(connection);
    channel.pipeline().addLast(connection);
    connection.open();
    channel.runPendingTasks();
    return channel;
  }

  /** Feeds bytes in pieces of random sizes. */
  private static void feed(EmbeddedChannel channel, byte[] bytes, Random random) {
    int most = random.nextBoolean() ? 3 : bytes.length + 1;
    for (int at = 0; at < bytes.length && channel.isOpen(); ) {
      int size = Math.min(bytes.length - at, 1 + random.nextInt(most));
      channel.writeInbound(Unpooled.copiedBuffer(bytes, at, size));
      channel.runPendingTasks();
      at += size;
    }
  }

  /** Writes a message in random frames with pings between them; returns it. */
  private static String message(Random random, ByteArrayOutputStream wire) {
    boolean text = random.nextBoolean();
    int[] sizes = {0, 1, 8, 125, 126, 300, 70_000};
    byte[] bytes = new byte[random.nextInt(sizes[random.nextInt(sizes.length)] + 1)];
    if (text) {
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) ('a' + random.nextInt(26));
      }
    } else {
      random.nextBytes(bytes);
    }
    int at = 0;
    boolean first = true;
    boolean last = false;
    while (!last) {
      int size = random.nextInt(bytes.length - at + 1);
      last = at + size == bytes.length && random.nextInt(3) > 0;
      byte[] payload = new byte[size];
      System.arraycopy(bytes, at, payload, 0, size);
      int opcode = first ? (text ? 1 : 2) : 0;
      wire.writeBytes(RawClient.masked((last ? 0x80 : 0) | opcode, payload));
      if (random.nextInt(5) == 0) {
        wire.writeBytes(RawClient.masked(0x89, new byte[random.nextInt(126)]));
      }
      first = false;
      at += size;
    }
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
