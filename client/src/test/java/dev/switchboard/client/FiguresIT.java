package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.client.engine.ClientLoop;
import dev.switchboard.protocol.socket.Args;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many of everything, and what is left of it. */
@Timeout(120)
class FiguresIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static long clientThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("switchboard-client"))
        .filter(thread -> !thread.getName().contains("-listener-"))
        .filter(thread -> !thread.getName().contains("-reply-"))
        .count();
  }

  @Test
  void tenThousandCallsWaitAtOnceAndNothingIsLeftOfThem() {
    try (TestServer server = TestServer.start(io -> io.onConnection(s -> {}));
        ClientSocket socket =
            SocketIoClient.connect(
                server.url(),
                config ->
                    config
                        .transports("websocket")
                        .limits(
                            limits -> limits.buffer(20_000, 64 << 20, OverflowPolicy.REJECT)))) {
      Awaitility.await().atMost(PATIENCE).until(socket::connected);
      List<CompletableFuture<Args>> calls =
          IntStream.range(0, 10_000)
              .mapToObj(i -> socket.timeout(Duration.ofSeconds(3)).call("silence", i))
              .toList();
      assertThat(clientThreads()).isLessThanOrEqualTo(8);
      for (CompletableFuture<Args> call : calls) {
        assertThatThrownBy(() -> call.get(60, TimeUnit.SECONDS))
            .hasCauseInstanceOf(AckTimeoutException.class);
      }
      Awaitility.await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> {
                var kept = new CompletableFuture<List<Integer>>();
                ClientLoop.shared().execute(() -> kept.complete(socket.link().kept()));
                assertThat(kept.get(20, TimeUnit.SECONDS)).containsOnly(0);
                assertThat(ClientLoop.shared().waiting()).isLessThan(10);
              });
    }
  }

  @Test
  void fiveHundredClientsHaveTheThreadsOfOne() {
    List<ClientSocket> sockets = new ArrayList<>();
    try (TestServer server =
        TestServer.start(
            io -> io.onConnection(s -> s.on("ask", (args, ack) -> ack.send(args.get(0)))))) {
      for (int i = 0; i < 500; i++) {
        sockets.add(
            SocketIoClient.connect(
                server.url(), config -> config.transports("websocket").forceNew(true)));
      }
      CompletableFuture<?>[] calls =
          sockets.stream().map(socket -> socket.call("ask", 1)).toArray(CompletableFuture[]::new);
      CompletableFuture.allOf(calls).orTimeout(60, TimeUnit.SECONDS).join();
      assertThat(server.io.clientsCount()).isEqualTo(500);
      assertThat(clientThreads()).isLessThanOrEqualTo(8);
      sockets.forEach(ClientSocket::disconnect);
      Awaitility.await().atMost(PATIENCE).until(() -> server.io.clientsCount() == 0);
    } finally {
      sockets.forEach(ClientSocket::close);
    }
  }

  @Test
  void withRetriesEverythingArrivesInOrderWhileTheServerComesAndGoes() {
    List<Integer> handled = Collections.synchronizedList(new ArrayList<>());
    List<Integer> received = Collections.synchronizedList(new ArrayList<>());
    int news = 0;
    TestServer server = counting(0, handled);
    int port = server.port();
    try (ClientSocket socket =
        SocketIoClient.create(
            server.url(),
            config ->
                config
                    .transports("websocket")
                    .reconnection(
                        quick -> quick.delay(Duration.ofMillis(10)).delayMax(Duration.ofMillis(50)))
                    .retries(1_000, Duration.ofSeconds(5)))) {
      socket.on("news", args -> received.add(args.get(0, Integer.class)));
      socket.connect();
      List<CompletableFuture<Args>> calls = new ArrayList<>();
      for (int round = 0; round < 20; round++) {
        int before = handled.size();
        for (int i = 0; i < 200; i++) {
          calls.add(socket.call("n", calls.size()));
        }
        while (handled.size() < before + 100) {
          server.io.emit("news", ++news);
          if (news % 20 == 0) {
            server.io.engine().forEachSession(session -> session.close());
          }
          Thread.onSpinWait();
          Awaitility.await().pollDelay(Duration.ofMillis(2)).until(() -> true);
        }
        server.close();
        server = counting(port, handled);
      }
      CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new))
          .orTimeout(60, TimeUnit.SECONDS)
          .join();
      // each at least once, and the first time in order
      assertThat(new LinkedHashSet<>(handled))
          .containsExactlyElementsOf(IntStream.range(0, 4_000).boxed().toList());
      assertThat(handled).isSorted();
      assertThat(received).doesNotHaveDuplicates().isSorted().isNotEmpty();
    } finally {
      server.close();
    }
  }

  private static TestServer counting(int port, List<Integer> handled) {
    return TestServer.start(
        port,
        config -> config.recovery(),
        io ->
            io.onConnection(
                s ->
                    s.on(
                        "n",
                        (args, ack) -> {
                          handled.add(args.get(0, Integer.class));
                          ack.send();
                        })));
  }

  @Test
  void aProgramWhoseMainEndsDoesEnd() throws IOException, InterruptedException {
    try (TestServer server =
        TestServer.start(
            io -> io.onConnection(s -> s.on("ask", (args, ack) -> ack.send(args.get(0)))))) {
      Process program =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty(
                      "surefire.test.class.path", System.getProperty("java.class.path")),
                  ShortProgram.class.getName(),
                  server.url())
              .redirectErrorStream(true)
              .start();
      try {
        assertThat(program.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(program.exitValue()).isZero();
        assertThat(new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
            .contains("hi");
      } finally {
        program.destroyForcibly();
      }
    }
  }
}
