package dev.switchboard.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.protocol.socket.Args;
import dev.switchboard.server.ConnectRejected;
import dev.switchboard.server.ServerConfig;
import dev.switchboard.server.Socket;
import dev.switchboard.server.SocketIoServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Connection state recovery with the log in memory. */
class StateRecoveryIT {
  private static final int MOST_PACKETS = 50;

  private SocketIoServer io =
      SocketIoServer.create(
          config -> config.recovery(recovery -> recovery.maxPackets(MOST_PACKETS)));

  @AfterEach
  void close() {
    io.close();
  }

  /** For what happens often, and within a millisecond. */
  private static ConditionFactory soon() {
    return await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2));
  }

  private void serverWith(Consumer<ServerConfig> changes) {
    io.close();
    io = SocketIoServer.create(changes);
  }

  private Socket socket(TestClient client) {
    return io.main().socket(client.id()).orElseThrow();
  }

  /** Cuts the connection, and waits until the server has noticed. */
  private void cut(TestClient client) {
    client.close();
    soon().until(() -> io.main().socket(client.id()).isEmpty());
  }

  private TestClient back(TestClient earlier, Object offset) {
    Map<String, Object> auth = new HashMap<>();
    auth.put("pid", earlier.pid());
    auth.put("offset", offset);
    return TestClient.connect(io, "/", auth);
  }

  private static String offsetOf(Args args) {
    return (String) args.get(args.size() - 1);
  }

  /** Sends something to all, and gives its offset as the client saw it. */
  private String mark(TestClient client) {
    io.emit("mark");
    return offsetOf(client.next("mark"));
  }

  private boolean recovered(TestClient earlier, Object offset) {
    try (var client = back(earlier, offset)) {
      assertThat(socket(client).recovered()).isEqualTo(client.id().equals(earlier.id()));
      return client.id().equals(earlier.id());
    }
  }

  @Test
  void aClientThatComesBackHasItsIdRoomsDataAndWhatItMissedInOrder() {
    io.onConnection(
        socket -> {
          if (!socket.recovered()) {
            socket.join("room");
            socket.data().put("name", "Ann");
          }
        });
    var first = TestClient.connect(io);
    soon().until(() -> io.main().roomSize("room") == 1);
    String offset = mark(first);
    cut(first);
    io.emit("missed", 1);
    io.to("room").emit("missed", 2);
    io.to("another room").emit("missed", "not this");
    io.to(first.id()).emit("missed", 3);
    io.to("another room", "room").emit("missed", 4);
    try (var second = back(first, offset)) {
      assertThat(second.id()).isEqualTo(first.id());
      assertThat(second.pid()).isEqualTo(first.pid());
      for (int i = 1; i <= 4; i++) {
        assertThat(second.next("missed").get(0)).isEqualTo(i);
      }
      Socket socket = socket(second);
      assertThat(socket.recovered()).isTrue();
      assertThat(socket.rooms()).containsExactlyInAnyOrder("room", first.id());
      assertThat(socket.data()).isEqualTo(Map.of("name", "Ann"));
      io.to("room").emit("missed", 5);
      assertThat(second.next("missed").get(0)).isEqualTo(5);
      assertThat(second.waiting("missed")).isZero();
    }
  }

  @Test
  void everyEventThatIsLoggedEndsWithItsOffset() {
    try (var client = RawClient.connect(io)) {
      soon().until(() -> io.main().sockets().size() == 1);
      Socket socket = io.main().sockets().iterator().next();
      io.emit("a");
      assertThat(client.next()).matches("2\\[\"a\",\"[0-9a-z]+-1\"]");
      socket.emit("b", 1, "x");
      assertThat(client.next()).matches("2\\[\"b\",1,\"x\",\"[0-9a-z]+-2\"]");
      io.emit("c", new byte[] {1});
      assertThat(client.next())
          .matches("51-\\[\"c\",\\{\"_placeholder\":true,\"num\":0},\"[0-9a-z]+-3\"]");
    }
  }

  @Test
  void whatAsksForAnAcknowledgementOrIsVolatileIsNotLogged() {
    var first = TestClient.connect(io);
    first.reply("ask", args -> args.size());
    String offset = mark(first);
    assertThat(socket(first).call("ask").join().get(0)).isEqualTo(0);
    assertThat(io.call("ask").join().values()).containsExactly(0);
    io.asVolatile().emit("position", 1);
    assertThat(first.next("position").toList()).isEqualTo(List.of(1));
    socket(first).asVolatile().emit("position", 2);
    assertThat(first.next("position").toList()).isEqualTo(List.of(2));
    cut(first);
    io.asVolatile().emit("position", 3);
    io.timeout(Duration.ofMillis(1)).call("ask").join();
    try (var second = back(first, offset)) {
      assertThat(second.id()).isEqualTo(first.id());
      io.emit("fence");
      second.next("fence");
      assertThat(second.waiting("position") + second.waiting("ask")).isZero();
    }
  }

  @Test
  void nothingIsWrittenBeforeTheMiddlewaresHaveAccepted() throws Exception {
    var hold = new AtomicBoolean();
    var entered = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    io.use(
        socket -> {
          if (hold.get()) {
            entered.countDown();
            goOn.await(10, TimeUnit.SECONDS);
          }
        });
    var first = TestClient.connect(io);
    String offset = mark(first);
    cut(first);
    io.emit("secret", 1);
    hold.set(true);
    try (var client = RawClient.open(io)) {
      client.send("0{\"pid\":\"" + first.pid() + "\",\"offset\":\"" + offset + "\"}");
      assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
      io.emit("secret", 2);
      assertThat(client.received()).isEmpty();
      goOn.countDown();
      assertThat(client.next()).startsWith("2[\"secret\",1,");
      assertThat(client.next()).startsWith("2[\"secret\",2,");
      assertThat(client.next()).startsWith("0{\"sid\":\"" + first.id() + "\"");
    }
  }

  @Test
  void aClientThatIsRefusedGetsNothingAndMayComeBackWithABetterToken() {
    var valid = new AtomicBoolean(true);
    io.use(
        socket -> {
          if (!valid.get()) {
            throw new ConnectRejected("expired");
          }
        });
    var first = TestClient.connect(io);
    String offset = mark(first);
    cut(first);
    io.emit("secret");
    valid.set(false);
    try (var client = RawClient.open(io)) {
      client.send("0{\"pid\":\"" + first.pid() + "\",\"offset\":\"" + offset + "\"}");
      assertThat(client.next()).isEqualTo("4{\"message\":\"expired\"}");
      assertThat(client.received()).isEmpty();
    }
    valid.set(true);
    try (var second = back(first, offset)) {
      assertThat(second.id()).isEqualTo(first.id());
      second.next("secret");
    }
  }

  @Test
  void middlewaresArePassedOverIfTheServerIsSetSo() {
    serverWith(config -> config.recovery(recovery -> recovery.skipMiddlewares(true)));
    var ran = new AtomicInteger();
    io.use(socket -> ran.incrementAndGet());
    var first = TestClient.connect(io);
    String offset = mark(first);
    cut(first);
    assertThat(recovered(first, offset)).isTrue();
    assertThat(ran).hasValue(1);
    assertThat(recovered(first, "nonsense")).isFalse();
    assertThat(ran).hasValue(2);
  }

  @Test
  void aSessionIsResumedOnceAndThenUnderTheSamePidAgain() {
    var first = TestClient.connect(io);
    String offset = mark(first);
    cut(first);
    var second = back(first, offset);
    assertThat(second.id()).isEqualTo(first.id());
    assertThat(recovered(first, offset)).as("while it is in use").isFalse();
    cut(second);
    assertThat(recovered(first, offset)).as("once it is cut again").isTrue();
  }

  @Test
  void ofTwoWhoResumeTheSameSessionAtOnceOneGetsIt() {
    for (int round = 0; round < 50; round++) {
      var first = TestClient.connect(io);
      String offset = mark(first);
      cut(first);
      String connect = "0{\"pid\":\"" + first.pid() + "\",\"offset\":\"" + offset + "\"}";
      try (var one = RawClient.open(io);
          var two = RawClient.open(io)) {
        one.send(connect);
        two.send(connect);
        String wanted = "0{\"sid\":\"" + first.id() + "\"";
        boolean won = one.nextStartingWith("0{").startsWith(wanted);
        assertThat(two.nextStartingWith("0{").startsWith(wanted)).isEqualTo(!won);
      }
      soon().until(() -> io.main().sockets().isEmpty());
    }
  }

  @Test
  void aClientThatNeverGotAnEventRecoversToo() {
    io.emit("before it came");
    var first = TestClient.connect(io);
    cut(first);
    io.emit("missed", 1);
    try (var second = TestClient.connect(io, "/", Map.of("pid", String.valueOf(first.pid())))) {
      assertThat(second.id()).isEqualTo(first.id());
      assertThat(second.next("missed").get(0)).isEqualTo(1);
      assertThat(second.waiting("before it came")).isZero();
    }
  }

  @Test
  void whoWasExcludedIsExcludedFromWhatIsReplayed() {
    var first = TestClient.connect(io);
    socket(first).join("a", "b");
    String offset = mark(first);
    cut(first);
    io.to("a").except("b").emit("excluded");
    io.except(first.id()).emit("excluded");
    io.except("another").emit("included");
    try (var second = back(first, offset)) {
      second.next("included");
      assertThat(second.waiting("excluded")).isZero();
    }
  }

  @Test
  void aLogThatWasRolledOverRecoversNobody() {
    var first = TestClient.connect(io);
    var late = TestClient.connect(io);
    String offset = mark(first);
    cut(first);
    for (int i = 0; i < MOST_PACKETS; i++) {
      io.emit("e", i);
    }
    String lateOffset = null;
    for (int i = 0; i < MOST_PACKETS; i++) {
      lateOffset = offsetOf(late.next("e"));
    }
    cut(late);
    for (int i = 0; i < MOST_PACKETS; i++) {
      io.emit("f", i);
    }
    assertThat(recovered(first, offset)).as("two logs behind").isFalse();
    try (var second = back(late, lateOffset)) {
      assertThat(second.id()).as("just one log behind").isEqualTo(late.id());
      for (int i = 0; i < MOST_PACKETS; i++) {
        assertThat(second.next("f").get(0)).isEqualTo(i);
      }
    }
  }

  @Test
  void aSessionThatIsTooOldIsNotRecovered() {
    serverWith(c -> c.recovery(r -> r.maxDisconnectionDuration(Duration.ofMillis(50))));
    var first = TestClient.connect(io);
    String offset = mark(first);
    cut(first);
    await().pollDelay(Duration.ofMillis(80)).until(() -> true); // it is the time that is tested
    assertThat(recovered(first, offset)).isFalse();
  }

  @Test
  void strangePidsAndOffsetsRecoverNobodyAndHarmNobody() {
    SocketIoServer elsewhere = SocketIoServer.create(ServerConfig::recovery);
    String foreign;
    try (var client = TestClient.connect(elsewhere)) {
      elsewhere.emit("e");
      foreign = offsetOf(client.next("e"));
    }
    elsewhere.close();
    List<Object> offsets = new ArrayList<>(List.of(foreign, "", "-", "nonsense", 17, true));
    offsets.add("x".repeat(10_000));
    for (Object offset : offsets) {
      var first = TestClient.connect(io);
      String own = mark(first);
      cut(first);
      if (offset instanceof String) {
        assertThat(recovered(first, offset)).as("offset %.20s", offset).isFalse();
      }
      assertThat(recovered(first, own + "zzzzzzzz")).isFalse();
    }
    for (Object pid : List.of("", "nonsense", 17, List.of(), Map.of())) {
      TestClient.connect(io, "/", Map.of("pid", pid, "offset", "x")).close();
    }
  }

  @Test
  void aPidOfAnotherNamespaceRecoversNobody() {
    io.of("/other");
    var first = TestClient.connect(io);
    String offset = mark(first);
    cut(first);
    Map<String, Object> auth = Map.of("pid", String.valueOf(first.pid()), "offset", offset);
    try (var stranger = TestClient.connect(io, "/other", auth)) {
      assertThat(stranger.id()).isNotEqualTo(first.id());
    }
    assertThat(recovered(first, offset)).isTrue();
  }

  @Test
  void whoLeftOrWasPutOutIsNotRecovered() {
    var left = TestClient.connect(io);
    var putOut = TestClient.connect(io);
    String offset = mark(left);
    left.disconnect();
    socket(putOut).disconnect();
    soon().until(() -> io.main().sockets().isEmpty());
    assertThat(recovered(left, offset)).isFalse();
    assertThat(recovered(putOut, offset)).isFalse();
  }

  @Test
  void whatIsSentToASocketThatIsCutOffIsAmongWhatItMissed() {
    var first = TestClient.connect(io);
    String offset = mark(first);
    Socket socket = socket(first);
    cut(first);
    socket.emit("late answer", 1);
    io.local().emit("local", 2);
    try (var second = back(first, offset)) {
      assertThat(second.next("late answer").get(0)).isEqualTo(1);
      assertThat(second.next("local").get(0)).isEqualTo(2);
    }
  }

  @Test
  void whatChangesAfterTheEmitDoesNotChangeTheReplay() {
    var first = TestClient.connect(io);
    String offset = mark(first);
    cut(first);
    List<Object> list = new ArrayList<>(List.of("as it was"));
    byte[] bytes = {1};
    io.emit("e", list, bytes);
    list.set(0, "changed");
    bytes[0] = 2;
    try (var second = back(first, offset)) {
      Args args = second.next("e");
      assertThat(args.get(0)).isEqualTo(List.of("as it was"));
      assertThat(args.get(1, byte[].class)).containsExactly(1);
    }
  }

  @Test
  void theLogIsBoundedByItsBytes() {
    serverWith(config -> config.recovery(recovery -> recovery.maxBytes(10_000)));
    var first = TestClient.connect(io);
    String offset = mark(first);
    cut(first);
    for (int i = 0; i < 20; i++) {
      io.emit("e", "x".repeat(1_000));
    }
    assertThat(recovered(first, offset)).isFalse();
  }

  @Test
  void theOldestSessionGoesWhenThereAreTooMany() {
    serverWith(config -> config.recovery(recovery -> recovery.maxSessions(3)));
    List<TestClient> clients = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      clients.add(TestClient.connect(io));
    }
    String offset = mark(clients.get(3));
    clients.forEach(this::cut);
    for (int i = 1; i < 4; i++) {
      assertThat(recovered(clients.get(i), offset)).isTrue();
    }
    assertThat(recovered(clients.get(0), offset)).isFalse();
  }

  @Test
  void aClientThatIsCutAgainWhileTheMiddlewaresRunKeepsItsSession() throws Exception {
    var hold = new AtomicBoolean();
    var entered = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    io.use(
        socket -> {
          if (hold.get()) {
            entered.countDown();
            goOn.await(10, TimeUnit.SECONDS);
          }
        });
    var first = TestClient.connect(io);
    socket(first).join("room");
    String offset = mark(first);
    cut(first);
    io.to("room").emit("missed");
    hold.set(true);
    var between = RawClient.open(io);
    between.send("0{\"pid\":\"" + first.pid() + "\",\"offset\":\"" + offset + "\"}");
    assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
    between.close();
    soon().until(() -> io.clientsCount() == 0);
    hold.set(false);
    goOn.countDown();
    try (var second = back(first, offset)) {
      assertThat(second.id()).isEqualTo(first.id());
      second.next("missed");
      assertThat(socket(second).rooms()).contains("room");
    }
  }

  @Test
  void theOnlyClientOfADynamicNamespaceRecovers() {
    io.of(name -> true);
    var first = TestClient.connect(io, "/x", null);
    first.close();
    soon().until(() -> io.clientsCount() == 0);
    Map<String, Object> auth = Map.of("pid", String.valueOf(first.pid()));
    try (var second = TestClient.connect(io, "/x", auth)) {
      assertThat(second.id()).isEqualTo(first.id());
    }
  }

  @Test
  void aDynamicNamespaceGoesWhenNobodyCanComeBackToIt() {
    serverWith(c -> c.recovery(r -> r.maxDisconnectionDuration(Duration.ofMillis(100))));
    var parent = io.of(name -> true);
    TestClient.connect(io, "/x", null).close();
    soon().untilAsserted(() -> assertThat(parent.children()).isEmpty());
    var left = TestClient.connect(io, "/x", null);
    left.disconnect();
    soon().untilAsserted(() -> assertThat(parent.children()).isEmpty());
    left.close();
  }

  @Test
  void theHandshakeStillHasTheAuthOfTheApplication() {
    record Login(String token) {}
    Queue<String> tokens = new ConcurrentLinkedQueue<>();
    io.use(socket -> tokens.add(socket.handshake().auth(Login.class).token()));
    var first = TestClient.connect(io, "/", new Login("one"));
    String offset = mark(first);
    cut(first);
    Map<String, Object> auth =
        Map.of("pid", String.valueOf(first.pid()), "offset", offset, "token", "two");
    try (var second = TestClient.connect(io, "/", auth)) {
      assertThat(second.id()).isEqualTo(first.id());
    }
    assertThat(tokens).containsExactly("one", "two");
  }

  @Test
  void withoutRecoveryThereAreNeitherPidsNorOffsets() {
    serverWith(config -> {});
    try (var client = TestClient.connect(io)) {
      assertThat(client.pid()).isNull();
      io.emit("e", 1);
      assertThat(client.next("e").toList()).isEqualTo(List.of(1));
    }
  }

  @Test
  void nothingIsLostDoubledOrReorderedByTrafficDuringTheResumption() throws Exception {
    serverWith(config -> config.recovery());
    var slow = new AtomicBoolean();
    io.use(
        socket -> {
          if (slow.get()) {
            await().pollDelay(Duration.ofMillis(5)).until(() -> true);
          }
        });
    io.onConnection(socket -> socket.join("room"));
    var client = TestClient.connect(io);
    soon().until(() -> io.main().roomSize("room") == 1);
    slow.set(true);
    var stop = new AtomicBoolean();
    var sent = new AtomicInteger();
    var sender =
        new Thread(
            () -> {
              while (!stop.get()) {
                int number = sent.incrementAndGet();
                if (number % 2 == 0) {
                  io.emit("n", number);
                } else {
                  io.to("room").emit("n", number);
                }
                LockSupport.parkNanos(100_000);
              }
            });
    sender.start();
    int expected = 1;
    Args last = client.next("n");
    for (int round = 0; round < 30; round++) {
      while (client.waiting("n") > 0) {
        assertThat(last.get(0)).isEqualTo(expected++);
        last = client.next("n");
      }
      cut(client);
      while (client.waiting("n") > 0) {
        assertThat(last.get(0)).isEqualTo(expected++);
        last = client.next("n");
      }
      var next = back(client, offsetOf(last));
      assertThat(next.id()).as("round " + round).isEqualTo(client.id());
      client = next;
      assertThat(last.get(0)).isEqualTo(expected++);
      last = client.next("n");
    }
    stop.set(true);
    sender.join();
    while (expected < sent.get()) {
      assertThat(last.get(0)).isEqualTo(expected++);
      last = client.next("n");
    }
    assertThat(last.get(0)).isEqualTo(expected);
    assertThat(client.waiting("n")).isZero();
    client.close();
  }
}
