package dev.switchboard.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.switchboard.server.Attribute;
import dev.switchboard.server.ConnectRejected;
import dev.switchboard.server.DisconnectReason;
import dev.switchboard.server.Namespace;
import dev.switchboard.server.ServerListener;
import dev.switchboard.server.Socket;
import dev.switchboard.server.SocketIoServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MiddlewareIT {
  private record Login(String token) {}

  private static final Attribute<String> USER = Attribute.of("user");

  private final Queue<String> news = new ConcurrentLinkedQueue<>();
  private final SocketIoServer io =
      SocketIoServer.create(
          config ->
              config.listener(
                  new ServerListener() {
                    @Override
                    public void onConnect(Socket socket) {
                      news.add("connect");
                    }

                    @Override
                    public void onDisconnect(Socket socket, DisconnectReason reason) {
                      news.add("disconnect: " + reason);
                    }

                    @Override
                    public void onConnectRefused(Namespace namespace, String message) {
                      news.add("refused: " + message);
                    }

                    @Override
                    public void onHandlerFailure(
                        @Nullable Socket socket, String what, Throwable failure) {
                      news.add("failure: " + what + ": " + failure.getMessage());
                    }
                  }));

  @AfterEach
  void close() {
    io.close();
  }

  private ConnectRefusedException refusal(@Nullable Object auth) {
    return catchThrowableOfType(
        ConnectRefusedException.class, () -> TestClient.connect(io, "/", auth).close());
  }

  private static void pause(CountDownLatch until) throws InterruptedException {
    assertThat(until.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void middlewaresRunInTheirOrderAndMayAcceptByReturning() {
    Queue<String> ran = new ConcurrentLinkedQueue<>();
    io.use(
        socket -> {
          ran.add("first " + socket.connected());
          socket.set(USER, socket.handshake().auth(Login.class).token());
        });
    io.use(socket -> ran.add("second " + socket.get(USER)));
    io.onConnection(socket -> ran.add("connection " + socket.connected()));
    try (var client = TestClient.connect(io, "/", new Login("Ann"))) {
      await()
          .untilAsserted(
              () ->
                  assertThat(ran).containsExactly("first false", "second Ann", "connection true"));
      assertThat(client.isConnected()).isTrue();
    }
  }

  @Test
  void aRefusalCarriesItsMessageAndData() {
    io.use(
        socket -> {
          if (socket.handshake().auth().isEmpty()) {
            throw new ConnectRejected("not authorized", Map.of("code", 17, "hints", List.of("x")));
          }
          throw new ConnectRejected("bad token");
        });
    ConnectRefusedException withData = refusal(null);
    assertThat(withData).hasMessage("not authorized");
    assertThat(withData.data()).isEqualTo(Map.of("code", 17, "hints", List.of("x")));
    ConnectRefusedException without = refusal(new Login("?"));
    assertThat(without).hasMessage("bad token");
    assertThat(without.data()).isNull();
    await()
        .untilAsserted(
            () ->
                assertThat(news).containsExactly("refused: not authorized", "refused: bad token"));
  }

  @Test
  void aRefusalIsOnePacketThatTheReferenceWouldWriteAndTheConnectionStays() {
    io.of("/closed")
        .use(
            socket -> {
              throw new ConnectRejected("no", Map.of("code", 1));
            });
    io.onConnection(socket -> socket.reply("echo", args -> args.get(0)));
    try (var client = RawClient.connect(io)) {
      client.send("0/closed,");
      assertThat(client.next()).isEqualTo("4/closed,{\"message\":\"no\",\"data\":{\"code\":1}}");
      client.send("27[\"echo\",1]");
      assertThat(client.next()).isEqualTo("37[1]");
    }
  }

  @Test
  void anUnexpectedExceptionRefusesWithAMessageThatTellsNothing() {
    io.use(
        socket -> {
          throw new IllegalStateException("the password of the database is hunter2");
        });
    ConnectRefusedException refusal = refusal(null);
    assertThat(refusal).hasMessage("Internal server error");
    assertThat(refusal.data()).isNull();
    assertThat(news).contains("failure: middleware: the password of the database is hunter2");
  }

  @Test
  void aMiddlewareBehindOneThatRefusesDoesNotRun() {
    Queue<String> ran = new ConcurrentLinkedQueue<>();
    io.use(
        socket -> {
          throw new ConnectRejected("no");
        });
    io.use(socket -> ran.add("second"));
    io.onConnection(socket -> ran.add("connection"));
    assertThat(refusal(null)).hasMessage("no");
    assertThat(ran).isEmpty();
    assertThat(io.main().sockets()).isEmpty();
  }

  @Test
  void theClientMayTryAgainOnTheSameConnection() {
    io.use(
        socket -> {
          if (!"yes".equals(socket.handshake().auth().get("token"))) {
            throw new ConnectRejected("no");
          }
        });
    try (var client = RawClient.open(io)) {
      client.send("0{\"token\":\"no\"}");
      assertThat(client.next()).startsWith("4{");
      client.send("0{\"token\":\"yes\"}");
      assertThat(client.next()).startsWith("0{\"sid\":");
    }
  }

  @Test
  void whatAMiddlewareEmitsComesBeforeTheConnectPacket() {
    io.use(socket -> socket.emit("session", "abc"));
    try (var client = RawClient.open(io)) {
      client.send("0");
      assertThat(client.next()).isEqualTo("2[\"session\",\"abc\"]");
      assertThat(client.next()).startsWith("0{\"sid\":");
    }
  }

  @Test
  void roomsJoinedInAMiddlewareHearNothingUntilTheSocketIsConnected() throws Exception {
    var joined = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    io.use(
        socket -> {
          socket.join("early");
          joined.countDown();
          pause(goOn);
        });
    try (var client = RawClient.open(io)) {
      client.send("0");
      pause(joined);
      assertThat(io.main().roomSize("early")).isEqualTo(1);
      assertThat(io.main().sockets()).isEmpty();
      io.to("early").emit("too soon");
      goOn.countDown();
      assertThat(client.next()).startsWith("0{");
      await().until(() -> io.main().sockets().size() == 1);
      io.to("early").emit("now");
      assertThat(client.next()).isEqualTo("2[\"now\"]");
    }
  }

  @Test
  void roomsJoinedInAMiddlewareAreLeftOnRefusal() {
    io.use(
        socket -> {
          socket.join("early");
          throw new ConnectRejected("no");
        });
    assertThat(refusal(null)).hasMessage("no");
    assertThat(io.main().roomNames()).isEmpty();
  }

  @Test
  void aClientThatGoesWhileAMiddlewareTakesLongLeavesNothing() throws Exception {
    var entered = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    var late = new CompletableFuture<Boolean>();
    io.use(
        socket -> {
          socket.join("early");
          entered.countDown();
          pause(goOn);
          socket.join("late");
          late.complete(socket.connected());
        });
    Queue<String> ran = new ConcurrentLinkedQueue<>();
    io.use(socket -> ran.add("second middleware"));
    io.onConnection(socket -> ran.add("connection"));
    var client = RawClient.open(io);
    client.send("0");
    pause(entered);
    client.close();
    await().untilAsserted(() -> assertThat(io.clientsCount()).isZero());
    goOn.countDown();
    assertThat(late.get(10, TimeUnit.SECONDS)).isFalse();
    io.close();
    assertThat(io.main().roomNames()).isEmpty();
    assertThat(io.main().sockets()).isEmpty();
    assertThat(ran).isEmpty();
    assertThat(news).isEmpty();
  }

  @Test
  void aMiddlewareThatTakesLongerThanTheConnectTimeoutCostsTheConnection() throws Exception {
    var goOn = new CountDownLatch(1);
    try (SocketIoServer hasty =
            SocketIoServer.create(config -> config.connectTimeout(Duration.ofMillis(100)));
        var client = RawClient.open(hasty)) {
      hasty.use(socket -> pause(goOn));
      client.send("0");
      client.awaitClose();
      goOn.countDown();
    }
  }

  @Test
  void aSlowMiddlewareOfOneNamespaceDelaysNoOther() throws Exception {
    var goOn = new CountDownLatch(1);
    io.of("/slow").use(socket -> pause(goOn));
    io.onConnection(socket -> socket.reply("echo", args -> args.get(0)));
    try (var client = RawClient.connect(io)) {
      client.send("0/slow,");
      client.send("21[\"echo\",\"x\"]");
      assertThat(client.next()).isEqualTo("31[\"x\"]");
      goOn.countDown();
      assertThat(client.next()).startsWith("0/slow,{");
    }
  }

  @Test
  void twoConnectsAtOnceGiveNoSecondSocket() throws Exception {
    var goOn = new CountDownLatch(1);
    Queue<String> entered = new ConcurrentLinkedQueue<>();
    io.use(
        socket -> {
          entered.add(socket.id());
          pause(goOn);
        });
    try (var client = RawClient.open(io)) {
      client.send("0", "0");
      client.awaitClose();
      goOn.countDown();
      io.close();
      assertThat(entered).hasSizeLessThanOrEqualTo(1);
      assertThat(io.main().sockets()).isEmpty();
    }
  }

  @Test
  void anEventBeforeTheConnectPacketClosesTheConnection() throws Exception {
    var goOn = new CountDownLatch(1);
    io.use(socket -> pause(goOn));
    try (var client = RawClient.open(io)) {
      client.send("0", "2[\"hello\"]");
      client.awaitClose();
    } finally {
      goOn.countDown();
    }
  }

  @Test
  void aMiddlewareMayCloseTheConnection() {
    io.use(socket -> socket.disconnect(true));
    try (var client = RawClient.open(io)) {
      client.send("0");
      client.awaitClose();
      assertThat(client.received()).noneMatch(packet -> packet.startsWith("0"));
    }
  }

  @Test
  void middlewaresOfOneNamespaceDoNotLookAtOthers() {
    io.use(
        socket -> {
          throw new ConnectRejected("main is closed");
        });
    io.of("/open");
    TestClient.connect(io, "/open", null).close();
    assertThat(refusal(null)).hasMessage("main is closed");
  }
}
