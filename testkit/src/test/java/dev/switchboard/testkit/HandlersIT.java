package dev.switchboard.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.protocol.Call;
import dev.switchboard.protocol.Event;
import dev.switchboard.protocol.socket.Args;
import dev.switchboard.server.AckTimeoutException;
import dev.switchboard.server.DisconnectReason;
import dev.switchboard.server.Registration;
import dev.switchboard.server.ServerListener;
import dev.switchboard.server.Socket;
import dev.switchboard.server.SocketDisconnectedException;
import dev.switchboard.server.SocketIoServer;
import dev.switchboard.server.WrongArgumentException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HandlersIT {
  private record Sum(int a, int b) {}

  private static final Call<Sum, Integer> ADD = Call.of("add", Sum.class, Integer.class);
  private static final Event<Sum> NUMBERS = Event.of("numbers", Sum.class);

  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final SocketIoServer io =
      SocketIoServer.create(
          config ->
              config
                  .limits(limits -> limits.pendingAcks(5))
                  .listener(
                      new ServerListener() {
                        @Override
                        public void onHandlerFailure(
                            @Nullable Socket socket, String what, Throwable failure) {
                          failures.add(what + ": " + failure.getMessage());
                        }
                      }));

  @AfterEach
  void close() {
    io.close();
  }

  private Socket socket(TestClient client) {
    return io.main().socket(client.id()).orElseThrow();
  }

  @Test
  void handlersOfASocketRunInTheOrderInWhichItSent() {
    Queue<Object> seen = new ConcurrentLinkedQueue<>();
    io.onConnection(
        socket -> {
          socket.on("a", args -> seen.add(args.get(0, Integer.class)));
          socket.on("b", args -> seen.add(args.get(0, Integer.class)));
        });
    List<Object> sent = new ArrayList<>();
    try (var client = TestClient.connect(io)) {
      for (int i = 0; i < 200; i++) {
        client.emit(i % 2 == 0 ? "a" : "b", i);
        sent.add(i);
      }
      await().until(() -> seen.size() == 200);
      assertThat(List.copyOf(seen)).isEqualTo(sent);
    }
  }

  @Test
  void typedCallsAreAnsweredWithWhatTheHandlerReturns() {
    io.onConnection(socket -> socket.reply(ADD, sum -> sum.a() + sum.b()));
    try (var client = TestClient.connect(io)) {
      assertThat(client.call(ADD, new Sum(2, 3))).isEqualTo(5);
    }
  }

  @Test
  void asynchronousAnswersComeWhenTheStageCompletes() {
    var answer = new CompletableFuture<Integer>();
    io.onConnection(socket -> socket.replyAsync(ADD, sum -> answer));
    try (var client = TestClient.connect(io)) {
      CompletableFuture<Args> waiting = client.call("add", new Sum(1, 1));
      client.call("nothing");
      assertThat(waiting).isNotDone();
      answer.complete(42);
      assertThat(waiting.orTimeout(5, TimeUnit.SECONDS).join().get(0)).isEqualTo(42);
    }
  }

  @Test
  void theFirstAcknowledgementCounts() {
    io.onConnection(
        socket ->
            socket.on(
                "twice",
                (args, ack) -> {
                  ack.send("first", 1);
                  ack.send("second");
                }));
    try (var client = TestClient.connect(io)) {
      assertThat(client.call("twice").join().toList()).isEqualTo(List.of("first", 1));
      client.emit("twice"); // nobody asked: nothing happens
      assertThat(client.call("twice").join().get(0)).isEqualTo("first");
    }
  }

  @Test
  void theServerCallsTheClient() {
    try (var client = TestClient.connect(io)) {
      client.reply("add", args -> 7);
      assertThat(socket(client).call(ADD, new Sum(3, 4)).join()).isEqualTo(7);
      assertThat(socket(client).call("add", "x").join().toList()).isEqualTo(List.of(7));
    }
  }

  @Test
  void aCallWithoutAnswerFailsAtItsTimeoutAndLeavesNothing() {
    try (var client = TestClient.connect(io)) {
      for (int i = 0; i < 20; i++) {
        CompletableFuture<Args> call =
            socket(client).timeout(Duration.ofMillis(20)).call("silence");
        assertThatThrownBy(call::join).hasCauseInstanceOf(AckTimeoutException.class);
      }
    }
  }

  @Test
  void pendingCallsFailWhenTheSocketGoes() {
    CompletableFuture<Args> call;
    try (var client = TestClient.connect(io)) {
      call = socket(client).call("silence");
    }
    assertThatThrownBy(() -> call.orTimeout(5, TimeUnit.SECONDS).join())
        .hasCauseInstanceOf(SocketDisconnectedException.class);
  }

  @Test
  void moreCallsThanAllowedAreRefusedWithAMessageThatNamesTheSetting() {
    try (var client = TestClient.connect(io)) {
      for (int i = 0; i < 5; i++) {
        socket(client).call("silence");
      }
      assertThatThrownBy(() -> socket(client).call("silence"))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("pendingAcks");
    }
  }

  @Test
  void aHandlerMayWaitForTheAnswerOfItsOwnClient() {
    io.onConnection(
        socket -> socket.reply("ask", args -> "you said " + socket.call("question").join().get(0)));
    try (var client = TestClient.connect(io)) {
      client.reply("question", args -> "yes");
      assertThat(client.call("ask").orTimeout(5, TimeUnit.SECONDS).join().get(0))
          .isEqualTo("you said yes");
    }
  }

  @Test
  void anExceptionInAHandlerIsReportedAndTheConnectionLives() {
    io.onConnection(
        socket -> {
          socket.on(
              "bad",
              args -> {
                throw new IllegalStateException("on purpose");
              });
          socket.reply("good", args -> "fine");
        });
    try (var client = TestClient.connect(io)) {
      client.emit("bad");
      assertThat(client.call("good").join().get(0)).isEqualTo("fine");
      assertThat(failures).containsExactly("bad: on purpose");
    }
  }

  @Test
  void anExceptionInAConnectionHandlerIsReportedAndTheOthersRun() {
    io.onConnection(
        socket -> {
          throw new IllegalStateException("on purpose");
        });
    io.onConnection(socket -> socket.emit("welcome"));
    try (var client = TestClient.connect(io)) {
      client.next("welcome");
      assertThat(failures).containsExactly("connection: on purpose");
    }
  }

  @Test
  void aWrongArgumentGoesToTheErrorHandlersWhichMayAnswer() {
    io.onConnection(
        socket -> {
          socket.on(NUMBERS, sum -> socket.emit("ok"));
          socket.onError(
              (event, error) -> {
                assertThat(error).isInstanceOf(WrongArgumentException.class);
                event.ack().send("wrong: " + event.name());
              });
        });
    try (var client = TestClient.connect(io)) {
      assertThat(client.call("numbers", List.of("no")).join().get(0)).isEqualTo("wrong: numbers");
      client.emit(NUMBERS, new Sum(1, 2));
      client.next("ok");
      assertThat(failures).isEmpty();
    }
  }

  @Test
  void packetMiddlewaresMayDropAnEventButNotHideItFromOnAny() {
    Queue<String> seen = new ConcurrentLinkedQueue<>();
    io.onConnection(
        socket -> {
          socket.onAny((event, args) -> seen.add("any " + event));
          socket.prependAny((event, args) -> seen.add("first " + event));
          socket.use(
              event -> {
                if (event.name().equals("forbidden")) {
                  throw new IllegalArgumentException("no");
                }
              });
          socket.onError((event, error) -> seen.add("error " + error.getMessage()));
          socket.on("forbidden", args -> seen.add("handled"));
          socket.reply("end", args -> "end");
        });
    try (var client = TestClient.connect(io)) {
      client.emit("forbidden");
      client.call("end").join();
      assertThat(seen)
          .containsExactly("first forbidden", "any forbidden", "error no", "first end", "any end");
    }
  }

  @Test
  void outgoingEventsAreSeenAlsoThoseOfBroadcasts() {
    Queue<String> seen = new ConcurrentLinkedQueue<>();
    io.onConnection(socket -> socket.onAnyOutgoing((event, args) -> seen.add(event)));
    try (var client = TestClient.connect(io)) {
      await().until(() -> io.main().sockets().size() == 1);
      socket(client).emit("direct");
      io.emit("broadcast");
      client.next("broadcast");
      await().untilAsserted(() -> assertThat(seen).containsExactly("direct", "broadcast"));
    }
  }

  @Test
  void onceRunsOnceAndOffRemoves() {
    Queue<String> seen = new ConcurrentLinkedQueue<>();
    io.onConnection(
        socket -> {
          socket.once("e", args -> seen.add("once"));
          Registration removed = socket.on("e", args -> seen.add("removed"));
          removed.remove();
          socket.on("f", args -> seen.add("off"));
          socket.off("f");
          socket.reply("end", args -> "end");
        });
    try (var client = TestClient.connect(io)) {
      client.emit("e");
      client.emit("e");
      client.emit("f");
      client.call("end").join();
      assertThat(seen).containsExactly("once");
    }
  }

  @Test
  void anEventThatIsFollowedByADisconnectIsHandledFirst() {
    Queue<String> seen = new ConcurrentLinkedQueue<>();
    io.onConnection(
        socket -> {
          socket.on("last", args -> seen.add("event"));
          socket.onDisconnect(reason -> seen.add(reason.text()));
        });
    var client = TestClient.connect(io);
    client.emit("last");
    client.disconnect();
    await()
        .untilAsserted(
            () -> assertThat(seen).containsExactly("event", "client namespace disconnect"));
    client.close();
  }

  @Test
  void disconnectHandlersGetTheReferencesReasons() {
    Queue<DisconnectReason> seen = new ConcurrentLinkedQueue<>();
    io.onConnection(socket -> socket.onDisconnect(seen::add));
    TestClient.connect(io).close();
    await().untilAsserted(() -> assertThat(seen).containsExactly(DisconnectReason.TRANSPORT_CLOSE));
    try (var client = TestClient.connect(io)) {
      socket(client).disconnect();
      assertThat(client.awaitDisconnect()).isEqualTo("io server disconnect");
    }
    try (var client = TestClient.connect(io)) {
      socket(client).disconnect(true);
      client.awaitDisconnect();
    }
    await().until(() -> seen.size() == 3);
    assertThat(List.copyOf(seen).subList(1, 3))
        .containsOnly(DisconnectReason.SERVER_NAMESPACE_DISCONNECT);
  }

  @Test
  void aHandlerThatSleepsDelaysNoOtherSocket() throws Exception {
    var sleeping = new CountDownLatch(1);
    io.onConnection(
        socket -> {
          socket.on(
              "sleep",
              args -> {
                sleeping.countDown();
                try {
                  Thread.sleep(3_000);
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
          socket.reply("echo", args -> args.get(0));
        });
    try (var sleeper = TestClient.connect(io);
        var other = TestClient.connect(io)) {
      for (int i = 0; i < 200; i++) {
        other.call("echo", i).join();
      }
      sleeper.emit("sleep");
      assertThat(sleeping.await(5, TimeUnit.SECONDS)).isTrue();
      List<Long> micros = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        long start = System.nanoTime();
        assertThat(other.call("echo", i).join().get(0)).isEqualTo(i);
        micros.add((System.nanoTime() - start) / 1_000);
      }
      micros.sort(null);
      assertThat(micros.get(190)).as("95th percentile in microseconds").isLessThan(20_000);
    }
  }
}
