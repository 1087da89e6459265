package dev.switchboard.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.protocol.Call;
import dev.switchboard.protocol.socket.Args;
import dev.switchboard.server.AckTimeoutException;
import dev.switchboard.server.ServerListener;
import dev.switchboard.server.Socket;
import dev.switchboard.server.SocketDisconnectedException;
import dev.switchboard.server.SocketIoServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AcksIT {
  /** More calls than this cannot wait: what a test leaves behind is refused soon. */
  private static final int MOST = 3;

  private static final Call<String, Integer> ASK = Call.of("ask", String.class, Integer.class);

  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final SocketIoServer io =
      SocketIoServer.create(
          config ->
              config
                  .limits(limits -> limits.pendingAcks(MOST))
                  .listener(
                      new ServerListener() {
                        @Override
                        public void onHandlerFailure(
                            @Nullable Socket socket, String what, Throwable failure) {
                          failures.add(what + ": " + failure.getClass().getSimpleName());
                        }
                      }));

  @AfterEach
  void close() {
    io.close();
  }

  private Socket socket(TestClient client) {
    return io.main().socket(client.id()).orElseThrow();
  }

  private Socket onlySocket() {
    await().until(() -> io.main().sockets().size() == 1);
    return io.main().sockets().iterator().next();
  }

  @Test
  void ackIdsCountForTheNamespaceAndNotForTheSocket() {
    try (var first = RawClient.connect(io);
        var second = RawClient.open(io)) {
      onlySocket().call("a", 1);
      assertThat(first.next()).isEqualTo("20[\"a\",1]");
      second.send("0");
      second.nextStartingWith("0{");
      await().until(() -> io.main().sockets().size() == 2);
      io.call(ASK, "x");
      assertThat(first.next()).isEqualTo("21[\"ask\",\"x\"]");
      assertThat(second.next()).isEqualTo("21[\"ask\",\"x\"]");
    }
  }

  @Test
  void anAcknowledgementThatNobodyWaitsForIsIgnored() {
    io.onConnection(socket -> socket.reply("echo", args -> args.get(0)));
    try (var client = RawClient.connect(io)) {
      client.send("3999[1]", "30[]", "21[\"echo\",1]");
      assertThat(client.next()).isEqualTo("31[1]");
    }
  }

  @Test
  void theSecondAcknowledgementOfAClientDoesNothing() {
    try (var client = RawClient.connect(io)) {
      CompletableFuture<Args> call = onlySocket().call("a");
      client.next();
      client.send("30[1]", "30[2]");
      assertThat(call.orTimeout(5, TimeUnit.SECONDS).join().get(0)).isEqualTo(1);
    }
  }

  @Test
  void acknowledgementsCarryBinary() {
    io.onConnection(socket -> socket.reply("bytes", args -> new byte[] {1, 2, 3}));
    try (var client = TestClient.connect(io)) {
      client.reply("more", args -> new byte[] {4});
      assertThat(client.call("bytes").join().get(0, byte[].class)).containsExactly(1, 2, 3);
      assertThat(socket(client).call("more").join().get(0, byte[].class)).containsExactly(4);
    }
  }

  @Test
  void aTimeoutShorterThanAnythingStillEndsTheCall() {
    try (var client = TestClient.connect(io)) {
      for (int i = 0; i < 200; i++) {
        CompletableFuture<Args> call = socket(client).timeout(Duration.ofNanos(1)).call("silence");
        assertThatThrownBy(() -> call.get(5, TimeUnit.SECONDS))
            .hasCauseInstanceOf(AckTimeoutException.class);
      }
      for (int i = 0; i < 200; i++) {
        assertThat(io.timeout(Duration.ofNanos(1)).call("silence").join().complete()).isFalse();
        await("the wait to be over")
            .pollDelay(Duration.ZERO)
            .pollInterval(Duration.ofMillis(1))
            .untilAsserted(() -> socket(client).call("probe").cancel(false));
      }
    }
  }

  @Test
  void aCallerWhoGivesUpLeavesNothingBehind() {
    try (var client = TestClient.connect(io)) {
      for (int i = 0; i < 2 * MOST; i++) {
        socket(client).call("silence").cancel(false);
        socket(client).call(ASK, "x").cancel(false);
        CompletableFuture<Args> timed =
            socket(client).call("silence").orTimeout(1, TimeUnit.MILLISECONDS);
        assertThatThrownBy(timed::join).isInstanceOf(RuntimeException.class);
        CompletableFuture<Integer> typed =
            socket(client).call(ASK, "x").orTimeout(1, TimeUnit.MILLISECONDS);
        assertThatThrownBy(typed::join).isInstanceOf(RuntimeException.class);
      }
    }
  }

  @Test
  void aCallThatIsRefusedHasSentNothing() {
    try (var client = TestClient.connect(io)) {
      for (int i = 0; i < MOST; i++) {
        socket(client).call("silence");
      }
      Socket socket = socket(client);
      assertThatThrownBy(() -> socket.call("one too many"))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> socket.timeout(Duration.ofMillis(1)).call("one too many"))
          .isInstanceOf(IllegalStateException.class);
      socket.emit("fence");
      client.next("fence");
      assertThat(client.waiting("one too many")).isZero();
    }
  }

  @Test
  void aBroadcastGoesOnWithoutASocketThatOwesTooMany() {
    try (var full = TestClient.connect(io);
        var free = TestClient.connect(io)) {
      free.reply("ask", args -> 7);
      for (int i = 0; i < MOST; i++) {
        socket(full).call("silence");
      }
      assertThat(io.call(ASK, "x").join().values()).containsExactly(7);
    }
  }

  @Test
  void aCallOnASocketThatIsGoneFailsAtOnce() {
    Socket socket;
    try (var client = TestClient.connect(io)) {
      socket = socket(client);
    }
    await().until(() -> !socket.connected());
    assertThatThrownBy(() -> socket.call("x").get(5, TimeUnit.SECONDS))
        .hasCauseInstanceOf(SocketDisconnectedException.class);
    io.close();
    assertThatThrownBy(() -> socket.call("x").get(5, TimeUnit.SECONDS))
        .hasCauseInstanceOf(SocketDisconnectedException.class);
  }

  @Test
  void anAnswerOfTheWrongTypeFailsTheCall() {
    try (var client = TestClient.connect(io)) {
      client.reply("ask", args -> "seven");
      assertThatThrownBy(() -> socket(client).call(ASK, "x").get(5, TimeUnit.SECONDS))
          .hasCauseInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void anAnswerThatCannotBeWrittenGoesToTheErrorHandlersWhichMayAnswerInstead() {
    record Loop(List<Object> self) {}
    var loop = new Loop(new ArrayList<>());
    loop.self().add(loop);
    io.onConnection(
        socket -> {
          socket.reply("now", args -> loop);
          socket.replyAsync(
              Call.of("later", Integer.class, Loop.class),
              number -> CompletableFuture.completedFuture(loop));
          socket.onError((event, failure) -> event.ack().send("sorry: " + event.name()));
        });
    try (var client = TestClient.connect(io)) {
      assertThat(client.call("now").orTimeout(5, TimeUnit.SECONDS).join().get(0))
          .isEqualTo("sorry: now");
      assertThat(client.call("later", 1).orTimeout(5, TimeUnit.SECONDS).join().get(0))
          .isEqualTo("sorry: later");
    }
  }

  @Test
  void anAsynchronousFailureReachesTheErrorHandlersInTheSocketsTurn() throws Exception {
    var answer = new CompletableFuture<Integer>();
    var inHandler = new CompletableFuture<Void>();
    var goOn = new CompletableFuture<Void>();
    Queue<String> order = new ConcurrentLinkedQueue<>();
    io.onConnection(
        socket -> {
          socket.replyAsync(ASK, question -> answer);
          socket.on(
              "block",
              args -> {
                inHandler.complete(null);
                goOn.join();
                order.add("handler done");
              });
          socket.onError(
              (event, failure) -> {
                order.add("error " + failure.getMessage());
                event.ack().send(-1);
              });
        });
    try (var client = TestClient.connect(io)) {
      CompletableFuture<Args> asked = client.call("ask", "x");
      client.emit("block");
      inHandler.get(5, TimeUnit.SECONDS);
      answer.completeExceptionally(new IllegalStateException("late"));
      goOn.complete(null);
      assertThat(asked.orTimeout(5, TimeUnit.SECONDS).join().get(0)).isEqualTo(-1);
      assertThat(order).containsExactly("handler done", "error late");
      assertThat(failures).isEmpty();
    }
  }

  @Test
  void anEventThatNobodyHandlesIsNotAcknowledged() {
    io.onConnection(socket -> socket.reply("echo", args -> args.get(0)));
    try (var client = RawClient.connect(io)) {
      client.send("21[\"nobody\"]", "22[\"echo\",1]");
      assertThat(client.next()).isEqualTo("32[1]");
    }
  }
}
