package dev.switchboard.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.protocol.Event;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the emitter puts on the channels; the bytes were recorded from the reference's. */
class ClassicEmitterTest {
  private static RedisProcess server;

  private final BlockingQueue<Map.Entry<String, byte[]>> published = new LinkedBlockingQueue<>();
  private RedisConnections ear;
  private RedisEmitter emitter;

  @BeforeAll
  static void startRedis() {
    server = RedisProcess.start();
  }

  @AfterAll
  static void stopRedis() throws Exception {
    server.close();
  }

  @BeforeEach
  void connect() throws Exception {
    ear = RedisConnections.open(Redis.at(server.uri()));
    ear.subscriptions()
        .psubscribe("*", (channel, message) -> published.add(Map.entry(channel, message)))
        .toCompletableFuture()
        .get(20, SECONDS);
    emitter = RedisEmitter.classic(Redis.at(server.uri()));
  }

  @AfterEach
  void close() {
    emitter.close();
    ear.close();
  }

  private String next(String channel) throws Exception {
    var entry = published.poll(20, SECONDS);
    assertThat(entry).isNotNull();
    assertThat(entry.getKey()).isEqualTo(channel);
    byte[] bytes = entry.getValue();
    return bytes[0] == '{' ? new String(bytes, UTF_8) : HexFormat.of().formatHex(bytes);
  }

  @Test
  void anEventToAll() throws Exception {
    emitter.emit("hello");
    assertThat(next("socket.io#/#"))
        .isEqualTo(
            "93a7656d697474657283a47479706502a46461746191a568656c6c6fa36e7370a12f"
                + "83a5726f6f6d7390a5666c61677380a665786365707490");
  }

  @Test
  void anEventToOneRoomGoesToItsChannel() throws Exception {
    emitter.of("chat").to("r1").except("sid").asVolatile().emit(Event.of("m", Integer.class), 1);
    assertThat(next("socket.io#/chat#r1#"))
        .isEqualTo(
            "93a7656d697474657283a47479706502a46461746192a16d01a36e7370a52f63686174"
                + "83a5726f6f6d7391a27231a5666c61677381a8766f6c6174696c65c3"
                + "a665786365707491a3736964");
  }

  @Test
  void compressionAndBinaryAndSeveralRooms() throws Exception {
    emitter.to("a").in("b").compress(false).send(new byte[] {1, 2});
    assertThat(next("socket.io#/#"))
        .contains("c4020102")
        .contains("a5666c61677381a8636f6d7072657373c2");
  }

  @Test
  void membershipAndDisconnection() throws Exception {
    emitter.to("r1").socketsJoin("r9");
    assertThat(next("socket.io-request#/#"))
        .isEqualTo("{\"type\":2,\"opts\":{\"rooms\":[\"r1\"],\"except\":[]},\"rooms\":[\"r9\"]}");
    emitter.except("r2").socketsLeave("r8", "r9");
    assertThat(next("socket.io-request#/#"))
        .isEqualTo(
            "{\"type\":3,\"opts\":{\"rooms\":[],\"except\":[\"r2\"]},\"rooms\":[\"r8\",\"r9\"]}");
    emitter.all().disconnectSockets(true);
    assertThat(next("socket.io-request#/#"))
        .isEqualTo("{\"type\":4,\"opts\":{\"rooms\":[],\"except\":[]},\"close\":true}");
  }

  @Test
  void anEventToTheServers() throws Exception {
    emitter.serverSideEmit("sse", 1, Map.of("a", 2));
    assertThat(next("socket.io-request#/#"))
        .isEqualTo("{\"uid\":\"emitter\",\"type\":6,\"data\":[\"sse\",1,{\"a\":2}]}");
  }

  @Test
  void aReservedNameIsRefused() {
    assertThatThrownBy(() -> emitter.emit("disconnect"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("reserved");
  }

  @Test
  void noServerWaitsForItsAnswers() throws Exception {
    for (String channel : new String[] {"socket.io-request#/#", "socket.io-response#/#"}) {
      assertThat(ear.subscribers(channel).toCompletableFuture().get(20, SECONDS)).isZero();
    }
  }
}
