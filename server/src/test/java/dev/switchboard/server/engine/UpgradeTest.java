package dev.switchboard.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  @Test
  void requestsOfPollingAreRefusedAfterwards() { // U02-U03
    String session = engine.openPolling();
    FakeWebSocketLink link = upgrade();

    assertThat(engine.get(session).text()).isEqualTo("{\"code\":3,\"message\":\"Bad request\"}");
    assertThat(engine.post(session, "4a").status()).isEqualTo(400);

    link.receive("4b");
    assertThat(engine.events).containsExactly("upgrade", "text:b");
  }

  @Test
  void aSecondWebSocketIsClosedDuringAndAfterTheUpgrade() { // U04-U05
    engine.openPolling();
    FakeWebSocketLink first = engine.probe().link();
    FakeWebSocketLink during = engine.probe().link();
    assertThat(during.closeCode()).isZero();

    first.receive("2probe");
    first.receive("5");
    engine.clock.settle();
    FakeWebSocketLink after = engine.probe().link();

    assertThat(after.closeCode()).isZero();
    assertThat(first.closed()).isFalse();
    assertThat(engine.events).containsExactly("upgrade");
  }

  @Test
  void aWebSocketSessionHasNoSecondWebSocket() {
    FakeWebSocketLink first = engine.openWebSocket();

    assertThat(engine.probe().link().closeCode()).isZero();
    assertThat(first.closed()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"40", "2", "5", "x", "", "3probe"})
  void anythingElseThanAProbeClosesTheWebSocketOnly(String text) { // U06-U08
    String session = engine.openPolling();
    FakeWebSocketLink link = engine.probe().link();

    link.receive(text);
    engine.clock.settle();

    assertThat(link.closeCode()).isZero();
    assertPollingGoesOn(session);
  }

  @Test
  void anythingElseAfterTheProbeClosesTheWebSocketOnly() {
    String session = engine.openPolling();
    FakeWebSocketLink link = engine.probe().link();
    link.receive("2probe");
    link.receive(new byte[] {1});
    engine.clock.settle();

    assertThat(link.closeCode()).isZero();
    assertPollingGoesOn(session);
    assertThat(engine.clock.timers()).isEqualTo(1);
  }

  @Test
  void aProbeMayBeRepeated() {
    engine.openPolling();
    FakeWebSocketLink link = engine.probe().link();
    link.receive("2probe");
    link.receive("2probe");
    engine.clock.settle();
    assertThat(link.takeFrames()).containsExactly("3probe", "3probe");

    link.receive("5");
    engine.clock.settle();
    assertThat(engine.events).containsExactly("upgrade");
  }

  @Test
  void whoProbesWithoutReadingTheAnswersLosesTheWebSocket() {
    String session = engine.openPolling();
    FakeWebSocketLink link = engine.probe().link();
    link.block();

    link.receive("2probe");
    engine.clock.settle();

    assertThat(link.closed()).isTrue();
    assertPollingGoesOn(session);
  }

  @Test
  void anUpgradeHasTenSeconds() { // U09
    String session = engine.openPolling();
    FakeWebSocketLink link = engine.probe().link();
    link.receive("2probe");
    engine.advance(9_900);
    assertThat(link.closed()).isFalse();
    engine.advance(200);

    assertThat(link.closeCode()).isZero();
    assertPollingGoesOn(session);
    assertThat(engine.probe().link().closed()).isFalse();
  }

  @Test
  void aWebSocketThatBreaksDuringTheProbeDoesNotHarmTheSession() { // U10
    String session = engine.openPolling();
    FakeWebSocketLink link = engine.probe().link();
    link.receive("2probe");

    link.end(true, "Invalid WebSocket frame");
    engine.clock.settle();

    assertPollingGoesOn(session);
    assertThat(engine.probe().link().closed()).isFalse();
  }

  @Test
  void aGetThatWaitsIsReleasedEveryHundredMilliseconds() { // U01
    String session = engine.openPolling();
    FakeHttpExchange first = engine.get(session);
    FakeWebSocketLink link = engine.probe().link();
    link.receive("2probe");
    engine.clock.settle();
    assertThat(first.answered()).isFalse();
    engine.advance(125);
    assertThat(first.text()).isEqualTo("6");

    FakeHttpExchange second = engine.get(session);
    engine.advance(125);
    assertThat(second.text()).isEqualTo("6");
  }

  @Test
  void aGetThatWaitsAtTheMoveIsReleased() {
    String session = engine.openPolling();
    FakeWebSocketLink link = engine.probe().link();
    link.receive("2probe");
    FakeHttpExchange poll = engine.get(session);
    engine.advance(75);

    link.receive("5");
    engine.clock.settle();

    assertThat(poll.text()).isEqualTo("6");
  }

  @Test
  void aGetThatCameJustBeforeTheMoveOvertookItAndIsRefused() {
    String session = engine.openPolling();
    FakeWebSocketLink link = engine.probe().link();
    link.receive("2probe");
    FakeHttpExchange poll = engine.get(session);

    link.receive("5");
    engine.clock.settle();

    assertThat(poll.status()).isEqualTo(400);
    assertThat(poll.text()).isEqualTo("{\"code\":3,\"message\":\"Bad request\"}");
    assertThat(engine.events).containsExactly("upgrade");
  }

  @Test
  void thePostThatIsHeldAtTheMoveIsAnsweredAndReadingStaysPaused() {
    String session = engine.openPolling();
    engine.onText = text -> engine.session().pauseReading();
    FakeHttpExchange post = engine.post(session, "4a");
    FakeWebSocketLink link = upgrade();

    assertThat(post.text()).isEqualTo("ok");
    assertThat(link.reading()).isFalse();
    engine.onLoop(() -> engine.session().resumeReading());
    assertThat(link.reading()).isTrue();
  }

  @Test
  void theServersCloseMidwayClosesTheSessionOverTheWebSocket() {
    String session = engine.openPolling();
    FakeWebSocketLink link = engine.probe().link();
    link.receive("2probe");
    engine.send("last");
    engine.session().close();
    engine.clock.settle();

    link.receive("5");
    engine.clock.settle();

    assertThat(link.takeFrames()).containsExactly("3probe", "4last");
    assertThat(link.closeCode()).isZero();
    assertThat(engine.events).containsExactly("close:forced close");
    assertThat(engine.get(session).text()).contains("Session ID unknown");
    assertThat(engine.clock.timers()).isZero();
  }

  @Test
  void theEndOfTheSessionMidwayClosesTheWebSocketToo() {
    engine.openPolling();
    FakeWebSocketLink link = engine.probe().link();
    link.receive("2probe");

    engine.session().closeNow(CloseReason.FORCED_CLOSE, "");
    engine.clock.settle();

    assertThat(link.closeCode()).isZero();
    assertThat(engine.clock.timers()).isZero();
  }

  @Test
  void theLossOfTheWebSocketBeforeTheMoveIsDoneEndsTheSession() {
    engine.openPolling();
    FakeWebSocketLink link = engine.probe().link();
    link.receive("2probe");
    engine.clock.settle();

    link.receive("5");
    link.receive("4a");
    link.end(false, "");
    engine.clock.settle();

    assertThat(engine.events).containsExactly("upgrade", "text:a", "close:transport close");
    assertThat(engine.clock.timers()).isZero();
  }

  @Test
  void upgradesMayBeOff() {
    EngineFixture off = new EngineFixture(settings -> settings.allowUpgrades(false));

    assertThat(off.get(EngineFixture.POLLING).text()).contains("\"upgrades\":[]");
    assertThat(off.probe().link().closeCode()).isZero();
  }

  private FakeWebSocketLink upgrade() {
    FakeWebSocketLink link = engine.probe().link();
    link.receive("2probe");
    link.receive("5");
    engine.clock.settle();
    link.takeFrames();
    return link;
  }

  private void assertPollingGoesOn(String session) {
    assertThat(engine.session().transport()).isEqualTo("polling");
    engine.send("still polling");
    engine.clock.settle();
    assertThat(engine.get(session).text()).isEqualTo("4still polling");
    assertThat(engine.events).isEmpty();
  }
}
