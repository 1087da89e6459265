package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.client.engine.ClientLoop;
import dev.switchboard.protocol.Call;
import dev.switchboard.protocol.Event;
import dev.switchboard.protocol.socket.Args;
import dev.switchboard.server.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Listeners, calls and what becomes of them. */
@Timeout(60)
class EventsIT {
  /** A bean that cannot be written. */
  public static final class Unwritable {
    public Object getItself() {
      return this;
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private final LinkedBlockingQueue<Socket> connected = new LinkedBlockingQueue<>();
  private TestServer server;
  private ClientSocket socket;

  @BeforeEach
  void start() {
    server =
        TestServer.start(
            io ->
                io.onConnection(
                    s -> {
                      s.on("echo", args -> s.emit("echo", args.toList().toArray()));
                      s.on("ask", (args, ack) -> ack.send(args.toList().toArray()));
                      s.on("silence", args -> {});
                      connected.add(s);
                    }));
    socket = SocketIoClient.create(server.url(), config -> config.transports("websocket"));
  }

  @AfterEach
  void stop() {
    socket.close();
    server.close();
  }

  private Socket connect() throws InterruptedException {
    socket.connect();
    Socket there = connected.poll(20, TimeUnit.SECONDS);
    Awaitility.await().until(socket::connected);
    return there;
  }

  private static <T> T soon(CompletableFuture<T> future) {
    return future.orTimeout(20, TimeUnit.SECONDS).join();
  }

  @Test
  void listenersRunInOrderOfRegistrationAndOnceMeansOnce() throws InterruptedException {
    List<String> heard = Collections.synchronizedList(new ArrayList<>());
    socket.on("echo", args -> heard.add("first"));
    socket.once("echo", args -> heard.add("once"));
    Registration removed = socket.on("echo", args -> heard.add("removed"));
    socket.onAny((event, args) -> heard.add("any " + event));
    socket.prependAny((event, args) -> heard.add("before any"));
    removed.remove();
    connect();
    socket.emit("echo");
    socket.emit("echo");
    Awaitility.await().until(() -> heard.size() >= 7);
    assertThat(heard)
        .containsExactly(
            "before any", "any echo", "first", "once", "before any", "any echo", "first");
    socket.off("echo");
    socket.offAny();
    socket.emit("echo");
    soon(socket.call("ask"));
    assertThat(heard).hasSize(7);
  }

  @Test
  void outgoingEventsAreSeenWhenTheyAreSent() throws InterruptedException {
    var seen = new LinkedBlockingQueue<String>();
    socket.onAnyOutgoing((event, args) -> seen.add(event + args.toList()));
    socket.onConnect(() -> seen.add("connect"));
    socket.emit("early", 1);
    assertThat(seen).isEmpty();
    connect();
    socket.emit("late", 2);
    assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("early[1]");
    assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("connect");
    assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("late[2]");
  }

  @Test
  void theServersCallsAreAnswered() throws InterruptedException {
    Call<Integer, Integer> doubled = Call.of("double", Integer.class, Integer.class);
    Call<Integer, Integer> later = Call.of("later", Integer.class, Integer.class);
    socket.reply(doubled, number -> 2 * number);
    socket.replyAsync(later, number -> CompletableFuture.supplyAsync(() -> 3 * number));
    socket.reply("list", args -> List.of(args.size()));
    socket.on("ack", (args, ack) -> ack.send("yes", 1));
    Socket there = connect();
    assertThat(soon(there.call(doubled, 21))).isEqualTo(42);
    assertThat(soon(there.call(later, 3))).isEqualTo(9);
    assertThat(soon(there.call("list", "a", "b")).get(0)).isEqualTo(List.of(2));
    assertThat(soon(there.call("ack")).toList()).containsExactly("yes", 1);
  }

  @Test
  void aListenerMayWaitForAnAcknowledgement() throws InterruptedException {
    var answers = new LinkedBlockingQueue<Object>();
    socket.on("echo", args -> answers.add(soon(socket.call("ask", args.get(0))).get(0)));
    connect();
    socket.emit("echo", "question");
    assertThat(answers.poll(20, TimeUnit.SECONDS)).isEqualTo("question");
  }

  @Test
  void aListenerThatBlocksHoldsUpNoOtherSocket() throws InterruptedException {
    var release = new CountDownLatch(1);
    var blocked = new CountDownLatch(1);
    socket.on(
        "echo",
        args -> {
          blocked.countDown();
          await(release);
        });
    connect();
    socket.emit("echo");
    await(blocked);
    try (ClientSocket other = SocketIoClient.connect(server.url())) {
      assertThat(soon(other.call("ask", 1)).get(0)).isEqualTo(1);
    } finally {
      release.countDown();
    }
  }

  @Test
  void exceptionsInListenersAreReportedAndTheOthersRun() throws InterruptedException {
    Event<Integer> number = Event.of("echo", Integer.class);
    var errors = new LinkedBlockingQueue<String>();
    var heard = new LinkedBlockingQueue<Object>();
    socket.onError((event, failure) -> errors.add(event + ": " + failure.getClass().getName()));
    socket.on(
        "echo",
        args -> {
          throw new IllegalStateException("mine");
        });
    socket.on(number, n -> heard.add(n));
    socket.on("echo", args -> heard.add("last"));
    connect();
    socket.emit("echo", "not a number");
    assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("last");
    assertThat(errors)
        .containsExactly(
            "echo: java.lang.IllegalStateException",
            "echo: " + WrongArgumentException.class.getName());
    socket.emit("echo", 7);
    assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo(7);
  }

  @Test
  void aCallWithoutAnswerFailsAtItsTimeoutAndLeavesNothing() throws Exception {
    connect();
    CompletableFuture<Args> call = socket.timeout(Duration.ofMillis(50)).call("silence");
    assertThatThrownBy(() -> call.get(20, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(AckTimeoutException.class);
    assertNothingIsKept();
  }

  @Test
  void aCallThatTimesOutBeforeThereIsAConnectionIsNotSent() throws Exception {
    var received = new LinkedBlockingQueue<String>();
    server.io.onConnection(s -> s.on("never", args -> received.add("never")));
    CompletableFuture<Args> call = socket.timeout(Duration.ofMillis(1)).call("never");
    assertThatThrownBy(() -> call.get(20, TimeUnit.SECONDS))
        .hasCauseInstanceOf(AckTimeoutException.class);
    connect();
    soon(socket.call("ask"));
    assertThat(received).isEmpty();
    assertNothingIsKept();
  }

  @Test
  void aCallThatIsCancelledLeavesNothing() throws Exception {
    connect();
    socket.call("silence").cancel(false);
    socket.call("silence").orTimeout(1, TimeUnit.MILLISECONDS);
    assertNothingIsKept();
  }

  @Test
  void callsFailWhenTheConnectionGoes() throws Exception {
    Socket there = connect();
    CompletableFuture<Args> call = socket.call("silence");
    soon(socket.call("ask"));
    there.disconnect(true);
    assertThatThrownBy(() -> call.get(20, TimeUnit.SECONDS))
        .hasCauseInstanceOf(SocketDisconnectedException.class);
    assertNothingIsKept();
  }

  @Test
  void moreCallsThanAllowedFailAtOnce() throws Exception {
    try (ClientSocket few =
        SocketIoClient.create(
            server.url(), config -> config.limits(limits -> limits.pendingCalls(1)))) {
      few.call("silence");
      assertThatThrownBy(() -> few.call("silence").get(20, TimeUnit.SECONDS))
          .hasMessageContaining("raise LimitSettings.pendingCalls");
    }
  }

  @Test
  void reservedNamesAndWhatCannotBeWrittenAreRefusedAtOnce() {
    assertThatThrownBy(() -> socket.emit("connect"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("\"connect\" is a reserved event name");
    assertThatThrownBy(() -> socket.emit("bean", new Unwritable()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatIsEmittedIsWrittenThen() throws InterruptedException {
    var answers = new LinkedBlockingQueue<Object>();
    socket.on("echo", args -> answers.add(args.get(0)));
    List<Integer> list = new ArrayList<>(List.of(1));
    socket.emit("echo", list);
    list.add(2);
    connect();
    assertThat(answers.poll(20, TimeUnit.SECONDS)).isEqualTo(List.of(1));
  }

  @Test
  void volatileEventsAreNotKeptForAConnection() throws InterruptedException {
    var answers = new LinkedBlockingQueue<Object>();
    socket.on("echo", args -> answers.add(args.get(0)));
    socket.asVolatile().emit("echo", "dropped");
    socket.emit("echo", "kept");
    connect();
    assertThat(answers.poll(20, TimeUnit.SECONDS)).isEqualTo("kept");
    Awaitility.await()
        .until(
            () -> {
              socket.asVolatile().emit("echo", "written");
              return answers.poll(1, TimeUnit.SECONDS) != null;
            });
  }

  @Test
  void aFullBufferRefusesOrDropsAsItIsTold() throws InterruptedException {
    assertThat(sentThrough(OverflowPolicy.DROP_OLDEST)).containsExactly(3, 4);
    assertThat(sentThrough(OverflowPolicy.DROP_NEWEST)).containsExactly(1, 2);
    assertThat(sentThrough(OverflowPolicy.REJECT)).containsExactly(1, 2, 99);
  }

  /** Emits 1 to 4 without a connection, with room for two; 99 stands for an exception. */
  private List<Integer> sentThrough(OverflowPolicy policy) throws InterruptedException {
    try (ClientSocket small =
        SocketIoClient.create(
            server.url(), config -> config.limits(limits -> limits.buffer(2, 1_000, policy)))) {
      List<Integer> received = Collections.synchronizedList(new ArrayList<>());
      small.on("echo", args -> received.add(args.get(0, Integer.class)));
      boolean refused = false;
      for (int i = 1; i <= 4; i++) {
        try {
          small.emit("echo", i);
        } catch (BufferFullException e) {
          refused = true;
        }
      }
      small.connect();
      Awaitility.await().until(() -> received.size() == 2);
      Awaitility.await().until(() -> small.link().backlog().packets() == 0);
      if (refused) {
        received.add(99);
      }
      return List.copyOf(received);
    }
  }

  @Test
  void readingStopsWhileTooManyEventsWaitForAListener() throws InterruptedException {
    try (ClientSocket slow =
        SocketIoClient.create(
            server.url(),
            config ->
                config
                    .transports("websocket")
                    .forceNew(true)
                    .limits(limits -> limits.unhandledEvents(100)))) {
      var release = new CountDownLatch(1);
      List<Integer> handled = Collections.synchronizedList(new ArrayList<>());
      slow.on(
          "number",
          args -> {
            await(release);
            handled.add(args.get(0, Integer.class));
          });
      slow.connect();
      Socket there = connected.poll(20, TimeUnit.SECONDS);
      List<Integer> sent = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        there.emit("number", i);
        sent.add(i);
      }
      Awaitility.await().until(() -> slow.link().events().waiting() >= 99);
      assertThat(slow.link().events().waiting()).isLessThanOrEqualTo(140);
      release.countDown();
      Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> handled.size() == 500);
      assertThat(handled).isEqualTo(sent);
    }
  }

  private void assertNothingIsKept() {
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> {
              var kept = new CompletableFuture<List<Integer>>();
              ClientLoop.shared().execute(() -> kept.complete(socket.link().kept()));
              assertThat(soon(kept)).containsOnly(0);
              assertThat(socket.link().openCalls).hasValue(0);
            });
  }
}
