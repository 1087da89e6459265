package dev.switchboard.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.protocol.socket.Args;
import dev.switchboard.server.AckTimeoutException;
import dev.switchboard.server.Socket;
import dev.switchboard.server.SocketDisconnectedException;
import dev.switchboard.server.SocketIoServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RejectedExecutionHandler;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Handlers on an executor of the application's. */
class ExecutorsIT {
  private static ExecutorService narrow(RejectedExecutionHandler whenFull) {
    return new ThreadPoolExecutor(
        1,
        2,
        1,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        task -> new Thread(task, "narrow"),
        whenFull);
  }

  /** Several clients at once: every event is answered, in order. */
  private static void isComplete(SocketIoServer io) {
    io.onConnection(socket -> socket.reply("echo", args -> args.get(0)));
    List<TestClient> clients = IntStream.range(0, 8).mapToObj(i -> TestClient.connect(io)).toList();
    List<CompletableFuture<Args>> answers = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      for (TestClient client : clients) {
        answers.add(client.call("echo", i));
      }
    }
    for (int i = 0; i < answers.size(); i++) {
      assertThat(answers.get(i).orTimeout(10, TimeUnit.SECONDS).join().get(0)).isEqualTo(i / 8);
    }
    clients.forEach(TestClient::close);
    await().untilAsserted(() -> assertThat(io.main().sockets()).isEmpty());
  }

  @Test
  void handlersMayRunOnTheEventLoopsAndThenRunNowhereElse() {
    Set<String> threads = ConcurrentHashMap.newKeySet();
    try (SocketIoServer io = SocketIoServer.create(c -> c.handlerExecutor(Runnable::run))) {
      io.use(socket -> threads.add(Thread.currentThread().getName()));
      io.onConnection(
          socket -> {
            threads.add(Thread.currentThread().getName());
            socket.onAnyOutgoing((event, args) -> threads.add(Thread.currentThread().getName()));
            socket.onDisconnect(reason -> threads.add(Thread.currentThread().getName()));
            socket.reply("echo", args -> args.get(0));
          });
      try (var client = TestClient.connect(io)) {
        assertThat(client.call("echo", 1).join().get(0)).isEqualTo(1);
        io.emit("news");
        client.next("news");
        io.disconnectSockets(false);
        client.awaitDisconnect();
      }
      await().untilAsserted(() -> assertThat(io.main().sockets()).isEmpty());
      isComplete(io);
    }
    assertThat(threads).containsOnly("test-client");
  }

  @Test
  void anExecutorThatRefusesWhatIsTooMuchLosesNothing() {
    ExecutorService narrow = narrow(new ThreadPoolExecutor.AbortPolicy());
    try (SocketIoServer io = SocketIoServer.create(config -> config.handlerExecutor(narrow))) {
      isComplete(io);
    } finally {
      narrow.shutdown();
    }
  }

  @Test
  void anExecutorMayRunWhatIsTooMuchOnTheCallersThread() {
    ExecutorService narrow = narrow(new ThreadPoolExecutor.CallerRunsPolicy());
    try (SocketIoServer io = SocketIoServer.create(config -> config.handlerExecutor(narrow))) {
      isComplete(io);
    } finally {
      narrow.shutdown();
    }
  }

  /** Refuses everything while it is shut. */
  private static final class Gate implements Executor {
    private final ExecutorService threads = narrow(new ThreadPoolExecutor.CallerRunsPolicy());
    private final AtomicBoolean shut = new AtomicBoolean();

    @Override
    public void execute(Runnable task) {
      if (shut.get()) {
        throw new RejectedExecutionException("shut");
      }
      threads.execute(task);
    }
  }

  @Test
  void whatIsRefusedForAWhileIsDoneAfterwards() {
    var gate = new Gate();
    Queue<String> news = new ConcurrentLinkedQueue<>();
    try (SocketIoServer io = SocketIoServer.create(config -> config.handlerExecutor(gate))) {
      io.onConnection(
          socket -> {
            socket.on("e", args -> news.add("event " + args.get(0)));
            socket.onDisconnect(reason -> news.add(reason.text()));
          });
      var client = TestClient.connect(io);
      var other = TestClient.connect(io);
      Socket socket = io.main().socket(client.id()).orElseThrow();
      CompletableFuture<Args> unanswered = socket.call("silence");
      CompletableFuture<Args> timed = socket.timeout(Duration.ofMillis(20)).call("silence");
      var broadcast = io.timeout(Duration.ofMillis(20)).call("nobody answers");
      gate.shut.set(true);
      other.reply("silence", args -> 1);
      CompletableFuture<Args> answered = io.main().socket(other.id()).orElseThrow().call("silence");
      client.emit("e", 1);
      client.emit("e", 2);
      client.close();
      await("the socket to be gone though no handler can run")
          .untilAsserted(() -> assertThat(io.main().sockets()).hasSize(1));
      assertThat(news).isEmpty();
      assertThat(unanswered).isNotDone();
      gate.shut.set(false);
      await()
          .untilAsserted(
              () -> assertThat(news).containsExactly("event 1", "event 2", "transport close"));
      assertThat(answered.orTimeout(5, TimeUnit.SECONDS).join().get(0)).isEqualTo(1);
      assertThatThrownBy(() -> unanswered.get(5, TimeUnit.SECONDS))
          .hasCauseInstanceOf(SocketDisconnectedException.class);
      assertThatThrownBy(() -> timed.get(5, TimeUnit.SECONDS))
          .cause()
          .isInstanceOfAny(AckTimeoutException.class, SocketDisconnectedException.class);
      assertThat(broadcast.orTimeout(5, TimeUnit.SECONDS).join().complete()).isFalse();
      other.close();
    } finally {
      gate.threads.shutdown();
    }
  }

  @Test
  void anExecutorThatIsShutDownBeforeTheServerHoldsUpNothing() throws Exception {
    ExecutorService own = narrow(new ThreadPoolExecutor.AbortPolicy());
    SocketIoServer io = SocketIoServer.create(config -> config.handlerExecutor(own));
    Set<String> left = new HashSet<>();
    var disconnected = new CountDownLatch(1);
    io.onConnection(
        socket ->
            socket.onDisconnect(
                reason -> {
                  left.add(reason.text());
                  disconnected.countDown();
                }));
    try (var client = TestClient.connect(io)) {
      await().until(() -> io.main().sockets().size() == 1);
      own.shutdown();
      assertThat(own.awaitTermination(5, TimeUnit.SECONDS)).isTrue();
      io.shutdown().get(10, TimeUnit.SECONDS);
      client.awaitDisconnect();
    }
    assertThat(disconnected.await(5, TimeUnit.SECONDS)).isTrue();
    assertThat(left).containsExactly("server shutting down");
  }
}
