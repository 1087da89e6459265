package dev.switchboard.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.protocol.cluster.BroadcastOptions;
import dev.switchboard.protocol.cluster.ClusterMessage;
import dev.switchboard.protocol.json.MsgPack;
import io.lettuce.core.RedisClient;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What others may put on the channels: what makes no sense is dropped and told of, and the message
 * after it arrives. The reference's process ends on some of these.
 */
class ClassicBusInputTest {
  private static final String BROADCASTS = "socket.io#/#";
  private static final String REQUESTS = "socket.io-request#/#";
  private static final String RESPONSES = "socket.io-response#/#";

  private static RedisProcess server;
  private static RedisClient client;

  private final RecordingContext node = new RecordingContext("/");
  private RedisConnections bus;
  private RedisAdapters adapters;

  @BeforeAll
  static void startRedis() {
    server = RedisProcess.start();
    client = RedisClient.create(server.uri());
  }

  @AfterAll
  static void stopRedis() throws Exception {
    client.shutdownAsync(0, 0, TimeUnit.SECONDS);
    server.close();
  }

  @BeforeEach
  void connect() throws Exception {
    bus = RedisConnections.open(Redis.of(client));
    adapters = RedisAdapters.classic(Redis.of(client));
    adapters.create(node);
    for (String channel : new String[] {REQUESTS, RESPONSES}) {
      await().until(() -> bus.subscribers(channel).toCompletableFuture().get() == 1);
    }
  }

  @AfterEach
  void close() {
    adapters.close();
    bus.close();
  }

  static Stream<Arguments> malformed() {
    return Stream.of(
        Arguments.of("R01 garbage", BROADCASTS, bytes("garbage")),
        Arguments.of("R01 nothing", BROADCASTS, new byte[0]),
        Arguments.of("R01 a broadcast of two wrong parts", BROADCASTS, pack(List.of(1, 2))),
        Arguments.of("R01 JSON", BROADCASTS, bytes("{\"a\":1}")),
        Arguments.of("R02 nil", REQUESTS, pack(null)),
        Arguments.of("R02 JSON null in msgpack's place", REQUESTS, bytes("null")),
        Arguments.of("R02 half a JSON", REQUESTS, bytes("{\"type\":")),
        Arguments.of("R02 a type that is none", REQUESTS, bytes("{\"type\":\"x\"}")),
        Arguments.of("R02 an unknown type", REQUESTS, bytes("{\"type\":77}")),
        Arguments.of("R03 fetch without opts", REQUESTS, bytes("{\"type\":5,\"requestId\":\"x\"}")),
        Arguments.of("R03 join without anything", REQUESTS, bytes("{\"type\":2}")),
        Arguments.of(
            "R03 rooms that are none",
            REQUESTS,
            bytes("{\"type\":2,\"opts\":{\"rooms\":7},\"rooms\":[]}")),
        Arguments.of("R04 no data", REQUESTS, bytes("{\"type\":6}")),
        Arguments.of("R04 empty data", REQUESTS, bytes("{\"type\":6,\"data\":[]}")),
        Arguments.of("R04 broadcast without a packet", REQUESTS, pack(Map.of("type", 7))),
        Arguments.of("R05 a reply to nothing", RESPONSES, bytes("{\"type\":8}")),
        Arguments.of(
            "R05 a reply with wrong sockets",
            RESPONSES,
            bytes("{\"requestId\":\"q\",\"sockets\":[7]}")),
        Arguments.of("R06 ten megabytes of nothing", BROADCASTS, new byte[10_000_000]),
        Arguments.of("R06 a length of 4 GB", BROADCASTS, HexFormat.of().parseHex("ddffffffff00")),
        Arguments.of("R07 lists in lists", BROADCASTS, filled(100_000, 0x91)),
        Arguments.of("R07 lists in lists, JSON", REQUESTS, deepJson()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("malformed")
  void isDroppedAndToldOfAndTheNextMessageArrives(String row, String channel, byte[] message)
      throws Exception {
    bus.publish(channel, message);
    assertThat(node.malformed.poll(20, TimeUnit.SECONDS)).isNotNull();
    assertTheNextArrives();
    assertThat(node.malformed).isEmpty();
  }

  static Stream<Arguments> ofNoConcern() {
    return Stream.of(
        Arguments.of("R05 an unknown response", RESPONSES, bytes("{\"requestId\":\"no\"}")),
        Arguments.of("R05 an empty response", RESPONSES, bytes("{}")),
        Arguments.of(
            "R09 another namespace",
            BROADCASTS,
            pack(List.of("u", Map.of("type", 2, "data", List.of("e"), "nsp", "/x"), Map.of()))),
        Arguments.of(
            "a room that nobody is in, and garbage", "socket.io#/#nobody#", bytes("garbage")),
        Arguments.of("a channel of another shape", "socket.io#/#nobody", bytes("garbage")),
        Arguments.of(
            "version 5 has other types",
            REQUESTS,
            bytes("{\"requestid\":\"x\",\"type\":6,\"sid\":\"s\",\"close\":true}")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ofNoConcern")
  void isPassedOver(String row, String channel, byte[] message) throws Exception {
    bus.publish(channel, message);
    assertTheNextArrives();
    assertThat(node.malformed).isEmpty();
    assertThat(node.messages).isEmpty();
  }

  @Test
  void anInstantOfMsgpackArrives() throws Exception {
    Instant time = Instant.parse("2026-01-02T03:04:05.006Z");
    bus.publish(
        BROADCASTS,
        pack(List.of("u", Map.of("type", 2, "data", List.of("e", time), "nsp", "/"), Map.of())));
    var event = (ClusterMessage.Broadcast) node.messages.poll(20, TimeUnit.SECONDS);
    assertThat(event.args().toList()).containsExactly(time);
  }

  @Test
  void whatAnOldEmitterLeavesOutIsTheDefault() throws Exception {
    // no namespace, no options, and the type of binary events
    bus.publish(
        BROADCASTS,
        pack(List.of("emitter", Map.of("type", 5, "data", List.of("e", new byte[] {7})))));
    var event = (ClusterMessage.Broadcast) node.messages.poll(20, TimeUnit.SECONDS);
    assertThat(event.options()).isEqualTo(BroadcastOptions.ALL);
    assertThat((byte[]) event.args().get(0)).containsExactly(7);
  }

  private void assertTheNextArrives() throws Exception {
    var next = Map.of("type", 2, "data", List.of("next"), "nsp", "/");
    bus.publish(BROADCASTS, pack(List.of("u", next, Map.of())));
    bus.publish(REQUESTS, bytes("{\"type\":6,\"data\":[\"next\"]}"));
    bus.publish(RESPONSES, bytes("{\"type\":8,\"requestId\":\"r\",\"clientCount\":3}"));
    var event = (ClusterMessage.Broadcast) node.messages.poll(20, TimeUnit.SECONDS);
    assertThat(event.event()).isEqualTo("next");
    assertThat(node.messages.poll(20, TimeUnit.SECONDS))
        .isInstanceOf(ClusterMessage.ServerSideEmit.class);
    assertThat(node.replies.poll(20, TimeUnit.SECONDS)).isNotNull();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static byte[] pack(Object tree) {
    return MsgPack.encode(tree);
  }

  private static byte[] filled(int length, int with) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) with);
    return bytes;
  }

  private static byte[] deepJson() {
    var json = new ByteArrayOutputStream();
    json.writeBytes(bytes("{\"type\":6,\"data\":"));
    json.writeBytes(filled(100_000, '['));
    return json.toByteArray();
  }
}
