package dev.switchboard.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.protocol.socket.Args;
import dev.switchboard.server.Socket;
import dev.switchboard.server.SocketDisconnectedException;
import dev.switchboard.server.SocketIoServer;
import dev.switchboard.server.cluster.Replies;
import java.net.BindException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ShutdownIT {
  private final Queue<String> news = new ConcurrentLinkedQueue<>();

  private static SocketIoServer server() {
    return SocketIoServer.create(config -> config.host("127.0.0.1").port(0));
  }

  @Test
  void everySocketLearnsThatTheServerShutsDownOnce() {
    SocketIoServer io = server();
    io.of("/other");
    for (String name : new String[] {"/", "/other"}) {
      io.of(name).onConnection(s -> s.onDisconnect(reason -> news.add(name + " " + reason.text())));
    }
    try (var client = RawClient.connect(io)) {
      client.send("0/other,");
      client.nextStartingWith("0/other,");
      io.close();
      assertThat(news)
          .containsExactlyInAnyOrder("/ server shutting down", "/other server shutting down");
      client.awaitClose();
      // no disconnect packet, so that clients come back by themselves, as with the reference
      assertThat(client.received()).containsExactly("closed");
    }
    assertThat(io.main().sockets()).isEmpty();
    assertThat(news).hasSize(2);
  }

  @Test
  void disconnectHandlersHaveReturnedWhenTheServerIsClosed() {
    SocketIoServer io = server();
    io.onConnection(
        socket ->
            socket.onDisconnect(
                reason -> {
                  await().pollDelay(Duration.ofMillis(300)).until(() -> true);
                  news.add("saved");
                }));
    try (var client = TestClient.connect(io)) {
      await().until(() -> io.main().sockets().size() == 1);
      io.close();
      assertThat(news).containsExactly("saved");
      client.awaitDisconnect();
    }
  }

  @Test
  void aHandlerThatDoesNotReturnHoldsTheServerUpForAWhileOnly() throws Exception {
    SocketIoServer io = server();
    var goOn = new CountDownLatch(1);
    io.onConnection(
        socket ->
            socket.on(
                "block",
                args -> {
                  news.add("blocked");
                  try {
                    goOn.await(60, TimeUnit.SECONDS);
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                }));
    try (var client = TestClient.connect(io)) {
      client.emit("block");
      await().until(() -> !news.isEmpty());
      io.shutdown().get(20, TimeUnit.SECONDS);
    } finally {
      goOn.countDown();
    }
  }

  @Test
  void aSocketWhoseMiddlewareStillRunsIsNotConnectedAnyMore() throws Exception {
    SocketIoServer io = server();
    var entered = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    io.use(
        socket -> {
          entered.countDown();
          goOn.await(10, TimeUnit.SECONDS);
        });
    io.onConnection(socket -> news.add("connected"));
    try (var client = RawClient.open(io)) {
      client.send("0");
      assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
      io.shutdown().get(20, TimeUnit.SECONDS);
      goOn.countDown();
      client.awaitClose();
      assertThat(client.received()).containsExactly("closed");
    }
    assertThat(news).isEmpty();
    assertThat(io.main().sockets()).isEmpty();
  }

  @Test
  void callsThatAreUnderwayEndWithWhatThereIs() {
    SocketIoServer io = server();
    try (var silent = TestClient.connect(io);
        var answers = TestClient.connect(io)) {
      answers.reply("ask", args -> 1);
      Socket socket = io.main().socket(silent.id()).orElseThrow();
      CompletableFuture<Args> call = socket.call("ask");
      CompletableFuture<Replies<Object>> broadcast = io.timeout(Duration.ofMinutes(1)).call("ask");
      await().until(() -> answers.waiting("ask") == 1);
      io.close();
      assertThatThrownBy(() -> call.get(5, TimeUnit.SECONDS))
          .hasCauseInstanceOf(SocketDisconnectedException.class);
      assertThat(broadcast.orTimeout(5, TimeUnit.SECONDS).join().values()).containsExactly(1);
    }
  }

  @Test
  void newConnectionsAreRefusedOnceItCloses() {
    SocketIoServer io = server();
    io.close();
    assertThatThrownBy(() -> RawClient.open(io))
        .isInstanceOf(CompletionException.class)
        .hasMessageContaining("503");
  }

  @Test
  void closingTwiceIsClosingOnce() throws Exception {
    SocketIoServer io = server();
    io.start().join();
    CompletableFuture<Void> first = io.shutdown();
    assertThat(io.shutdown()).isSameAs(first);
    first.get(10, TimeUnit.SECONDS);
    io.close();
  }

  @Test
  void aServerThatWasNotStartedCanBeClosed() throws Exception {
    SocketIoServer io = server();
    io.shutdown().get(10, TimeUnit.SECONDS);
    assertThatThrownBy(io::start).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aServerStartsOnce() {
    try (SocketIoServer io = server()) {
      assertThatThrownBy(io::port)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("start");
      io.start().join();
      assertThat(io.port()).isPositive();
      assertThatThrownBy(io::start).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void aPortThatIsTakenFailsTheStartAndTheServerCanBeClosed() {
    try (SocketIoServer first = server()) {
      first.start().join();
      try (SocketIoServer second =
          SocketIoServer.create(config -> config.host("127.0.0.1").port(first.port()))) {
        assertThatThrownBy(() -> second.start().get(10, TimeUnit.SECONDS))
            .hasCauseInstanceOf(BindException.class)
            .hasMessageContaining(String.valueOf(first.port()));
      }
    }
  }

  @Test
  void whatIsDoneToAClosedServerDoesNoHarm() {
    SocketIoServer io = server();
    Socket socket;
    try (var client = TestClient.connect(io)) {
      socket = io.main().socket(client.id()).orElseThrow();
      io.close();
    }
    io.emit("e");
    socket.emit("e");
    socket.join("room");
    socket.disconnect();
    socket.disconnect(true);
    io.disconnectSockets(true);
    assertThat(io.fetchSockets().join()).isEmpty();
    assertThat(io.call("e").join().values()).isEmpty();
    assertThat(io.main().roomNames()).isEmpty();
  }

  @Test
  void fiftyRestartsInOneJvmLeaveNoThread() throws Exception {
    HttpClient http = HttpClient.newHttpClient();
    restart(http, 3);
    long before = threads();
    restart(http, 50);
    await().atMost(Duration.ofSeconds(20)).until(() -> threads() <= before);
  }

  private static void restart(HttpClient http, int times) throws InterruptedException {
    for (int i = 0; i < times; i++) {
      try (SocketIoServer io = server()) {
        io.start().join();
        io.onConnection(socket -> socket.reply("echo", args -> args.get(0)));
        var packets = new LinkedBlockingQueue<String>();
        URI address =
            URI.create("ws://127.0.0.1:" + io.port() + "/socket.io/?EIO=4&transport=websocket");
        WebSocket client = http.newWebSocketBuilder().buildAsync(address, listener(packets)).join();
        assertThat(packets.poll(10, TimeUnit.SECONDS)).startsWith("0{");
        client.sendText("40", true).join();
        assertThat(packets.poll(10, TimeUnit.SECONDS)).startsWith("40{");
        client.sendText("427[\"echo\",1]", true).join();
        assertThat(packets.poll(10, TimeUnit.SECONDS)).isEqualTo("437[1]");
        client.abort();
      }
    }
  }

  private static WebSocket.Listener listener(Queue<String> packets) {
    return new WebSocket.Listener() {
      @Override
      public CompletionStage<?> onText(WebSocket client, CharSequence data, boolean last) {
        packets.add(data.toString());
        client.request(1);
        return null;
      }
    };
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("switchboard"))
        .count();
  }

  @Test
  void plainRequestsAreAnsweredUntilItCloses() throws Exception {
    HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    SocketIoServer io = server();
    io.start().join();
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + io.port() + "/socket.io/?EIO=4&transport=polling"))
            .build();
    HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).startsWith("0{\"sid\":");
    io.close();
    assertThatThrownBy(() -> http.send(request, HttpResponse.BodyHandlers.ofString()))
        .isInstanceOf(ConnectException.class);
  }
}
