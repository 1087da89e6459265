package dev.switchboard.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.protocol.cluster.BroadcastOptions;
import dev.switchboard.protocol.cluster.ClusterMessage;
import dev.switchboard.protocol.cluster.ClusterReply;
import dev.switchboard.protocol.cluster.SocketSnapshot;
import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.socket.Args;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The bytes were recorded from the reference. */
class ClassicCodecTest {
  private static final String BROADCAST =
      "93a661626331323383a47479706502a46461746192a568656c6c6fa5776f726c64a36e7370a12f"
          + "83a5726f6f6d7390a665786365707490a5666c61677380";

  private final ClassicCodec codec =
      new ClassicCodec("abc123", "/", Json.create(), ClassicParser.MSGPACK);
  private final RecordingContext context = new RecordingContext("/");

  @Test
  void aBroadcastIsWrittenAsTheReferenceWritesIt() {
    var message =
        new ClusterMessage.Broadcast("hello", Args.of("world"), BroadcastOptions.ALL, null);
    assertThat(HexFormat.of().formatHex(codec.broadcast(message))).isEqualTo(BROADCAST);
  }

  @Test
  void aBroadcastWithAcknowledgementsIsWrittenAsTheReferenceWritesIt() {
    var message =
        new ClusterMessage.Broadcast(
            "q", Args.none(), BroadcastOptions.ALL.timeout(Duration.ofSeconds(1)), "def456");
    assertThat(HexFormat.of().formatHex(codec.request(message)))
        .isEqualTo(
            "85a3756964a6616263313233a9726571756573744964a6646566343536a47479706507"
                + "a67061636b657483a47479706502a46461746191a171a36e7370a12f"
                + "a46f70747383a5726f6f6d7390a665786365707490a5666c61677381"
                + "a774696d656f7574cd03e8");
  }

  @Test
  void anAcknowledgementIsWrittenAsTheReferenceWritesIt() {
    byte[] reply =
        codec.reply(
            ClassicCodec.Asker.of("full:x"), new ClusterReply.ClientAck("def456", Args.of("ok")));
    assertThat(HexFormat.of().formatHex(reply))
        .isEqualTo("83a47479706509a9726571756573744964a6646566343536a67061636b6574a26f6b");
  }

  @Test
  void aJoinIsWrittenAsTheReferenceWritesIt() {
    var join = new ClusterMessage.SocketsJoin(BroadcastOptions.room("r1"), List.of("r9"));
    assertThat(new String(codec.request(join), UTF_8))
        .isEqualTo(
            "{\"uid\":\"abc123\",\"type\":2,\"opts\":{\"rooms\":[\"r1\"],\"except\":[]},"
                + "\"rooms\":[\"r9\"]}");
  }

  @Test
  void aRoomThatIsNamedByANumberStandsForBothOfJavaScripts() {
    var leave =
        new ClusterMessage.SocketsLeave(
            BroadcastOptions.room("777").except(List.of("0")), List.of("007"));
    assertThat(new String(codec.request(leave), UTF_8))
        .contains("\"rooms\":[\"777\",777],\"except\":[\"0\",0]")
        .contains("\"rooms\":[\"007\"]");
  }

  @Test
  void binaryBetweenServersIsWrittenAsNodeWritesABuffer() {
    var emit = new ClusterMessage.ServerSideEmit("e", Args.of(new byte[] {1, (byte) 255}), null);
    assertThat(new String(codec.request(emit), UTF_8))
        .contains("{\"type\":\"Buffer\",\"data\":[1,255]}");
  }

  @Test
  void aBroadcastOfAnotherNodeIsReadAndAnOwnOneIsIgnored() {
    byte[] bytes = HexFormat.of().parseHex(BROADCAST);
    codec.readBroadcast(bytes, context);
    assertThat(context.messages).isEmpty();
    new ClassicCodec("other1", "/", Json.create(), ClassicParser.MSGPACK)
        .readBroadcast(bytes, context);
    var read = (ClusterMessage.Broadcast) context.messages.remove();
    assertThat(read.event()).isEqualTo("hello");
    assertThat(read.args().toList()).containsExactly("world");
    assertThat(read.options()).isEqualTo(BroadcastOptions.ALL);
  }

  @Test
  void anOldPeersJoinReachesTheSocketsServerAndIsAnswered() {
    context.privateRooms.add("sid1");
    var answers = new java.util.ArrayList<String>();
    codec.readRequest(
        "{\"requestId\":\"q\",\"type\":2,\"sid\":\"sid1\",\"room\":7}".getBytes(UTF_8),
        context,
        answer -> answers.add(new String(answer, UTF_8)));
    var join = (ClusterMessage.SocketsJoin) context.messages.remove();
    assertThat(join.options().rooms()).isEqualTo(Set.of("sid1"));
    assertThat(join.rooms()).containsExactly("7");
    assertThat(answers).containsExactly("{\"requestId\":\"q\"}");
  }

  private String request(ClusterMessage message) {
    return new String(codec.request(message), UTF_8);
  }

  private String reply(String shape, ClusterReply reply) {
    return new String(codec.reply(ClassicCodec.Asker.of(shape + ":x"), reply), UTF_8);
  }

  @Test
  void aBroadcastToOneRoomIsWrittenAsTheReferenceWritesIt() {
    var options = BroadcastOptions.room("r1").except(List.of("SID")).isVolatile(true);
    var message = new ClusterMessage.Broadcast("m", Args.of(1), options, null);
    assertThat(HexFormat.of().formatHex(codec.broadcast(message)))
        .isEqualTo(
            "93a661626331323383a47479706502a46461746192a16d01a36e7370a12f"
                + "83a5726f6f6d7391a27231a6657863657074"
                + "91a3534944a5666c61677381a8766f6c6174696c65c3");
  }

  @Test
  void theOtherRequestsAreWrittenAsTheReferenceWritesThem() {
    var room = BroadcastOptions.room("r1");
    assertThat(request(new ClusterMessage.SocketsLeave(room, List.of("r9"))))
        .isEqualTo(
            "{\"uid\":\"abc123\",\"type\":3,\"opts\":{\"rooms\":[\"r1\"],\"except\":[]},"
                + "\"rooms\":[\"r9\"]}");
    assertThat(request(new ClusterMessage.DisconnectSockets(room, true)))
        .isEqualTo(
            "{\"uid\":\"abc123\",\"type\":4,\"opts\":{\"rooms\":[\"r1\"],\"except\":[]},"
                + "\"close\":true}");
    assertThat(request(new ClusterMessage.FetchSockets(room, "4gA0e4")))
        .isEqualTo(
            "{\"uid\":\"abc123\",\"requestId\":\"4gA0e4\",\"type\":5,"
                + "\"opts\":{\"rooms\":[\"r1\"],\"except\":[]}}");
    var args = Args.of(1, Map.of("a", 2));
    assertThat(request(new ClusterMessage.ServerSideEmit("sse", args, null)))
        .isEqualTo("{\"uid\":\"abc123\",\"type\":6,\"data\":[\"sse\",1,{\"a\":2}]}");
    assertThat(request(new ClusterMessage.ServerSideEmit("sse", Args.none(), "q1")))
        .isEqualTo("{\"uid\":\"abc123\",\"requestId\":\"q1\",\"type\":6,\"data\":[\"sse\"]}");
  }

  @Test
  void answersAreWrittenAsTheReferenceWritesThem() {
    var socket = new SocketSnapshot("s1", Map.of("url", "/x"), Set.of("s1"), Map.of("name", "ann"));
    var sockets = new ClusterReply.Sockets("q", List.of(socket));
    assertThat(reply("full", sockets))
        .isEqualTo(
            "{\"requestId\":\"q\",\"sockets\":[{\"id\":\"s1\",\"handshake\":{\"url\":\"/x\"},"
                + "\"rooms\":[\"s1\"],\"data\":{\"name\":\"ann\"}}]}");
    assertThat(reply("ids", sockets)).isEqualTo("{\"requestId\":\"q\",\"sockets\":[\"s1\"]}");
    assertThat(reply("rooms", sockets)).isEqualTo("{\"requestId\":\"q\",\"rooms\":[\"s1\"]}");
    assertThat(reply("full", new ClusterReply.ServerSide("q", Args.of("yes"))))
        .isEqualTo("{\"type\":6,\"requestId\":\"q\",\"data\":\"yes\"}");
    assertThat(reply("full", new ClusterReply.ClientCount("q", 3)))
        .isEqualTo("{\"type\":8,\"requestId\":\"q\",\"clientCount\":3}");
    byte[] nothing =
        codec.reply(ClassicCodec.Asker.of("full:x"), new ClusterReply.ClientAck("q", Args.none()));
    assertThat(HexFormat.of().formatHex(nothing))
        .isEqualTo("82a47479706509a9726571756573744964a171");
  }

  private ClusterMessage read(String json) {
    codec.readRequest(json.getBytes(UTF_8), context, answer -> {});
    return context.messages.poll();
  }

  @Test
  void theRequestsOfOldServersAreUnderstood() throws Exception {
    assertThat(read("{\"uid\":\"u\",\"requestId\":\"q\",\"type\":0,\"rooms\":[\"r\"]}"))
        .isEqualTo(new ClusterMessage.FetchSockets(BroadcastOptions.room("r"), "q"));
    assertThat(context.senders.take()).isEqualTo("ids:u");
    assertThat(read("{\"uid\":\"u\",\"requestId\":\"q\",\"type\":1}"))
        .isEqualTo(new ClusterMessage.FetchSockets(BroadcastOptions.ALL, "q"));
    assertThat(context.senders.take()).isEqualTo("rooms:u");
    context.privateRooms.add("s");
    assertThat(read("{\"requestId\":\"q\",\"type\":3,\"sid\":\"s\",\"room\":\"r\"}"))
        .isEqualTo(new ClusterMessage.SocketsLeave(BroadcastOptions.room("s"), List.of("r")));
    assertThat(read("{\"type\":4,\"sid\":\"s\",\"close\":true}"))
        .isEqualTo(new ClusterMessage.DisconnectSockets(BroadcastOptions.room("s"), true));
    assertThat(read("{\"requestId\":\"q\",\"type\":2,\"sid\":\"elsewhere\",\"room\":\"r\"}"))
        .isNull();
  }

  @Test
  void theRequestsOfNewServersAreUnderstood() {
    var room = BroadcastOptions.room("r").except(List.of("7"));
    String opts = "\"opts\":{\"rooms\":[\"r\"],\"except\":[7]}";
    assertThat(read("{\"uid\":\"u\",\"type\":2," + opts + ",\"rooms\":[\"a\",5]}"))
        .isEqualTo(new ClusterMessage.SocketsJoin(room, List.of("a", "5")));
    assertThat(read("{\"uid\":\"u\",\"type\":3," + opts + ",\"rooms\":[\"a\"]}"))
        .isEqualTo(new ClusterMessage.SocketsLeave(room, List.of("a")));
    assertThat(read("{\"uid\":\"u\",\"type\":4," + opts + ",\"close\":false}"))
        .isEqualTo(new ClusterMessage.DisconnectSockets(room, false));
    assertThat(read("{\"uid\":\"u\",\"requestId\":\"q\",\"type\":5," + opts + "}"))
        .isEqualTo(new ClusterMessage.FetchSockets(room, "q"));
    assertThat(read("{\"uid\":\"abc123\",\"requestId\":\"q\",\"type\":5," + opts + "}")).isNull();
  }

  @Test
  void anotherParserReplacesMsgpackAndLeavesJsonAlone() {
    ClassicParser reversed =
        new ClassicParser() {
          @Override
          public byte[] encode(Object tree) {
            return reverse(ClassicParser.MSGPACK.encode(tree));
          }

          @Override
          public Object decode(byte[] message) {
            return ClassicParser.MSGPACK.decode(reverse(message));
          }
        };
    var here = new ClassicCodec("abc123", "/", Json.create(), reversed);
    var there = new ClassicCodec("other1", "/", Json.create(), reversed);
    record Point(int x) {}
    var message =
        new ClusterMessage.Broadcast("e", Args.of(new Point(1)), BroadcastOptions.ALL, null);
    there.readBroadcast(here.broadcast(message), context);
    var read = (ClusterMessage.Broadcast) context.messages.remove();
    assertThat(read.args().toList()).containsExactly(Map.of("x", 1));
    assertThat(here.request(new ClusterMessage.DisconnectSockets(BroadcastOptions.ALL, true)))
        .isEqualTo(codec.request(new ClusterMessage.DisconnectSockets(BroadcastOptions.ALL, true)));
  }

  private static byte[] reverse(byte[] bytes) {
    byte[] reversed = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      reversed[i] = bytes[bytes.length - 1 - i];
    }
    return reversed;
  }
}
