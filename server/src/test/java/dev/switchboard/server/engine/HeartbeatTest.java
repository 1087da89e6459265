package dev.switchboard.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Heartbeats with a ping every 400 ms that may take 300 ms; times are exact to a tick or two. */
class HeartbeatTest {
  private final EngineFixture engine = fixture(false);

  private static EngineFixture fixture(boolean eio3) {
    return new EngineFixture(
        settings ->
            settings
                .allowEio3(eio3)
                .pingInterval(Duration.ofMillis(400))
                .pingTimeout(Duration.ofMillis(300)));
  }

  @Test
  void aPingThatIsNotAnsweredEndsTheSession() { // T01
    FakeWebSocketLink link = engine.openWebSocket();
    engine.advance(375);
    assertThat(link.takeFrames()).isEmpty();
    engine.advance(50);
    assertThat(link.takeFrames()).containsExactly("2");
    engine.advance(250);
    assertThat(engine.events).isEmpty();
    engine.advance(100);

    assertThat(engine.events).containsExactly("close:ping timeout");
    assertThat(link.closeCode()).isZero();
    assertThat(engine.clock.timers()).isZero();
  }

  @Test
  void theNextPingComesAnIntervalAfterThePong() {
    FakeWebSocketLink link = engine.openWebSocket();
    engine.advance(425);
    engine.advance(200);
    link.receive("3");
    assertThat(link.takeFrames()).containsExactly("2");

    engine.advance(375);
    assertThat(link.takeFrames()).isEmpty();
    engine.advance(75);
    assertThat(link.takeFrames()).containsExactly("2");
    assertThat(engine.events).isEmpty();
  }

  @Test
  void otherPacketsExtendTheWaitForAPongOnce() { // T03
    FakeWebSocketLink link = engine.openWebSocket();
    engine.advance(425);
    engine.advance(200);
    link.receive("4a");
    engine.advance(250);
    link.receive("4b");
    assertThat(engine.events).containsExactly("text:a", "text:b");
    engine.advance(100);

    assertThat(engine.events).containsExactly("text:a", "text:b", "close:ping timeout");
  }

  @Test
  void theExtensionIsGivenAnewWithEachPing() {
    FakeWebSocketLink link = engine.openWebSocket();
    for (int i = 0; i < 3; i++) {
      engine.advance(425);
      engine.advance(200);
      link.receive("4a");
      engine.advance(200);
      link.receive("3");
    }

    assertThat(engine.events).containsExactly("text:a", "text:a", "text:a");
  }

  @Test
  void packetsBeforeThePingExtendNothing() {
    FakeWebSocketLink link = engine.openWebSocket();
    engine.advance(200);
    link.receive("4a");
    engine.advance(550);

    assertThat(engine.events).containsExactly("text:a", "close:ping timeout");
  }

  @Test
  void aPollingSessionThatIsNeverPolledEnds() { // T04
    engine.openPolling();
    engine.advance(675);
    assertThat(engine.events).isEmpty();
    engine.advance(100);

    assertThat(engine.events).containsExactly("close:ping timeout");
    assertThat(engine.server.clientsCount()).isZero();
  }

  @Test
  void aPollingSessionIsPingedByItsGet() {
    String session = engine.openPolling();
    for (int i = 0; i < 5; i++) {
      FakeHttpExchange poll = engine.get(session);
      engine.advance(425);
      assertThat(poll.text()).isEqualTo("2");
      engine.post(session, "3");
    }

    assertThat(engine.events).isEmpty();
  }

  @Test
  void theHeartbeatBeginsAnewWithTheUpgrade() {
    engine.openPolling();
    engine.advance(425);
    FakeWebSocketLink link = engine.probe().link();
    link.receive("2probe");
    link.receive("5");
    engine.clock.settle();
    assertThat(link.takeFrames()).containsExactly("3probe", "2");

    engine.advance(350);
    assertThat(engine.events).containsExactly("upgrade");
    engine.advance(75);
    assertThat(link.takeFrames()).containsExactly("2");
    engine.advance(325);
    assertThat(engine.events).containsExactly("upgrade", "close:ping timeout");
  }

  @Test
  void theHeartbeatDoesNotRunOutWhileReadingIsPaused() {
    FakeWebSocketLink link = engine.openWebSocket();
    engine.onLoop(() -> engine.session().pauseReading());
    engine.advance(5_000);
    assertThat(engine.events).isEmpty();

    engine.onLoop(() -> engine.session().resumeReading());
    engine.advance(250);
    assertThat(engine.events).isEmpty();
    link.receive("3");
    engine.advance(375);
    assertThat(engine.events).isEmpty();
  }

  @Test
  void theHeartbeatRunsOutAfterReadingIsResumed() {
    engine.openWebSocket();
    engine.onLoop(() -> engine.session().pauseReading());
    engine.advance(5_000);
    engine.onLoop(() -> engine.session().resumeReading());
    engine.advance(350);

    assertThat(engine.events).containsExactly("close:ping timeout");
  }

  @Test
  void clientsOfRevision3PingThemselves() {
    EngineFixture eio3 = fixture(true);
    FakeWebSocketLink link = eio3.connect("EIO=3&transport=websocket").link();
    link.takeFrames();
    for (int i = 0; i < 5; i++) {
      eio3.advance(650);
      link.receive("2");
      eio3.clock.settle();
      assertThat(link.takeFrames()).containsExactly("3");
    }
    link.receive("2probe");
    eio3.clock.settle();
    assertThat(link.takeFrames()).containsExactly("3");
    assertThat(eio3.events).isEmpty();

    eio3.advance(775);
    assertThat(eio3.events).containsExactly("close:ping timeout");
    assertThat(link.takeFrames()).isEmpty();
  }

  @Test
  void aPongOfRevision3IsAnError() {
    EngineFixture eio3 = fixture(true);
    FakeWebSocketLink link = eio3.connect("EIO=3&transport=websocket").link();

    link.receive("3");

    assertThat(eio3.events).containsExactly("close:transport error:invalid heartbeat direction");
  }
}
