package dev.switchboard.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.server.DisconnectReason;
import dev.switchboard.server.ServerListener;
import dev.switchboard.server.Socket;
import dev.switchboard.server.SocketIoServer;
import java.time.Duration;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DisconnectIT {
  private static final Duration HASTE = Duration.ofMillis(800);

  private final Queue<String> news = new ConcurrentLinkedQueue<>();
  private final AtomicInteger connected = new AtomicInteger();
  private final SocketIoServer io =
      SocketIoServer.create(
          config ->
              config.listener(
                  new ServerListener() {
                    @Override
                    public void onConnect(Socket socket) {
                      connected.incrementAndGet();
                    }

                    @Override
                    public void onDisconnect(Socket socket, DisconnectReason reason) {
                      connected.decrementAndGet();
                      news.add("gone: " + reason);
                    }

                    @Override
                    public void onHandlerFailure(
                        @Nullable Socket socket, String what, Throwable failure) {
                      news.add("failure: " + what);
                    }
                  }));

  /** Closes connections that have no namespace soon. */
  private final SocketIoServer hasty =
      SocketIoServer.create(config -> config.connectTimeout(HASTE));

  @AfterEach
  void close() {
    io.close();
    hasty.close();
  }

  private Socket onlySocket() {
    await().until(() -> io.main().sockets().size() == 1);
    return io.main().sockets().iterator().next();
  }

  @Test
  void disconnectingComesFirstWithTheRoomsThenDisconnectThenTheListener() {
    var rooms = new CompletableFuture<Set<String>>();
    io.onConnection(
        socket -> {
          socket.join("a");
          socket.onDisconnect(
              reason -> news.add("disconnect " + reason.text() + " " + socket.connected()));
          socket.onDisconnecting(
              reason -> {
                news.add("disconnecting " + reason.text());
                rooms.complete(socket.rooms());
              });
        });
    String id;
    try (var client = TestClient.connect(io)) {
      id = client.id();
      await().until(() -> io.main().roomSize("a") == 1);
    }
    await()
        .untilAsserted(
            () ->
                assertThat(news)
                    .containsExactly(
                        "disconnecting transport close",
                        "disconnect transport close false",
                        "gone: transport close"));
    assertThat(rooms.join()).containsExactlyInAnyOrder("a", id);
  }

  @Test
  void everyDisconnectHandlerRunsThoughOneFails() {
    io.onConnection(
        socket -> {
          socket.onDisconnecting(
              reason -> {
                throw new IllegalStateException("on purpose");
              });
          socket.onDisconnect(
              reason -> {
                throw new IllegalStateException("on purpose");
              });
          socket.onDisconnect(reason -> news.add("cleaned up"));
        });
    TestClient.connect(io).close();
    await()
        .untilAsserted(
            () ->
                assertThat(news)
                    .containsExactly(
                        "failure: disconnect",
                        "failure: disconnect",
                        "cleaned up",
                        "gone: transport close"));
  }

  @Test
  void aSocketThatTheServerPutOutIsNotListenedToAnyMore() {
    io.onConnection(
        socket -> {
          socket.on(
              "login",
              args -> {
                news.add("login");
                socket.disconnect();
              });
          socket.onAny((event, args) -> news.add("any " + event));
          socket.on("delete", args -> news.add("delete"));
        });
    try (var client = RawClient.connect(io)) {
      client.send("2[\"login\"]", "21[\"delete\"]", "22[\"delete\"]");
      assertThat(client.next()).isEqualTo("1");
      await()
          .untilAsserted(
              () ->
                  assertThat(news)
                      .containsExactly("any login", "login", "gone: server namespace disconnect"));
      assertThat(client.received()).isEmpty();
    }
  }

  @Test
  void whatAClientSentBeforeItWentIsHandledFirst() {
    io.onConnection(
        socket -> {
          socket.on("event", args -> news.add("event " + args.get(0)));
          socket.onDisconnect(reason -> news.add(reason.text()));
        });
    try (var client = RawClient.connect(io)) {
      client.send("2[\"event\",1]", "2[\"event\",2]", "1");
      await()
          .untilAsserted(
              () ->
                  assertThat(news)
                      .containsExactly(
                          "event 1",
                          "event 2",
                          "client namespace disconnect",
                          "gone: client namespace disconnect"));
      assertThat(client.isOpen()).isTrue();
    }
  }

  @Test
  void manyWhoDisconnectTheSameSocketSendOnePacketAndRunTheHandlersOnce() throws Exception {
    io.onConnection(socket -> socket.onDisconnect(reason -> news.add(reason.text())));
    try (var client = RawClient.connect(io)) {
      Socket socket = onlySocket();
      int threads = 8;
      var start = new CountDownLatch(1);
      var done = new CountDownLatch(threads);
      for (int i = 0; i < threads; i++) {
        new Thread(
                () -> {
                  try {
                    start.await();
                    socket.disconnect();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                  done.countDown();
                })
            .start();
      }
      start.countDown();
      assertThat(done.await(5, TimeUnit.SECONDS)).isTrue();
      socket.emit("too late");
      io.emit("too late");
      client.send("0");
      assertThat(client.next()).isEqualTo("1");
      assertThat(client.next()).startsWith("0{");
      await()
          .untilAsserted(
              () ->
                  assertThat(news)
                      .containsExactly(
                          "server namespace disconnect", "gone: server namespace disconnect"));
    }
  }

  @Test
  void aDisconnectedClientMayComeBackOnTheSameConnection() {
    try (var client = RawClient.connect(io)) {
      Socket first = onlySocket();
      first.disconnect();
      assertThat(client.next()).isEqualTo("1");
      client.send("2[\"late\"]", "0");
      client.nextStartingWith("0{");
      Socket second = onlySocket();
      assertThat(second).isNotSameAs(first);
      assertThat(second.id()).isNotEqualTo(first.id());
      assertThat(first.connected()).isFalse();
    }
  }

  @Test
  void aConnectionThatLeftItsLastNamespaceIsClosedAfterTheConnectTimeout() {
    try (var client = RawClient.connect(hasty)) {
      long start = System.nanoTime();
      client.send("1");
      client.awaitClose();
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(HASTE.minusMillis(50), Duration.ofSeconds(8));
    }
  }

  @Test
  void theTimeWithoutANamespaceBeginsAnewEachTimeOneIsLeft() throws Exception {
    try (var client = RawClient.connect(hasty)) {
      client.send("1"); // a timer runs from now on
      client.send("0");
      client.nextStartingWith("0{");
      await().pollDelay(HASTE.dividedBy(2)).until(() -> true); // half of the time
      long left = System.nanoTime();
      client.send("1"); // it ends soon, but this time is not over
      client.awaitClose();
      assertThat(Duration.ofNanos(System.nanoTime() - left))
          .isGreaterThanOrEqualTo(HASTE.minusMillis(10));
    }
  }

  @Test
  void aConnectionWithoutANamespaceIsClosed() {
    try (var client = RawClient.open(hasty)) {
      client.awaitClose();
      assertThat(client.received()).containsExactly("closed");
    }
  }

  @Test
  void connectAndDisconnectAreReportedInPairsHoweverShortTheConnection() {
    for (int i = 0; i < 300; i++) {
      var client = RawClient.open(io);
      client.send("0");
      client.close();
    }
    await().untilAsserted(() -> assertThat(io.clientsCount()).isZero());
    io.close();
    assertThat(connected).hasValue(0);
    assertThat(io.main().sockets()).isEmpty();
  }

  @Test
  void aHandlerForOneEventMayBeRegisteredWhileTheEventComes() throws Exception {
    try (var client = TestClient.connect(io)) {
      Socket socket = onlySocket();
      var stop = new AtomicInteger();
      var sender =
          new Thread(
              () -> {
                while (stop.get() == 0) {
                  client
                      .call("e")
                      .orTimeout(1, TimeUnit.MILLISECONDS)
                      .exceptionally(e -> null)
                      .join();
                }
              });
      sender.start();
      for (int i = 0; i < 300; i++) {
        var ran = new CompletableFuture<Void>();
        socket.once("e", args -> ran.complete(null));
        ran.get(5, TimeUnit.SECONDS);
      }
      stop.set(1);
      sender.join();
      assertThat(news).isEmpty();
    }
  }
}
