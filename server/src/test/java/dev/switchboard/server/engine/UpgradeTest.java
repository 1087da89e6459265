package dev.switchboard.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UpgradeTest {
  private final EngineFixture engine = new EngineFixture();

  @Test
  void movesToTheWebSocketWithWhatWaits() {
    String session = engine.openPolling();
    FakeHttpExchange poll = engine.get(session);
    FakeWebSocketLink link = engine.probe().link();

    link.receive("2probe");
    engine.clock.settle();
    assertThat(link.takeFrames()).containsExactly("3probe");
    engine.advance(100);
    assertThat(poll.text()).isEqualTo("6");

    engine.send("a");
    engine.clock.settle();
    link.receive("5");
    link.receive("4b");
    engine.clock.settle();

    assertThat(link.takeFrames()).containsExactly("4a");
    assertThat(engine.events).containsExactly("upgrade", "text:b");
    assertThat(engine.session().transport()).isEqualTo("websocket");
    assertThat(engine.session().loop()).isSameAs(engine.other);
    assertThat(link.reading()).isTrue();
  }
}
