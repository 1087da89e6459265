package dev.switchboard.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Random orders of what a client, the application and time can do to a session, on two loops whose
 * tasks run in random turns. Whatever the order: messages arrive in order and at most once, all of
 * them while the session lives; it closes exactly once; nothing of it stays.
 */
class RandomSchedulesTest {
  private static final int SCHEDULES = 100_000;
  private static final int STEPS = 40;

  private final Logger log = (Logger) LoggerFactory.getLogger("dev.switchboard.server.engine");
  private final Level before = log.getLevel();

  @BeforeEach
  void quiet() {
    log.setLevel(Level.WARN);
  }

  @AfterEach
  void loud() {
    log.setLevel(before);
  }

  @Test
  void invariantsHoldInAHundredThousandSchedules() {
    long firstSeed = Long.getLong("schedules.seed", 1);
    int upgraded = 0;
    int delivered = 0;
    for (long seed = firstSeed; seed < firstSeed + SCHEDULES; seed++) {
      Schedule schedule = new Schedule(seed);
      try {
        schedule.run();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("Schedule with -Dschedules.seed=" + seed + " failed", e);
      }
      upgraded += schedule.events.contains("upgrade") ? 1 : 0;
      delivered += schedule.received.size();
    }

    // Else the schedules would not get to where it is interesting.
    assertThat(upgraded).isGreaterThan(SCHEDULES / 10);
    assertThat(delivered).isGreaterThan(SCHEDULES);
  }

  private static final class Schedule {
    private final Random random;
    private final FakeClock clock = new FakeClock();
    private final FakeEventLoop[] loops = {clock.newLoop("first"), clock.newLoop("second")};
    private final List<String> events = new ArrayList<>();
    private final List<Integer> received = new ArrayList<>();
    private final List<Integer> posted = new ArrayList<>();
    private final EngineServer server;
    private final List<FakeWebSocketLink> links = new ArrayList<>();
    private @Nullable EngineSession session;
    private @Nullable FakeHttpExchange poll;
    private @Nullable FakeHttpExchange post;
    private @Nullable FakeWebSocketLink link;
    private boolean probed;
    private boolean upgraded;
    private boolean gone;
    private int nextOut;
    private int nextIn;

    Schedule(long seed) {
      this.random = new Random(seed);
      this.server = new EngineServer(EngineSettings.defaults(), new Listener(), clock::nanos);
    }

    void run() {
      send(exchange("GET", EngineFixture.POLLING, ""));
      EngineSession opened = session;
      assertThat(opened).isNotNull();
      for (int i = 0; i < STEPS; i++) {
        step(opened);
      }
      finish(opened);
    }

    private void step(EngineSession opened) {
      int choice = random.nextInt(22);
      if (gone && choice >= 5 && choice != 20) {
        return;
      }
      switch (choice) {
        case 0, 1, 2, 3 -> loops[random.nextInt(2)].runOne();
        case 4 -> clock.settle();
        case 5, 6 -> poll();
        case 7, 8 -> post();
        case 9, 10, 11 -> send(opened);
        case 12, 13 -> probe();
        case 14, 15, 16 -> followTheUpgrade();
        case 17 -> sendOverTheWebSocket();
        case 18 -> pauseOrResume(opened);
        case 19 -> holdUp();
        case 20 -> clock.advance(Duration.ofMillis(random.nextInt(200)));
        default -> rare(opened);
      }
    }

    private void rare(EngineSession opened) {
      switch (random.nextInt(12)) {
        case 0 -> opened.close();
        case 1 -> opened.closeNow(CloseReason.FORCED_CLOSE, "test");
        case 2 -> abort(poll);
        case 3 -> abort(post);
        case 4 -> clock.advance(Duration.ofSeconds(random.nextInt(12)));
        case 5 -> misbehaveOverTheWebSocket();
        case 6 -> endTheWebSocket();
        case 7 -> overlap();
        case 8 -> opened.sendVolatile(OutboundMessage.text("v"));
        case 9 -> closeByClient();
        case 10 -> server.handleAborted(exchange("POST", query("polling"), "").request());
        default -> handleTooLarge();
      }
    }

    private FakeHttpExchange exchange(String method, String query, String body) {
      FakeEventLoop on = loops[random.nextInt(2)];
      return new FakeHttpExchange(
          Requests.of(method, query), on, body.getBytes(StandardCharsets.UTF_8));
    }

    private String query(String transport) {
      return "EIO=4&transport=" + transport + "&sid=" + (session == null ? "" : session.id());
    }

    private void send(FakeHttpExchange exchange) {
      exchange.onReply(this::receive);
      exchange.loop().within(() -> server.handle(exchange));
    }

    private void poll() {
      if (isDone(poll) && !upgraded) {
        poll = exchange("GET", query("polling"), "");
        send(poll);
      }
    }

    private void post() {
      if (isDone(post) && !upgraded) {
        post = exchange("POST", query("polling"), "4" + nextIn++);
        send(post);
      }
    }

    private static boolean isDone(@Nullable FakeHttpExchange exchange) {
      return exchange == null || exchange.answered() || exchange.aborted();
    }

    private void overlap() {
      send(exchange(random.nextBoolean() ? "GET" : "POST", query("polling"), "3"));
    }

    private void closeByClient() {
      if (isDone(post)) {
        post = exchange("POST", query("polling"), "1");
        send(post);
      }
    }

    private void handleTooLarge() {
      FakeHttpExchange exchange = exchange("POST", query("polling"), "");
      exchange.loop().within(() -> server.handleTooLarge(exchange));
    }

    /** A client whose request broke gives the session up. */
    private void abort(@Nullable FakeHttpExchange exchange) {
      if (exchange != null && !exchange.answered()) {
        exchange.abort();
        gone = true;
      }
    }

    private void send(EngineSession opened) {
      OutboundMessage message = OutboundMessage.text(Integer.toString(nextOut));
      boolean queued;
      switch (random.nextInt(3)) {
        case 0 -> {
          boolean[] result = new boolean[1];
          OutputBatch.gather(() -> result[0] = opened.send(message));
          queued = result[0];
        }
        case 1 -> {
          boolean[] result = new boolean[1];
          ((FakeEventLoop) opened.loop()).within(() -> result[0] = opened.send(message));
          queued = result[0];
        }
        default -> queued = opened.send(message);
      }
      if (queued) {
        nextOut++;
      }
    }

    private void probe() {
      if (links.size() >= 4 || (link != null && !link.closed() && random.nextInt(4) > 0)) {
        return;
      }
      FakeEventLoop on = loops[random.nextInt(2)];
      FakeWebSocketExchange exchange =
          new FakeWebSocketExchange(Requests.of("GET", query("websocket")), on);
      on.within(() -> server.handle(exchange));
      if (exchange.accepted()) {
        FakeWebSocketLink accepted = exchange.link();
        accepted.onFrame(this::receive);
        links.add(accepted);
        if (!accepted.closed()) {
          link = accepted;
          probed = false;
        }
      }
    }

    /** As the official client does: no 5 before the POST underway is answered. */
    private void followTheUpgrade() {
      if (link == null || link.closed() || upgraded) {
        return;
      }
      if (!probed) {
        probed = true;
        link.receive("2probe");
      } else if (isDone(post)) {
        upgraded = true;
        link.receive("5");
      }
    }

    private void sendOverTheWebSocket() {
      if (link != null && !link.closed() && upgraded) {
        link.receive("4" + nextIn++);
      }
    }

    private void misbehaveOverTheWebSocket() {
      if (link != null && !link.closed()) {
        switch (random.nextInt(3)) {
          case 0 -> link.receive("x");
          case 1 -> link.receive(new byte[] {1});
          default -> link.receive("2probe");
        }
      }
    }

    private void endTheWebSocket() {
      if (link != null && !link.closed()) {
        link.end(random.nextBoolean(), "gone");
        links.remove(link);
        link = null;
      }
    }

    private void pauseOrResume(EngineSession opened) {
      opened.execute(random.nextBoolean() ? opened::pauseReading : opened::resumeReading);
    }

    private void holdUp() {
      if (link != null && !link.closed()) {
        if (random.nextBoolean()) {
          link.block();
        } else {
          link.unblock();
        }
      }
    }

    /** Notes the numbered messages of what the client gets, in the order in which it gets them. */
    private void receive(String packets) {
      for (String packet : packets.split("\u001e", -1)) {
        if (packet.startsWith("4") && packet.length() > 1 && Character.isDigit(packet.charAt(1))) {
          received.add(Integer.parseInt(packet.substring(1)));
        }
      }
    }

    private void finish(EngineSession opened) {
      clock.settle();
      if (opened.isOpen()) {
        assertThat(events).doesNotContain("close");
        letEverythingArrive(opened);
      }
      server.close();
      clock.settle();

      assertThat(events.stream().filter("close"::equals).count()).isEqualTo(1);
      assertThat(events.stream().filter("upgrade"::equals).count()).isLessThanOrEqualTo(1);
      assertThat(events).endsWith("close");
      assertThat(server.clientsCount()).isZero();
      assertThat(clock.timers()).isZero();
      assertThat(links).allMatch(FakeWebSocketLink::closed);
      assertThat(isDone(poll)).isTrue();
      assertThat(isDone(post)).isTrue();
      assertPrefix(received, nextOut);
      assertInOrder(posted);
    }

    private void letEverythingArrive(EngineSession opened) {
      ((FakeEventLoop) opened.loop()).within(opened::resumeReading);
      clock.settle();
      for (FakeWebSocketLink one : links) {
        if (!one.closed()) {
          one.unblock();
        }
      }
      if (opened.transport().equals("polling") && isDone(poll)) {
        poll = exchange("GET", query("polling"), "");
        send(poll);
      }
      clock.settle();
      assertThat(received).hasSize(nextOut);
    }

    private static void assertPrefix(List<Integer> numbers, int end) {
      assertThat(numbers.size()).isLessThanOrEqualTo(end);
      for (int i = 0; i < numbers.size(); i++) {
        assertThat(numbers.get(i)).isEqualTo(i);
      }
    }

    private static void assertInOrder(List<Integer> numbers) {
      for (int i = 1; i < numbers.size(); i++) {
        assertThat(numbers.get(i)).isGreaterThan(numbers.get(i - 1));
      }
    }

    private final class Listener implements EngineListener, SessionListener {
      @Override
      public SessionListener onOpen(EngineSession opened) {
        session = opened;
        return this;
      }

      @Override
      public void onText(String text) {
        assertThat(events).doesNotContain("close");
        posted.add(Integer.parseInt(text));
      }

      @Override
      public void onBinary(byte[] data) {
        assertThat(events).doesNotContain("close");
      }

      @Override
      public void onUpgrade() {
        events.add("upgrade");
      }

      @Override
      public void onClose(CloseReason reason, String description) {
        events.add("close");
      }
    }
  }
}
