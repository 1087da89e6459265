package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.server.ConnectRejected;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Namespaces, what they ask for, and who shares a connection. */
@Timeout(60)
class ClientNamespacesIT {
  record Login(String token) {}

  record Refusal(String code) {}

  private TestServer server;

  @BeforeEach
  void start() {
    server =
        TestServer.start(
            io -> {
              io.onConnection(
                  socket -> {
                    socket.on("auth", (args, ack) -> ack.send(socket.handshake().auth()));
                    socket.on("kick", args -> socket.disconnect());
                    socket.on("cut", args -> socket.disconnect(true));
                    socket.on("query", (args, ack) -> ack.send(socket.handshake().query()));
                    socket.on(
                        "header",
                        (args, ack) ->
                            ack.send(
                                socket.handshake().header(args.get(0, String.class)).orElse("")));
                  });
              io.of("/chat")
                  .onConnection(socket -> socket.on("auth", (args, ack) -> ack.send("chat")));
              io.of("/guarded")
                  .use(
                      socket -> {
                        if (!"let-me-in".equals(socket.handshake().auth().get("token"))) {
                          throw new ConnectRejected("not authorized", Map.of("code", "E_AUTH"));
                        }
                      });
            });
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static Object ask(ClientSocket socket, String event, Object... args) {
    return socket.call(event, args).orTimeout(20, TimeUnit.SECONDS).join().get(0);
  }

  @Test
  void namespacesOfOneServerShareAConnection() {
    try (ClientSocket main = SocketIoClient.connect(server.url());
        ClientSocket chat = SocketIoClient.connect(server.url() + "/chat")) {
      assertThat(ask(chat, "auth")).isEqualTo("chat");
      assertThat(ask(main, "auth")).isEqualTo(Map.of());
      assertThat(server.io.clientsCount()).isEqualTo(1);
      chat.disconnect().orTimeout(20, TimeUnit.SECONDS).join();
      assertThat(ask(main, "auth")).isEqualTo(Map.of()); // the connection stays for the others
    }
    Awaitility.await().until(() -> server.io.clientsCount() == 0);
  }

  @Test
  void theSameNamespaceTwiceOrOtherSettingsNeedAConnectionEach() {
    try (ClientSocket one = SocketIoClient.connect(server.url());
        ClientSocket same = SocketIoClient.connect(server.url());
        ClientSocket forced =
            SocketIoClient.connect(server.url() + "/chat", config -> config.forceNew(true));
        ClientSocket other =
            SocketIoClient.connect(server.url() + "/chat", config -> config.query("a", "b"))) {
      for (ClientSocket socket : List.of(one, same, forced, other)) {
        ask(socket, "auth");
      }
      assertThat(server.io.clientsCount()).isEqualTo(4);
    }
  }

  @Test
  void theUrlsQueryAndHeadersReachTheHandshake() {
    try (ClientSocket socket =
        SocketIoClient.connect(
            server.url() + "/?room=a%20b",
            config -> config.query("x", "ü&y").header("X-Token", "secret"))) {
      assertThat(ask(socket, "query"))
          .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
          .containsEntry("room", "a b")
          .containsEntry("x", "ü&y")
          .containsEntry("EIO", "4");
      assertThat(ask(socket, "header", "x-token")).isEqualTo("secret");
    }
  }

  @Test
  void aRefusalHasItsDataAndIsNotTriedAgain() throws InterruptedException {
    try (ClientSocket socket = SocketIoClient.create(server.url() + "/guarded", config -> {})) {
      var failures = new java.util.concurrent.LinkedBlockingQueue<ConnectFailedException>();
      socket.onConnectError(failures::add);
      socket.connect();
      ConnectFailedException failure = failures.poll(20, TimeUnit.SECONDS);
      assertThat(failure).hasMessage("not authorized");
      assertThat(failure.refused()).isTrue();
      assertThat(failure.data(Refusal.class)).hasValue(new Refusal("E_AUTH"));
      assertThat(socket.active()).isFalse();
      // the connection, which nobody needs, is over
      Awaitility.await().until(() -> server.io.clientsCount() == 0);
    }
  }

  @Test
  void anUnknownNamespaceIsRefused() throws InterruptedException {
    try (ClientSocket socket = SocketIoClient.create(server.url() + "/nowhere", config -> {})) {
      Events events = Events.of(socket);
      socket.connect();
      assertThat(events.next()).isEqualTo("connect_error Invalid namespace");
    }
  }

  @Test
  void authIsAValueOfTheApplications() {
    try (ClientSocket socket =
        SocketIoClient.connect(server.url(), config -> config.auth(new Login("abc")))) {
      assertThat(ask(socket, "auth")).isEqualTo(Map.of("token", "abc"));
    }
  }

  @Test
  void authIsAskedForAnewAtEachConnection() throws InterruptedException {
    var asked = new AtomicInteger();
    try (ClientSocket socket =
        SocketIoClient.create(
            server.url(),
            config ->
                config
                    .authAsync(
                        () ->
                            CompletableFuture.supplyAsync(
                                () -> new Login("token " + asked.incrementAndGet())))
                    .reconnection(quick -> quick.delay(Duration.ofMillis(20))))) {
      Events events = Events.of(socket);
      socket.connect();
      events.next("connect");
      assertThat(ask(socket, "auth")).isEqualTo(Map.of("token", "token 1"));
      server.io.engine().forEachSession(session -> session.close());
      events.next("disconnect");
      events.next("connect");
      assertThat(ask(socket, "auth")).isEqualTo(Map.of("token", "token 2"));
    }
  }

  @Test
  void anAuthSupplierThatFailsIsAConnectErrorAndIsAskedAgain() throws InterruptedException {
    var asked = new AtomicInteger();
    try (ClientSocket socket =
        SocketIoClient.create(
            server.url() + "/guarded",
            config ->
                config
                    .auth(
                        () -> {
                          if (asked.incrementAndGet() < 3) {
                            throw new IllegalStateException("no token yet");
                          }
                          return Map.of("token", "let-me-in");
                        })
                    .reconnection(quick -> quick.delay(Duration.ofMillis(20))))) {
      Events events = Events.of(socket);
      socket.connect();
      String failure = "connect_error no auth to connect with: no token yet";
      assertThat(events.next("connect")).isEqualTo(failure);
      assertThat(events.next("connect")).isEqualTo(failure);
      assertThat(events.next("connect")).isEqualTo("connect");
    }
  }

  @Test
  void authThatIsNoObjectIsAConnectErrorThatSaysSo() throws InterruptedException {
    try (ClientSocket socket =
        SocketIoClient.create(
            server.url(),
            config -> config.auth("a text").reconnection(none -> none.enabled(false)))) {
      Events events = Events.of(socket);
      socket.connect();
      assertThat(events.next()).contains("auth must be a record, a bean or a map, not a java.lang");
      assertThat(socket.active()).isFalse();
    }
  }

  @Test
  void whomTheServerDisconnectsDoesNotComeBackByItself() throws InterruptedException {
    try (ClientSocket socket = SocketIoClient.create(server.url(), config -> {})) {
      Events events = Events.of(socket);
      socket.connect();
      events.next("connect");
      socket.emit("kick");
      assertThat(events.next("disconnect")).isEqualTo("disconnect io server disconnect");
      assertThat(socket.active()).isFalse();
      socket.connect();
      assertThat(events.next()).isEqualTo("connect");
      socket.emit("cut");
      assertThat(events.next("disconnect")).isEqualTo("disconnect io server disconnect");
    }
  }

  @Test
  void disconnectingAndConnectingAgainIsANewSocketOfTheServers() throws InterruptedException {
    try (ClientSocket socket = SocketIoClient.create(server.url(), config -> {})) {
      Events events = Events.of(socket);
      socket.connect();
      events.next("connect");
      String before = socket.id().orElseThrow();
      socket.disconnect().orTimeout(20, TimeUnit.SECONDS).join();
      assertThat(events.next("disconnect")).isEqualTo("disconnect io client disconnect");
      assertThat(socket.id()).isEmpty();
      socket.connect();
      events.next("connect");
      assertThat(socket.id().orElseThrow()).isNotEqualTo(before);
    }
  }

  @Test
  void aClosedSocketStaysClosed() {
    ClientSocket socket = SocketIoClient.connect(server.url());
    socket.close();
    socket.connect();
    CompletableFuture<?> call = socket.call("auth");
    assertThat(call)
        .failsWithin(Duration.ofSeconds(20))
        .withThrowableThat()
        .withCauseInstanceOf(SocketDisconnectedException.class);
    assertThat(socket.active()).isFalse();
  }
}
