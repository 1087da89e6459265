package dev.switchboard.server.engine;

import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/** Three engines in one virtual time that share their clients' requests. */
final class ClusterFixture {
  final FakeClock clock = new FakeClock();
  final FakeBus bus = new FakeBus(clock);
  final EngineFixture a;
  final EngineFixture b;
  final EngineFixture c;

  ClusterFixture() {
    this(settings -> {});
  }

  ClusterFixture(Consumer<EngineSettings.Builder> changes) {
    a = node(changes);
    b = node(changes);
    c = node(changes);
  }

  private EngineFixture node(Consumer<EngineSettings.Builder> changes) {
    return new EngineFixture(
        clock, settings -> changes.accept(settings.cluster(ClusterSettings.of(bus))));
  }

  /** Opens a polling session on the first node, and returns its query. */
  String open() {
    return open(EngineFixture.POLLING);
  }

  String open(String query) {
    String text = a.get(query).text();
    int sid = text.indexOf("\"sid\":\"") + 7;
    return query + "&sid=" + text.substring(sid, text.indexOf('"', sid));
  }

  /** Opens one, and has it announced to the application. */
  String openAnnounced() {
    String session = open();
    advance(325);
    return session;
  }

  static String webSocket(String session) {
    return session.replace("polling", "websocket");
  }

  /** Upgrades a session over the WebSocket that a node holds. */
  FakeWebSocketLink upgrade(EngineFixture node, String session) {
    FakeWebSocketLink link = node.connect(webSocket(session)).link();
    link.receive("2probe");
    link.receive("5");
    clock.settle();
    return link;
  }

  void advance(long millis) {
    clock.advance(java.time.Duration.ofMillis(millis));
  }

  List<EngineFixture> nodes() {
    return List.of(a, b, c);
  }

  /** What the nodes hold for each other. */
  int guests() {
    return nodes().stream()
        .mapToInt(node -> Objects.requireNonNull(node.server.cluster()).guests())
        .sum();
  }
}
