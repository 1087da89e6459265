package dev.switchboard.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.protocol.cluster.BroadcastOptions;
import dev.switchboard.protocol.cluster.ClusterMessage;
import dev.switchboard.protocol.cluster.ClusterReply;
import dev.switchboard.protocol.cluster.SocketSnapshot;
import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.socket.Args;
import dev.switchboard.redis.ClusterCodec.Incoming;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes were recorded from the reference. */
class ClusterCodecTest {
  private static final String UID = "b0f478b2bb5bea35";
  private static final String REQUEST = "d2c699a46070f304";

  /** Their hexadecimal form in msgpack. */
  private static final String END =
      "a3756964b062306634373862326262356265613335a36e7370a12f"; // uid, nsp

  private static final String REQUEST_ID = "a9726571756573744964b064326336393961343630373066333034";
  private static final String NO_OPTIONS =
      "a46f70747383a5726f6f6d7390a665786365707490a5666c61677380";

  private static final BroadcastOptions VOLATILE_TO_R1 =
      BroadcastOptions.room("r1").except(List.of("r2")).isVolatile(true);

  private final ClusterCodec codec = new ClusterCodec(UID, "/", Json.create());
  private final ClusterCodec other = new ClusterCodec("0000000000000000", "/", Json.create());

  private static Stream<Arguments> messages() {
    var all = BroadcastOptions.ALL;
    return Stream.of(
        Arguments.of(
            new ClusterMessage.Broadcast("hello", Args.of("world"), all, null),
            "{\"type\":3,\"data\":{\"packet\":{\"type\":2,\"data\":[\"hello\",\"world\"]},"
                + "\"opts\":{\"rooms\":[],\"except\":[],\"flags\":{}}},",
            null),
        Arguments.of(
            new ClusterMessage.Broadcast(
                "m", Args.of(1), BroadcastOptions.room("r1").isVolatile(true), null),
            "{\"type\":3,\"data\":{\"packet\":{\"type\":2,\"data\":[\"m\",1]},"
                + "\"opts\":{\"rooms\":[\"r1\"],\"except\":[],\"flags\":{\"volatile\":true}}},",
            null),
        Arguments.of(
            new ClusterMessage.Broadcast(
                "q", Args.none(), all.timeout(Duration.ofSeconds(1)), REQUEST),
            "{\"type\":3,\"data\":{\"packet\":{\"type\":2,\"data\":[\"q\"]},"
                + "\"requestId\":\"d2c699a46070f304\","
                + "\"opts\":{\"rooms\":[],\"except\":[],\"flags\":{\"timeout\":1000}}},",
            "84a47479706503a46461746183a67061636b657482a47479706502a46461746191a171"
                + REQUEST_ID
                + "a46f70747383a5726f6f6d7390a665786365707490a5666c61677381a774696d656f7574cd03e8"),
        Arguments.of(
            new ClusterMessage.SocketsJoin(BroadcastOptions.room("r1"), List.of("r9")),
            "{\"type\":4,\"data\":{\"opts\":{\"rooms\":[\"r1\"],\"except\":[],\"flags\":{}},"
                + "\"rooms\":[\"r9\"]},",
            null),
        Arguments.of(
            new ClusterMessage.SocketsLeave(BroadcastOptions.room("r1"), List.of("r9")),
            "{\"type\":5,\"data\":{\"opts\":{\"rooms\":[\"r1\"],\"except\":[],\"flags\":{}},"
                + "\"rooms\":[\"r9\"]},",
            null),
        Arguments.of(
            new ClusterMessage.DisconnectSockets(all, true),
            "{\"type\":6,\"data\":{\"opts\":{\"rooms\":[],\"except\":[],\"flags\":{}},"
                + "\"close\":true},",
            null),
        Arguments.of(
            new ClusterMessage.FetchSockets(all, REQUEST),
            "{\"type\":7,\"data\":{\"opts\":{\"rooms\":[],\"except\":[],\"flags\":{}},"
                + "\"requestId\":\"d2c699a46070f304\"},",
            "84a47479706507a46461746182" + NO_OPTIONS + REQUEST_ID),
        Arguments.of(
            new ClusterMessage.ServerSideEmit("e", Args.of(1, Map.of("a", 2)), null),
            "{\"type\":9,\"data\":{\"packet\":[\"e\",1,{\"a\":2}]},",
            "84a47479706509a46461746181a67061636b657493a1650181a16102"),
        Arguments.of(
            new ClusterMessage.ServerSideEmit("e", Args.none(), REQUEST),
            "{\"type\":9,\"data\":{\"requestId\":\"d2c699a46070f304\",\"packet\":[\"e\"]},",
            "84a47479706509a46461746182" + REQUEST_ID + "a67061636b657491a165"));
  }

  private static Stream<Arguments> replies() {
    var socket = new SocketSnapshot("S", Map.of("time", "t"), Set.of("S"), Map.of());
    String start = "\"data\":{\"requestId\":\"d2c699a46070f304\"";
    return Stream.of(
        Arguments.of(
            new ClusterReply.Sockets(REQUEST, List.of(socket)),
            "{\"type\":8,"
                + start
                + ",\"sockets\":[{\"id\":\"S\",\"handshake\":{\"time\":\"t\"},"
                + "\"rooms\":[\"S\"],\"data\":{}}]},",
            "84a47479706508a46461746182"
                + REQUEST_ID
                + "a7736f636b6574739184a26964a153"
                + "a968616e647368616b6581a474696d65a174a5726f6f6d7391a153a46461746180"),
        Arguments.of(
            new ClusterReply.ServerSide(REQUEST, Args.of("pong")),
            "{\"type\":10," + start + ",\"packet\":\"pong\"},",
            "84a4747970650aa46461746182" + REQUEST_ID + "a67061636b6574a4706f6e67"),
        Arguments.of(
            new ClusterReply.ClientCount(REQUEST, 3),
            "{\"type\":11," + start + ",\"clientCount\":3},",
            "84a4747970650ba46461746182" + REQUEST_ID + "ab636c69656e74436f756e7403"),
        Arguments.of(
            new ClusterReply.ClientAck(REQUEST, Args.of("ok")),
            "{\"type\":12," + start + ",\"packet\":\"ok\"},",
            "84a4747970650ca46461746182" + REQUEST_ID + "a67061636b6574a26f6b"),
        Arguments.of(
            new ClusterReply.ClientAck(REQUEST, Args.none()),
            "{\"type\":12," + start + "},",
            "84a4747970650ca46461746182" + REQUEST_ID + "a67061636b6574c0"));
  }

  @ParameterizedTest
  @MethodSource("messages")
  void messagesAreWrittenAsTheReferenceWritesThem(
      ClusterMessage message, String json, @org.jspecify.annotations.Nullable String msgPack) {
    assertThat(new String(codec.plain(message), UTF_8))
        .isEqualTo(json + "\"uid\":\"b0f478b2bb5bea35\",\"nsp\":\"/\"}");
    if (msgPack != null) {
      assertThat(hex(codec.packed(message))).isEqualTo(msgPack + END);
    }
  }

  @ParameterizedTest
  @MethodSource("replies")
  void repliesAreWrittenAsTheReferenceWritesThem(ClusterReply reply, String json, String msgPack) {
    assertThat(new String(codec.plain(reply), UTF_8))
        .isEqualTo(json + "\"uid\":\"b0f478b2bb5bea35\",\"nsp\":\"/\"}");
    assertThat(hex(codec.packed(reply))).isEqualTo(msgPack + END);
  }

  @Test
  void binaryMakesAMessageMsgPack() {
    var message =
        new ClusterMessage.Broadcast("b", Args.of(new byte[] {1, 2}), VOLATILE_TO_R1, null);
    assertThat(hex(codec.plain(message)))
        .isEqualTo(
            "84a47479706503a46461746182a67061636b657482a47479706502a46461746192a162c4020102"
                + "a46f70747383a5726f6f6d7391a27231a665786365707491a27232"
                + "a5666c61677381a8766f6c6174696c65c3"
                + END);
  }

  @Test
  void anEntryOfAStreamHasItsDataAsJson() {
    var entry =
        codec.entry(
            new ClusterMessage.Broadcast("hello", Args.of("world"), BroadcastOptions.ALL, null),
            false);
    assertThat(entry.uid()).isEqualTo(UID);
    assertThat(entry.nsp()).isEqualTo("/");
    assertThat(entry.type()).isEqualTo("3");
    assertThat(text(entry))
        .isEqualTo(
            "{\"packet\":{\"type\":2,\"data\":[\"hello\",\"world\"]},"
                + "\"opts\":{\"rooms\":[],\"except\":[],\"flags\":{}}}");
  }

  @Test
  void anEntryWithBinaryHasItsDataAsMsgPackInBase64UnlessItMustBePlainText() {
    var message =
        new ClusterMessage.Broadcast("b", Args.of(new byte[] {1, 2}), BroadcastOptions.ALL, null);
    assertThat(text(codec.entry(message, false)))
        .isEqualTo("gqZwYWNrZXSCpHR5cGUCpGRhdGGSoWLEAgECpG9wdHODpXJvb21zkKZleGNlcHSQpWZsYWdzgA==");
    assertThat(text(codec.entry(message, true)))
        .contains("[\"b\",{\"type\":\"Buffer\",\"data\":[1,2]}]");
  }

  @ParameterizedTest
  @MethodSource("messages")
  void messagesOfOthersAreReadInEachForm(
      ClusterMessage message, String json, @org.jspecify.annotations.Nullable String msgPack) {
    for (Incoming read :
        List.of(
            other.read(codec.plain(message)),
            other.read(codec.packed(message)),
            other.read(codec.entry(message, false)))) {
      assertThat(read)
          .isInstanceOfSatisfying(
              Incoming.Message.class,
              found -> {
                assertThat(found.uid()).isEqualTo(UID);
                // arguments have no equality: compare what is written of them
                assertThat(codec.plain(found.message())).isEqualTo(codec.plain(message));
              });
    }
  }

  @ParameterizedTest
  @MethodSource("replies")
  void repliesAreReadInEachForm(ClusterReply reply, String json, String msgPack) {
    for (Incoming read : List.of(other.read(codec.plain(reply)), other.read(codec.packed(reply)))) {
      assertThat(read)
          .isInstanceOfSatisfying(
              Incoming.Reply.class,
              found -> assertThat(codec.packed(found.reply())).isEqualTo(codec.packed(reply)));
    }
  }

  @Test
  void ownMessagesAndThoseOfOtherNamespacesAndHeartbeatsAreNothing() {
    var message = new ClusterMessage.FetchSockets(BroadcastOptions.ALL, REQUEST);
    assertThat(codec.read(codec.plain(message))).isInstanceOf(Incoming.Nothing.class);
    assertThat(new ClusterCodec("x", "/chat", Json.create()).read(codec.plain(message)))
        .isInstanceOf(Incoming.Nothing.class);
    for (String type : List.of("1", "2", "13")) {
      assertThat(codec.read(new ClusterCodec.Entry("old", "/", type, null)))
          .isInstanceOf(Incoming.Nothing.class);
    }
  }

  @Test
  void whatIsVolatileOrAsksForAnAcknowledgementIsNotRecoverable() {
    assertThat(recoverable("{\"packet\":{\"type\":2,\"data\":[\"e\"]}}")).isTrue();
    assertThat(recoverable("{\"packet\":{\"type\":2,\"data\":[\"e\"],\"id\":4}}")).isFalse();
    assertThat(recoverable("{\"packet\":{\"type\":2,\"data\":[\"e\"]},\"requestId\":\"r\"}"))
        .isFalse();
    assertThat(
            recoverable(
                "{\"packet\":{\"type\":2,\"data\":[\"e\"]},"
                    + "\"opts\":{\"rooms\":[],\"except\":[],\"flags\":{\"volatile\":true}}}"))
        .isFalse();
  }

  private boolean recoverable(String data) {
    var read = codec.read(new ClusterCodec.Entry("someone", "/", "3", data.getBytes(UTF_8)));
    return ((Incoming.Message) read).recoverable();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "{}",
        "null",
        "{\"type\":3,\"uid\":\"x\",\"nsp\":\"/\"}",
        "{\"type\":3,\"data\":{},\"uid\":\"x\",\"nsp\":\"/\"}",
        "{\"type\":3,\"data\":{\"packet\":{\"data\":[]}},\"uid\":\"x\",\"nsp\":\"/\"}",
        "{\"type\":7,\"data\":{},\"uid\":\"x\",\"nsp\":\"/\"}",
        "{\"type\":8,\"data\":{\"requestId\":\"r\",\"sockets\":[1]},\"uid\":\"x\",\"nsp\":\"/\"}",
        "{\"type\":99,\"data\":{},\"uid\":\"x\",\"nsp\":\"/\"}",
        "{\"type\":4,\"data\":{\"rooms\":{}},\"uid\":1,\"nsp\":\"/\"}"
      })
  void whatIsNoMessageIsRefused(String text) {
    assertThatThrownBy(() -> codec.read(text.getBytes(UTF_8))).isInstanceOf(RuntimeException.class);
  }

  @Test
  void anEntryWithABrokenTypeOrBrokenDataIsRefused() {
    for (var entry :
        List.of(
            new ClusterCodec.Entry("x", "/", "NaN", "{}".getBytes(UTF_8)),
            new ClusterCodec.Entry("x", "/", "3", "!?".getBytes(UTF_8)),
            new ClusterCodec.Entry("x", "/", "3", "gqZw".getBytes(UTF_8)),
            new ClusterCodec.Entry("x", "/", "3", null))) {
      assertThatThrownBy(() -> codec.read(entry)).isInstanceOf(RuntimeException.class);
    }
  }

  @Test
  void whatIsNestedTooDeepIsRefused() {
    String deep = "[".repeat(100_000);
    assertThatThrownBy(() -> codec.read(("{\"type\":" + deep).getBytes(UTF_8)))
        .isInstanceOf(RuntimeException.class);
    byte[] msgPack = new byte[100_000];
    java.util.Arrays.fill(msgPack, (byte) 0x91);
    assertThatThrownBy(() -> codec.read(msgPack)).isInstanceOf(RuntimeException.class);
  }

  private static String text(ClusterCodec.Entry entry) {
    byte[] data = entry.data();
    assertThat(data).isNotNull();
    return new String(data, UTF_8);
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
