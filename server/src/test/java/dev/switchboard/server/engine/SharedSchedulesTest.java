package dev.switchboard.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.switchboard.protocol.engine.EngineBus;
import dev.switchboard.protocol.engine.EngineMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Random orders of what a client and the application do to a session whose requests reach any of
 * three nodes, each with two loops, whose tasks run in random turns, as do the messages from each
 * node to each other. Whatever the order: the application hears of one session, on one node; all
 * messages arrive, in order and once, both ways, while it lives; nothing of it stays.
 */
class SharedSchedulesTest {
  private static final int SCHEDULES = 8_000;
  private static final int STEPS = 60;

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
  void invariantsHoldInEightThousandSchedules() {
    long firstSeed = Long.getLong("schedules.seed", 1);
    int takenOver = 0;
    int forwarded = 0;
    int delivered = 0;
    for (long seed = firstSeed; seed < firstSeed + SCHEDULES; seed++) {
      Schedule schedule = new Schedule(seed);
      try {
        schedule.run();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("Schedule with -Dschedules.seed=" + seed + " failed", e);
      }
      takenOver += schedule.takenOver ? 1 : 0;
      forwarded += schedule.forwarded ? 1 : 0;
      delivered += schedule.received.size() + schedule.posted.size();
    }

    // Else the schedules would not get to where it is interesting.
    assertThat(takenOver).isGreaterThan(SCHEDULES / 50);
    assertThat(forwarded).isGreaterThan(SCHEDULES / 50);
    assertThat(delivered).isGreaterThan(SCHEDULES * 5);
  }

  /** A bus whose messages keep their order from one node to one other, and no more than that. */
  private static final class Mesh {
    private final FakeClock clock;
    private final List<Consumer<EngineMessage>> receivers = new ArrayList<>();
    private final List<String> ids = new ArrayList<>();
    private final List<FakeEventLoop> wires = new ArrayList<>();
    private final FakeEventLoop[][] between = new FakeEventLoop[3][3];

    Mesh(FakeClock clock) {
      this.clock = clock;
    }

    EngineBus open(String nodeId, Consumer<EngineMessage> receiver) {
      int number = receivers.size();
      receivers.add(receiver);
      ids.add(nodeId);
      for (int other = 0; other < 3; other++) {
        between[number][other] = clock.newLoop(number + " to " + other);
        wires.add(between[number][other]);
      }
      return new EngineBus() {
        @Override
        public CompletionStage<Void> publish(EngineMessage message) {
          for (int other = 0; other < receivers.size(); other++) {
            if (message.recipientId() == null || ids.get(other).equals(message.recipientId())) {
              Consumer<EngineMessage> to = receivers.get(other);
              between[number][other].execute(() -> to.accept(message));
            }
          }
          return CompletableFuture.completedFuture(null);
        }

        @Override
        public void close() {
          // the end of the test
        }
      };
    }
  }

  private static final class Schedule {
    private final Random random;
    private final FakeClock clock = new FakeClock();
    private final Mesh mesh = new Mesh(clock);
    private final List<EngineServer> servers = new ArrayList<>();
    private final List<FakeEventLoop[]> loops = new ArrayList<>();
    private final List<FakeEventLoop> all = new ArrayList<>();
    private final List<String> events = new ArrayList<>();
    private final List<Integer> received = new ArrayList<>();
    private final List<Integer> posted = new ArrayList<>();
    private final List<FakeWebSocketLink> links = new ArrayList<>();
    private @Nullable EngineSession session;
    private int owner = -1;
    private String sid = "";
    private @Nullable FakeHttpExchange poll;
    private @Nullable FakeHttpExchange post;
    private @Nullable FakeWebSocketExchange handshake;
    private @Nullable FakeWebSocketLink link;
    private int linkNode;
    private boolean probed;
    private boolean upgraded;
    private boolean over;
    private int nextOut;
    private int nextIn;
    private boolean takenOver;
    private boolean forwarded;

    Schedule(long seed) {
      random = new Random(seed);
      EngineSettings settings =
          EngineSettings.of(engine -> engine.cluster(ClusterSettings.of(mesh::open)));
      for (int i = 0; i < 3; i++) {
        servers.add(new EngineServer(settings, new Listener(i), clock::nanos));
        FakeEventLoop[] two = {clock.newLoop(i + " first"), clock.newLoop(i + " second")};
        loops.add(two);
        all.addAll(List.of(two));
      }
      all.addAll(mesh.wires);
    }

    void run() {
      FakeHttpExchange open = exchange("GET", EngineFixture.POLLING, "");
      send(0, open, loops.get(0)[0]);
      int at = open.text().indexOf("\"sid\":\"") + 7;
      sid = open.text().substring(at, open.text().indexOf('"', at));
      for (int i = 0; i < STEPS; i++) {
        step();
      }
      finish();
    }

    private void step() {
      switch (random.nextInt(24)) {
        case 0, 1, 2, 3, 4, 5, 6 -> all.get(random.nextInt(all.size())).runOne();
        case 7 -> clock.settle();
        case 8, 9 -> poll();
        case 10, 11 -> post();
        case 12, 13, 14 -> sendToClient();
        case 15, 16 -> probe();
        case 17, 18, 19 -> followTheUpgrade();
        case 20 -> sendOverTheWebSocket();
        case 21 -> clock.advance(Duration.ofMillis(random.nextInt(250)));
        case 22 -> pauseOrResume();
        default -> rare();
      }
    }

    private void rare() {
      switch (random.nextInt(30)) {
        case 0 -> end(() -> Objects.requireNonNull(session).close());
        case 1 -> end(() -> Objects.requireNonNull(session).closeNow(CloseReason.FORCED_CLOSE, ""));
        case 2 -> {
          if (poll != null && !poll.answered()) {
            over = true;
            poll.abort();
          }
        }
        case 3 -> {
          if (link != null && !link.closed()) {
            over |= upgraded;
            link.end(random.nextBoolean(), "gone");
            links.remove(link);
            link = null;
          }
        }
        default -> clock.settle();
      }
    }

    private void end(Runnable how) {
      if (session != null) {
        over = true;
        how.run();
      }
    }

    private FakeHttpExchange exchange(String method, String query, String body) {
      int node = random.nextInt(3);
      FakeEventLoop on = loops.get(node)[random.nextInt(2)];
      return new FakeHttpExchange(
          Requests.of(method, query), on, body.getBytes(StandardCharsets.UTF_8));
    }

    private String query(String transport) {
      return "EIO=4&transport=" + transport + "&sid=" + sid;
    }

    private int nodeOf(FakeEventLoop loop) {
      return IntStream.range(0, 3).filter(i -> List.of(loops.get(i)).contains(loop)).sum();
    }

    private void send(FakeHttpExchange exchange) {
      send(nodeOf(exchange.loop()), exchange, exchange.loop());
    }

    private void send(int node, FakeHttpExchange exchange, FakeEventLoop loop) {
      exchange.onReply(
          answer -> {
            if (!over && exchange.status() != 200) {
              throw new AssertionError(exchange.request().method() + ": " + answer);
            }
            receive(answer);
          });
      loop.within(() -> servers.get(node).handle(exchange));
    }

    private void poll() {
      if (isDone(poll) && !upgraded && !over) {
        poll = exchange("GET", query("polling"), "");
        send(poll);
      }
    }

    private void post() {
      if (isDone(post) && !upgraded && !over) {
        StringBuilder body = new StringBuilder("4" + nextIn++);
        for (int more = random.nextInt(3); more > 0; more--) {
          body.append("\u001e4").append(nextIn++);
        }
        post = exchange("POST", query("polling"), body.toString());
        send(post);
      }
    }

    private static boolean isDone(@Nullable FakeHttpExchange exchange) {
      return exchange == null || exchange.answered() || exchange.aborted();
    }

    private void sendToClient() {
      if (session != null && session.send(OutboundMessage.text(Integer.toString(nextOut)))) {
        nextOut++;
      }
    }

    private void pauseOrResume() {
      EngineSession open = session;
      if (open != null) {
        open.execute(random.nextBoolean() ? open::pauseReading : open::resumeReading);
      }
    }

    private void probe() {
      if (handshake != null && handshake.accepted() && link == null && !upgraded) {
        FakeWebSocketLink accepted = handshake.link();
        handshake = null;
        accepted.onFrame(this::receive);
        links.add(accepted);
        if (!accepted.closed()) {
          link = accepted;
          probed = false;
        }
      } else if (handshake == null && links.isEmpty() && !over) {
        linkNode = random.nextInt(3);
        FakeEventLoop on = loops.get(linkNode)[random.nextInt(2)];
        handshake = new FakeWebSocketExchange(Requests.of("GET", query("websocket")), on);
        on.within(() -> servers.get(linkNode).handle(handshake));
      }
    }

    /** As the official client does: no 5 before what is underway is answered. */
    private void followTheUpgrade() {
      if (link == null || link.closed() || upgraded || over) {
        return;
      }
      if (!probed) {
        probed = true;
        link.receive("2probe");
      } else if (isDone(post) && isDone(poll)) {
        upgraded = true;
        takenOver = linkNode != 0 && session == null;
        forwarded = linkNode != 0 && session != null;
        link.receive("5");
      }
    }

    private void sendOverTheWebSocket() {
      if (link != null && !link.closed() && upgraded) {
        link.receive("4" + nextIn++);
      }
    }

    private void receive(String packets) {
      for (String packet : packets.split("\u001e", -1)) {
        if (packet.startsWith("4") && packet.length() > 1) {
          received.add(Integer.parseInt(packet.substring(1)));
        }
      }
    }

    private void finish() {
      clock.settle();
      EngineSession open = session;
      if (open != null) {
        ((FakeEventLoop) open.loop()).within(open::resumeReading);
      }
      clock.advance(Duration.ofMillis(650)); // the delay, and POSTs that were held back
      if (!over) {
        letEverythingArrive(Objects.requireNonNull(session));
      }
      over = true;
      servers.forEach(EngineServer::close);
      clock.settle();
      clock.advance(Duration.ofSeconds(12)); // an upgrade that nobody finished

      assertThat(events.stream().filter("open"::equals).count()).isLessThanOrEqualTo(1);
      assertThat(events.stream().filter("close"::equals).count())
          .isEqualTo(events.stream().filter("open"::equals).count());
      assertThat(received).isEqualTo(IntStream.range(0, received.size()).boxed().toList());
      assertThat(posted).isEqualTo(IntStream.range(0, posted.size()).boxed().toList());
      for (EngineServer server : servers) {
        assertThat(server.clientsCount()).isZero();
        assertThat(Objects.requireNonNull(server.cluster()).guests()).isZero();
      }
      assertThat(clock.timers()).isZero();
      assertThat(links).allMatch(FakeWebSocketLink::closed);
      assertThat(isDone(poll)).isTrue();
      assertThat(isDone(post)).isTrue();
    }

    private void letEverythingArrive(EngineSession open) {
      assertThat(open.isOpen()).isTrue();
      if (!upgraded) {
        for (int i = 0; i < 2; i++) {
          poll();
          clock.settle();
        }
      }
      clock.settle();
      assertThat(received).hasSize(nextOut);
      assertThat(posted).hasSize(nextIn);
    }

    private final class Listener implements EngineListener, SessionListener {
      private final int node;

      Listener(int node) {
        this.node = node;
      }

      @Override
      public SessionListener onOpen(EngineSession opened) {
        session = opened;
        owner = node;
        events.add("open");
        return this;
      }

      @Override
      public void onText(String text) {
        assertThat(events).doesNotContain("close");
        assertThat(node).isEqualTo(owner);
        posted.add(Integer.parseInt(text));
      }

      @Override
      public void onBinary(byte[] data) {
        throw new AssertionError("none was sent");
      }

      @Override
      public void onClose(CloseReason reason, String description) {
        if (!over && !servers.isEmpty() && reason != CloseReason.FORCED_CLOSE) {
          throw new AssertionError("closed: " + reason + " " + description);
        }
        events.add("close");
      }
    }
  }
}
