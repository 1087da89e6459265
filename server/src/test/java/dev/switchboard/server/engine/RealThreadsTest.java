package dev.switchboard.server.engine;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A session that upgrades from one loop to another while threads send, on real threads. */
class RealThreadsTest {
  private static final int SENDERS = 3;
  private static final int MESSAGES = 300;

  private final ThreadLoop first = new ThreadLoop();
  private final ThreadLoop second = new ThreadLoop();
  private final Queue<String> received = new ConcurrentLinkedQueue<>();

  @AfterEach
  void stop() {
    first.executor.shutdownNow();
    second.executor.shutdownNow();
  }

  @Test
  @Timeout(60)
  void noMessageIsLostOrOvertakenWhileTheSessionMoves() throws Exception {
    for (int round = 0; round < 200; round++) {
      received.clear();
      upgradeWhileThreadsSend();
    }
  }

  private void upgradeWhileThreadsSend() throws Exception {
    CompletableFuture<EngineSession> opened = new CompletableFuture<>();
    EngineServer server =
        new EngineServer(
            EngineSettings.of(s -> s.limits(limits -> limits.handshakesPerSecond(0))),
            session -> {
              opened.complete(session);
              return new Ignoring();
            });
    first.run(() -> server.handle(new Exchange("EIO=4&transport=polling")));
    EngineSession session = opened.get(10, SECONDS);
    List<Thread> senders = startSenders(session);

    String sid = "&sid=" + session.id();
    first.run(() -> server.handle(new Exchange("EIO=4&transport=polling" + sid)));
    Link link = new Link("EIO=4&transport=websocket" + sid);
    second.run(() -> server.handle(link));
    second.run(() -> link.listener.onText("2probe"));
    second.run(() -> link.listener.onText("5"));
    for (Thread sender : senders) {
      sender.join(10_000);
    }
    await(() -> received.size() == SENDERS * MESSAGES);

    int[] next = new int[SENDERS];
    for (String message : received) {
      int colon = message.indexOf(':');
      int sender = Integer.parseInt(message.substring(0, colon));
      assertThat(Integer.parseInt(message.substring(colon + 1))).isEqualTo(next[sender]++);
    }
    server.close();
    await(() -> server.clientsCount() == 0);
  }

  private static void await(Callable<Boolean> condition) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(2))
        .until(condition);
  }

  private List<Thread> startSenders(EngineSession session) {
    List<Thread> senders = new ArrayList<>();
    for (int s = 0; s < SENDERS; s++) {
      int sender = s;
      Thread thread =
          new Thread(
              () -> {
                for (int i = 0; i < MESSAGES; i += 2) {
                  OutboundMessage one = OutboundMessage.text(sender + ":" + i);
                  OutboundMessage two = OutboundMessage.text(sender + ":" + (i + 1));
                  session.send(one);
                  OutputBatch.gather(() -> session.send(two));
                }
              });
      senders.add(thread);
      thread.start();
    }
    return senders;
  }

  private void receive(byte[] payload) {
    for (String packet : new String(payload, StandardCharsets.UTF_8).split("\u001e", -1)) {
      if (packet.startsWith("4")) {
        received.add(packet.substring(1));
      }
    }
  }

  private static final class Ignoring implements SessionListener {
    @Override
    public void onText(String text) {}

    @Override
    public void onBinary(byte[] data) {}

    @Override
    public void onClose(CloseReason reason, String description) {}
  }

  private static final class ThreadLoop implements EventLoop {
    private final ScheduledExecutorService executor =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread made = new Thread(task);
              made.setDaemon(true);
              thread = made;
              return made;
            });
    private volatile @Nullable Thread thread;

    /** Runs a task and waits for it. */
    void run(Runnable task) throws Exception {
      executor.submit(task).get(10, SECONDS);
    }

    @Override
    public void execute(Runnable task) {
      executor.execute(task);
    }

    @Override
    public boolean inLoop() {
      return Thread.currentThread() == thread;
    }

    @Override
    public EventLoop.Timeout schedule(Runnable task, Duration delay) {
      ScheduledFuture<?> future = executor.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
      return () -> future.cancel(false);
    }
  }

  private final class Exchange implements HttpExchange {
    private final RequestInfo request;

    Exchange(String query) {
      this.request = Requests.of("GET", query);
    }

    @Override
    public RequestInfo request() {
      return request;
    }

    @Override
    public EventLoop loop() {
      return first;
    }

    @Override
    public byte[] body() {
      return new byte[0];
    }

    @Override
    public void respond(HttpReply reply) {
      receive(reply.body());
    }

    @Override
    public void onAbort(Runnable task) {}
  }

  private final class Link implements WebSocketExchange, WebSocketLink {
    private final RequestInfo request;
    private WebSocketListener listener;

    Link(String query) {
      this.request = Requests.of("GET", query);
    }

    @Override
    public RequestInfo request() {
      return request;
    }

    @Override
    public EventLoop loop() {
      return second;
    }

    @Override
    public void reject(HttpReply reply) {
      throw new AssertionError("rejected");
    }

    @Override
    public WebSocketLink accept(Map<String, List<String>> headers, WebSocketListener listener) {
      this.listener = listener;
      return this;
    }

    @Override
    public void onAbort(Runnable task) {}

    @Override
    public boolean writable() {
      return true;
    }

    @Override
    public void write(OutboundMessage message, int protocol) {
      if (!second.inLoop()) {
        received.add("written on another loop");
      }
      receive(message.pollingPayload());
    }

    @Override
    public void write(String packet) {}

    @Override
    public void flush() {}

    @Override
    public long unsentBytes() {
      return 0;
    }

    @Override
    public void reading(boolean on) {}

    @Override
    public void close(int code, String reason) {}

    @Override
    public void abort() {}
  }
}
