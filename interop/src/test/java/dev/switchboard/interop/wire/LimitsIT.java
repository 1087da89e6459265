package dev.switchboard.interop.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * The limits of one connection at their defaults: what is just within is served, one more gets the
 * answer that the limit has. Each over raw sockets, against a scenario server's process.
 */
class LimitsIT {
  private static final String LIVES = "lives";
  private static final String FORCED_CLOSE = "close empty; forced close";
  private static final String NUMBER = "42[\"kind\",\"number\"]; lives";

  private static final Duration BLOCKED = Duration.ofSeconds(1);

  private static final Map<String, ServerProcess> SERVERS = new HashMap<>();

  @AfterAll
  static void stop() {
    SERVERS.values().forEach(ServerProcess::close);
  }

  private static Stage on(String profile) {
    return Stage.calm(
        SERVERS.computeIfAbsent(profile, name -> ServerProcess.start(ServerKind.JAVA, name, "")));
  }

  /** What comes of frames that are sent after {@code /} was connected. */
  private static String outcome(String profile, int awaited, Frame... frames) throws IOException {
    try (WebSocketClient client = WebSocketClient.open(on(profile)).connect()) {
      var bytes = new ByteArrayOutputStream();
      for (Frame frame : frames) {
        bytes.writeBytes(frame.encoded());
      }
      client.send(bytes.toByteArray());
      return client.outcomeAfter(awaited);
    }
  }

  private static String outcome(String packet) throws IOException {
    return outcome("badinput", 0, Frame.text("4" + packet));
  }

  /** A packet that is dropped, padded to a length. */
  private static String ackOf(int bytes) {
    return "4377[\"" + "a".repeat(bytes - 8) + "\"]";
  }

  @Test
  void aWebSocketMessageMayHaveAMillionBytes() throws IOException {
    assertThat(outcome("badinput-large", 0, Frame.text(ackOf(1_000_000)))).isEqualTo(LIVES);
    assertThat(outcome("badinput-large", 0, Frame.text(ackOf(1_000_001))))
        .isEqualTo("close 1009; transport error");
  }

  @Test
  void aPostMayHaveAMillionBytes() throws IOException {
    assertThat(posted(ackOf(1_000_000))).isEqualTo("200 ok; lives");
    assertThat(posted(ackOf(1_000_001))).isEqualTo("413 + close; gone; transport error");
  }

  private static String posted(String payload) throws IOException {
    Stage stage = on("badinput-large");
    PollingClient client = PollingClient.open(stage).connect();
    return stage.answer(Stage.post(client.target(), payload)) + "; " + client.outcome();
  }

  @Test
  void aPacketMayHaveTenAttachments() throws IOException {
    assertThat(outcome("badinput", 0, attachments(10))).isEqualTo(NUMBER);
    assertThat(outcome("badinput", 0, attachments(11))).isEqualTo(FORCED_CLOSE);
  }

  private static Frame[] attachments(int count) {
    Frame[] frames = Collections.nCopies(count + 1, Frame.binary(1)).toArray(Frame[]::new);
    frames[0] = Frame.text("45" + count + "-[\"kind\",1]");
    return frames;
  }

  @Test
  void theAttachmentsOfAPacketMayHaveAMillionBytesTogether() throws IOException {
    assertThat(halves(500_000)).isEqualTo(NUMBER);
    assertThat(halves(500_001)).isEqualTo(FORCED_CLOSE);
  }

  private static String halves(int secondBytes) throws IOException {
    return outcome(
        "badinput-large",
        0,
        Frame.text("452-[\"kind\",1]"),
        Frame.of(2, new byte[500_000]),
        Frame.of(2, new byte[secondBytes]));
  }

  @Test
  void aMessageMayComeIn1024Fragments() throws IOException {
    assertThat(outcome("badinput", 0, fragments(1_024))).isEqualTo(NUMBER);
    assertThat(outcome("badinput", 0, fragments(1_025))).isEqualTo("close 1008; transport error");
  }

  private static Frame[] fragments(int count) {
    Frame[] frames =
        Collections.nCopies(count, Frame.continuation("").first()).toArray(Frame[]::new);
    frames[0] = Frame.text("42[\"kind\"").first();
    frames[count - 1] = Frame.continuation(",1]");
    return frames;
  }

  @Test
  void aRequestLineMayHave4096Bytes() throws IOException {
    assertThat(requestLine(4_096)).isEqualTo("200 open");
    assertThat(requestLine(4_097)).isEqualTo("414 + close");
  }

  private static String requestLine(int bytes) throws IOException {
    int others = ("GET " + Stage.POLLING + "&t= HTTP/1.1").length();
    return on("badinput").answer(Stage.get(Stage.POLLING + "&t=" + "a".repeat(bytes - others)));
  }

  @Test
  void headersMayHave8192BytesTogether() throws IOException {
    assertThat(headerBytes(8_192)).isEqualTo("200 open");
    assertThat(headerBytes(8_193)).isEqualTo("431 + close");
  }

  private static String headerBytes(int bytes) throws IOException {
    int others = "Host: tX-A: ".length();
    return on("badinput").answer(Stage.get(Stage.POLLING, "X-A: " + "a".repeat(bytes - others)));
  }

  @Test
  void aRequestMayHave100Headers() throws IOException {
    assertThat(headerCount(100)).isEqualTo("200 open");
    assertThat(headerCount(101)).isEqualTo("431 + close");
  }

  private static String headerCount(int count) throws IOException {
    String[] headers = Collections.nCopies(count - 1, "a: b").toArray(String[]::new);
    return on("badinput").answer(Stage.get(Stage.POLLING, headers));
  }

  @Test
  void aConnectionMayJoin32Namespaces() throws IOException {
    assertThat(outcome("badinput", 31, connects(31))).endsWith(LIVES);
    assertThat(outcome("badinput", 32, connects(32))).endsWith(FORCED_CLOSE);
  }

  /** In addition to {@code /}. */
  private static Frame[] connects(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> Frame.text("40/dyn-" + i + ","))
        .toArray(Frame[]::new);
  }

  @Test
  void aNamespaceMayHaveANameOf256Characters() throws IOException {
    assertThat(outcome("0/" + "a".repeat(255) + ",")).endsWith(LIVES);
    assertThat(outcome("0/" + "a".repeat(256) + ",")).isEqualTo(FORCED_CLOSE);
  }

  @Test
  void sixtyFourConnectsMayBeRefused() throws IOException {
    assertThat(outcome("badinput", 64, refused(64)))
        .isEqualTo("64 x 44/no,{\"message\":\"Invalid namespace\"}; lives");
    assertThat(outcome("badinput", 65, refused(65)))
        .isEqualTo("64 x 44/no,{\"message\":\"Invalid namespace\"}; " + FORCED_CLOSE);
  }

  private static Frame[] refused(int count) {
    return Collections.nCopies(count, Frame.text("40/no,")).toArray(Frame[]::new);
  }

  @Test
  void authMayHave16KiB() throws IOException {
    assertThat(auth(16_384)).isEqualTo("40{\"sid\":\"…\"}");
    assertThat(auth(16_385)).isEqualTo("close empty");
  }

  private static String auth(int bytes) throws IOException {
    try (WebSocketClient client = WebSocketClient.open(on("badinput-large"))) {
      client.text("40{\"a\":\"" + "b".repeat(bytes - 8) + "\"}");
      return client.next();
    }
  }

  @Test
  void jsonMayBeNested100Deep() throws IOException {
    assertThat(nested(100)).isEqualTo("42[\"kind\",\"array\"]; lives");
    assertThat(nested(101)).isEqualTo(FORCED_CLOSE);
  }

  /** The list of the event itself counts too. */
  private static String nested(int depth) throws IOException {
    return outcome("2[\"kind\"," + "[".repeat(depth - 1) + "]".repeat(depth - 1) + "]");
  }

  @Test
  void aNumberMayHave64Digits() throws IOException {
    assertThat(outcome("2[\"kind\"," + "1".repeat(64) + "]")).isEqualTo(NUMBER);
    assertThat(outcome("2[\"kind\"," + "1".repeat(65) + "]")).isEqualTo(FORCED_CLOSE);
  }

  @Test
  void anAckIdMayBeTheGreatestExactIntegerOfJavaScript() throws IOException {
    assertThat(outcome("29007199254740991[\"echo\"]")).isEqualTo("439007199254740991[]; lives");
    assertThat(outcome("29007199254740992[\"echo\"]")).isEqualTo(FORCED_CLOSE);
  }

  @Test
  void aThousandAcksMayBeOwed() throws IOException {
    assertThat(asked(1_000)).isEqualTo(1_000);
    assertThat(asked(1_001)).isEqualTo(1_000);
  }

  /** How often the client was asked for an acknowledgement that it does not give. */
  private static long asked(int times) throws IOException {
    try (WebSocketClient client = WebSocketClient.open(on("badinput")).connect()) {
      for (int i = 0; i < times; i++) {
        client.text("42[\"ask\"]");
      }
      client.text("42[\"kind\",1]");
      long asked = 0;
      String next = client.next();
      while (next.endsWith("[\"asked\"]")) {
        asked++;
        next = client.next();
      }
      assertThat(next).isEqualTo("42[\"kind\",\"number\"]");
      return asked;
    }
  }

  @Test
  void aThousandPacketsMayWaitForAPoll() throws IOException {
    assertThat(waiting(1_024, "1")).isEqualTo("1024 packets");
    assertThat(waiting(1_025, "1")).isEqualTo("transport error");
  }

  @Test
  void aMebibyteMayWaitForAPoll() throws IOException {
    String tenth = "a".repeat(100_000);
    assertThat(waiting(10, tenth)).isEqualTo("10 packets");
    assertThat(waiting(11, tenth)).isEqualTo("transport error");
  }

  /** What becomes of a session that does not poll while it is sent so many answers. */
  private static String waiting(int count, String value) throws IOException {
    Stage stage = on("badinput-large");
    PollingClient client = PollingClient.open(stage).connect();
    String packet = "42[\"echo\",\"" + value + "\"]";
    int atOnce = Math.min(count, 900_000 / packet.length());
    for (int sent = 0; sent < count; sent += atOnce) {
      int now = Math.min(atOnce, count - sent);
      client.post(String.join("\u001e", Collections.nCopies(now, packet)));
    }
    // a burst is forgiven for a second
    String reason = stage.server().disconnectReason(client.socketId(), Duration.ofSeconds(2));
    return reason.equals("still connected")
        ? client.poll(Wire.PATIENCE).text().split("\u001e").length + " packets"
        : reason;
  }

  @Test
  void readingStopsWhen256PacketsWaitForHandlers() throws IOException {
    assertThat(pongComes(255, 1)).isLessThan(BLOCKED);
    assertThat(pongComes(256, 1)).isGreaterThan(BLOCKED);
  }

  @Test
  void readingStopsWhenAMebibyteWaitsForHandlers() throws IOException {
    assertThat(pongComes(10, 100_000)).isLessThan(BLOCKED);
    assertThat(pongComes(11, 100_000)).isGreaterThan(BLOCKED);
  }

  /** When a ping is answered that comes after a handler that blocks and so many events. */
  private static Duration pongComes(int behind, int bytes) throws IOException {
    try (WebSocketClient client = WebSocketClient.open(on("bench")).connect()) {
      long start = System.nanoTime();
      client.text("421[\"sleep\"," + BLOCKED.plusMillis(300).toMillis() + "]");
      for (int i = 0; i < behind; i++) {
        client.text("42[\"nobody\",\"" + "a".repeat(bytes) + "\"]");
      }
      client.send(Frame.ping(new byte[] {1}));
      String next = client.next();
      while (next.startsWith("431")) {
        next = client.next();
      }
      assertThat(next).isEqualTo("pong <01>");
      return Duration.ofNanos(System.nanoTime() - start);
    }
  }

  @Test
  void aSocketMayBeInAThousandRooms() throws IOException {
    assertThat(joined(rooms(1_000))).contains("\"ok\":true");
    assertThat(joined(rooms(1_001))).contains("\"ok\":false").contains("roomsPerSocket");
  }

  @Test
  void aRoomMayHaveANameOf255Characters() throws IOException {
    assertThat(joined("[\"" + "r".repeat(255) + "\"]")).contains("\"ok\":true");
    assertThat(joined("[\"" + "r".repeat(256) + "\"]"))
        .contains("\"ok\":false")
        .contains("roomLength");
  }

  private static String rooms(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "\"r" + i + "\"")
        .collect(Collectors.joining(",", "[", "]"));
  }

  private static String joined(String rooms) throws IOException {
    try (WebSocketClient client = WebSocketClient.open(on("cluster")).connect()) {
      client.text("421[\"ctl:join\",{\"rooms\":" + rooms + "}]");
      return client.frame(Wire.PATIENCE).content();
    }
  }

  @Test
  void aConnectionThatIdlesBetweenRequestsIsClosed() throws IOException {
    try (ServerProcess server =
            ServerProcess.start(ServerKind.JAVA, "badinput", "{\"keepAliveTimeoutMs\":500}");
        Wire wire = Wire.open(server.port())) {
      wire.send(Stage.get("/socket.io/"));
      assertThat(HttpAnswer.read(wire).brief()).isEqualTo("400/0");
      assertThat(wire.ends(Duration.ofMillis(300))).isFalse();
      assertThat(wire.ends(Duration.ofSeconds(3))).isTrue();
    }
  }
}
