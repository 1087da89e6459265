package dev.switchboard.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.protocol.cluster.BroadcastOptions;
import dev.switchboard.protocol.cluster.ClusterMessage;
import dev.switchboard.protocol.cluster.ClusterReply;
import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.socket.Args;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
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
}
