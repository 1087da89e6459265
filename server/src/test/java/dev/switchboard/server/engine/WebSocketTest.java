package dev.switchboard.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebSocketTest {
  private final EngineFixture engine = new EngineFixture();

  @Test
  void theOpenPacketAndWhatTheListenerSendsGoOutInOneFlush() {
    engine.onOpen = session -> session.send(OutboundMessage.text("hello"));

    FakeWebSocketLink link = engine.connect(EngineFixture.WEBSOCKET).link();

    assertThat(link.takeFrames())
        .containsExactly(
            "0{\"sid\":\""
                + engine.session().id()
                + "\",\"upgrades\":[],\"pingInterval\":25000,\"pingTimeout\":20000,"
                + "\"maxPayload\":1000000}",
            "4hello");
    assertThat(link.flushes()).isEqualTo(1);
  }

  @Test
  void messagesGoBothWaysInOrder() {
    FakeWebSocketLink link = engine.openWebSocket();

    link.receive("4a");
    link.receive(new byte[] {1, 2});
    link.receive("bAw==");
    engine.send("b");
    engine
        .session()
        .send(OutboundMessage.of("c".getBytes(StandardCharsets.UTF_8), List.of(new byte[] {4, 5})));
    engine.clock.settle();

    assertThat(engine.events).containsExactly("text:a", "binary:0102", "binary:03");
    assertThat(link.takeFrames()).containsExactly("4b", "4c", "<0405>");
  }

  @Test
  void aCloseOfTheServersSendsWhatWaitsAndHasNoStatus() {
    FakeWebSocketLink link = engine.openWebSocket();
    engine.send("last");
    engine.session().close();
    engine.send("too late");
    engine.clock.settle();

    assertThat(link.takeFrames()).containsExactly("4last");
    assertThat(link.closeCode()).isZero();
    assertThat(engine.events).containsExactly("close:forced close");
    assertThat(engine.server.clientsCount()).isZero();
    assertThat(engine.clock.timers()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "9", "abc", "\u0664", "b!!!"})
  void whatIsNoPacketEndsTheSession(String text) { // E01-E03, E15
    FakeWebSocketLink link = engine.openWebSocket();

    link.receive(text);

    assertThat(engine.events).containsExactly("close:parse error");
    assertThat(link.closeCode()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "3", "5", "6", "3\u001e3"})
  void packetsWithoutMeaningAreIgnored(String text) { // E04, E08-E10, E14
    FakeWebSocketLink link = engine.openWebSocket();

    link.receive(text);

    assertThat(engine.events).isEmpty();
    assertThat(link.closed()).isFalse();
  }

  @Test
  void aHundredThousandPongsAreNoMoreTimers() { // E08
    FakeWebSocketLink link = engine.openWebSocket();
    for (int i = 0; i < 100_000; i++) {
      link.receive("3");
    }

    assertThat(engine.clock.timers()).isEqualTo(1);
  }

  @Test
  void aCloseOfTheClientsEndsTheSession() { // E05
    FakeWebSocketLink link = engine.openWebSocket();

    link.receive("1");

    assertThat(engine.events).containsExactly("close:transport close");
    assertThat(link.closeCode()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"2", "2probe"})
  void aPingOfTheClientsIsAnError(String text) { // E06-E07
    FakeWebSocketLink link = engine.openWebSocket();

    link.receive(text);

    assertThat(engine.events).containsExactly("close:transport error:invalid heartbeat direction");
    assertThat(link.closeCode()).isZero();
  }

  @Test
  void theEndOfTheConnectionIsToldAsItIs() {
    engine.openWebSocket().end(false, "");
    engine.openWebSocket().end(true, "Max payload size exceeded");

    assertThat(engine.events)
        .containsExactly(
            "close:transport close", "close:transport error:Max payload size exceeded");
    assertThat(engine.clock.timers()).isZero();
  }

  @Test
  void nothingIsDeliveredAfterTheClose() {
    FakeWebSocketLink link = engine.openWebSocket();
    engine.onText = text -> engine.session().closeNow(CloseReason.FORCED_CLOSE, "enough");

    link.receive("4a");
    link.receive("4b");
    engine.clock.settle();
    link.receive("4c");

    assertThat(engine.events).containsExactly("text:a", "close:forced close:enough");
    assertThat(engine.session().send(OutboundMessage.text("x"))).isFalse();
  }

  @Test
  void aSessionThatIsClosedAtItsOpeningIsToldAfterwards() {
    engine.onOpen = session -> session.end(CloseReason.FORCED_CLOSE, "not you");

    FakeWebSocketLink link = engine.connect(EngineFixture.WEBSOCKET).link();

    assertThat(engine.events).containsExactly("close:forced close:not you");
    assertThat(link.closed()).isTrue();
    assertThat(engine.server.clientsCount()).isZero();
  }

  @Test
  void aListenerThatFailsEndsItsSessionOnly() {
    FakeWebSocketLink good = engine.openWebSocket();
    FakeWebSocketLink bad = engine.openWebSocket();
    engine.onText =
        text -> {
          if (text.equals("bad")) {
            throw new IllegalStateException("listener");
          }
        };

    bad.receive("4bad");
    good.receive("4good");

    assertThat(bad.closed()).isTrue();
    assertThat(good.closed()).isFalse();
    assertThat(engine.events)
        .containsExactly("text:bad", "close:transport error:internal error", "text:good");
  }

  @Test
  void readingIsPausedAndResumed() {
    FakeWebSocketLink link = engine.openWebSocket();
    engine.onLoop(() -> engine.session().pauseReading());
    assertThat(link.reading()).isFalse();

    engine.onLoop(() -> engine.session().resumeReading());
    assertThat(link.reading()).isTrue();
  }

  @Test
  void binaryGoesAsTextIfTheClientAskedForIt() {
    FakeWebSocketLink link = engine.connect(EngineFixture.WEBSOCKET + "&b64=1").link();
    link.takeFrames();
    engine
        .session()
        .send(OutboundMessage.of("c".getBytes(StandardCharsets.UTF_8), List.of(new byte[] {1, 2})));
    engine.clock.settle();

    assertThat(link.takeFrames()).containsExactly("4c", "bAQI=");
  }

  @Test
  void theHandshakesRequestIsKept() {
    RequestInfo request =
        Requests.of(
            "GET", EngineFixture.WEBSOCKET + "&token=ä", true, "user-agent", "test", "x-own", "1");
    engine.connect(request, engine.loop);

    assertThat(engine.session().request()).isEqualTo(request);
    assertThat(request.toString()).isEqualTo("GET /engine.io/ from 127.0.0.1");
  }

  @Test
  void theRateOfMessagesMayBeLimited() { // RL04
    EngineFixture limited =
        new EngineFixture(settings -> settings.limits(limits -> limits.inboundRate(10)));
    FakeWebSocketLink link = limited.openWebSocket();
    for (int i = 0; i < 20; i++) {
      link.receive("4a");
    }
    assertThat(limited.events).hasSize(20);
    limited.advance(100);
    link.receive("4b");
    link.receive("4c");

    assertThat(limited.events)
        .hasSize(22)
        .endsWith("text:b", "close:transport error:inbound rate exceeded");
    assertThat(link.closed()).isTrue();
  }
}
