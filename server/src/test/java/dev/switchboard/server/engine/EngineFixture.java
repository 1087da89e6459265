package dev.switchboard.server.engine;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;

/** A server on two loops of virtual time, and what it told its listener. */
final class EngineFixture {
  static final String POLLING = "EIO=4&transport=polling";
  static final String WEBSOCKET = "EIO=4&transport=websocket";

  final FakeClock clock;
  final FakeEventLoop loop;
  final FakeEventLoop other;
  final List<EngineSession> sessions = new ArrayList<>();
  final List<ConnectionError> errors = new ArrayList<>();
  final List<TurnedAway> turnedAway = new ArrayList<>();

  /**
   * What sessions told: {@code text:...}, {@code binary:...}, {@code upgrade}, {@code close:...}.
   */
  final List<String> events = new ArrayList<>();

  /** What to do when a session opens. */
  Consumer<EngineSession> onOpen = session -> {};

  /** What to do with a text. */
  Consumer<String> onText = text -> {};

  final EngineServer server;

  EngineFixture() {
    this(settings -> {});
  }

  EngineFixture(Consumer<EngineSettings.Builder> changes) {
    this(new FakeClock(), changes);
  }

  /** One of several servers that live in the same time. */
  EngineFixture(FakeClock clock, Consumer<EngineSettings.Builder> changes) {
    this.clock = clock;
    this.loop = clock.newLoop("first");
    this.other = clock.newLoop("second");
    this.server = new EngineServer(EngineSettings.of(changes), new Listener(), clock::nanos);
  }

  FakeHttpExchange request(RequestInfo request, FakeEventLoop on, String body) {
    FakeHttpExchange exchange =
        new FakeHttpExchange(request, on, body.getBytes(StandardCharsets.UTF_8));
    on.within(() -> server.handle(exchange));
    clock.settle();
    return exchange;
  }

  FakeHttpExchange request(RequestInfo request) {
    return request(request, loop, "");
  }

  FakeHttpExchange get(String query, String... headers) {
    return request(Requests.of("GET", query, headers));
  }

  FakeHttpExchange post(String query, String body, String... headers) {
    return request(Requests.of("POST", query, headers), loop, body);
  }

  FakeWebSocketExchange connect(RequestInfo request, FakeEventLoop on) {
    FakeWebSocketExchange exchange = new FakeWebSocketExchange(request, on);
    on.within(() -> server.handle(exchange));
    clock.settle();
    return exchange;
  }

  FakeWebSocketExchange connect(String query, String... headers) {
    return connect(Requests.of("GET", query, headers), loop);
  }

  /** Opens a polling session and returns its query. */
  String openPolling() {
    get(POLLING);
    return POLLING + "&sid=" + session().id();
  }

  /** Opens a WebSocket session. */
  FakeWebSocketLink openWebSocket() {
    FakeWebSocketLink link = connect(WEBSOCKET).link();
    link.takeFrames();
    return link;
  }

  /** Brings a WebSocket for the last session, on the other loop. */
  FakeWebSocketExchange probe() {
    return connect(Requests.of("GET", WEBSOCKET + "&sid=" + session().id()), other);
  }

  /** Runs a task of the session's loop on that loop. */
  void onLoop(Runnable task) {
    ((FakeEventLoop) session().loop()).within(task);
    clock.settle();
  }

  /** The last session. */
  EngineSession session() {
    return sessions.get(sessions.size() - 1);
  }

  void send(String text) {
    session().send(OutboundMessage.text(text));
  }

  void advance(long millis) {
    clock.advance(Duration.ofMillis(millis));
  }

  private final class Listener implements EngineListener {
    @Override
    public SessionListener onOpen(EngineSession session) {
      sessions.add(session);
      onOpen.accept(session);
      return new Recorder();
    }

    @Override
    public void onConnectionError(ConnectionError error) {
      errors.add(error);
    }

    @Override
    public void onTurnedAway(RequestInfo request, TurnedAway why) {
      turnedAway.add(why);
    }
  }

  private final class Recorder implements SessionListener {
    @Override
    public void onText(String text) {
      events.add("text:" + text);
      onText.accept(text);
    }

    @Override
    public void onBinary(byte[] data) {
      events.add("binary:" + HexFormat.of().formatHex(data));
    }

    @Override
    public void onUpgrade() {
      events.add("upgrade");
    }

    @Override
    public void onClose(CloseReason reason, String description) {
      events.add("close:" + reason + (description.isEmpty() ? "" : ":" + description));
    }
  }
}
