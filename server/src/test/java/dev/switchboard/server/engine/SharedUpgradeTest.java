package dev.switchboard.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.protocol.engine.EngineMessage.Incoming;
import dev.switchboard.protocol.engine.EngineMessage.Probed;
import dev.switchboard.protocol.engine.EnginePacket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients whose WebSocket reaches another node than the one that has their session. */
class SharedUpgradeTest {
  private final ClusterFixture cluster = new ClusterFixture();
  private final EngineFixture a = cluster.a;
  private final EngineFixture b = cluster.b;
  private final EngineFixture c = cluster.c;

  @Test
  void aPollingSessionIsToldOfAfterAMoment() {
    String session = cluster.open();
    b.post(session, "4a");
    a.post(session, "bAQI=");
    assertThat(a.sessions).isEmpty();

    cluster.advance(325);
    assertThat(a.sessions).hasSize(1);
    assertThat(a.events).containsExactly("text:a", "binary:0102");
  }

  @Test
  void aWebSocketSessionIsToldOfAtOnce() {
    a.openWebSocket();
    assertThat(a.sessions).hasSize(1);
  }

  @Test
  void aPollingSessionThatCannotUpgradeIsToldOfAtOnce() {
    ClusterFixture polling = new ClusterFixture(settings -> settings.allowUpgrades(false));
    polling.open();
    assertThat(polling.a.sessions).hasSize(1);
  }

  @Test
  void whatAClientThatGoesAtOnceSaidIsHeard() {
    String session = cluster.open();
    b.post(session, "4a\u001e1");
    cluster.advance(75);
    assertThat(a.events).containsExactly("text:a", "close:transport close");
  }

  @Test
  void aClientThatGoesAtOnceAndSaidNothingIsNotToldOf() {
    String session = cluster.open();
    b.post(session, "1");
    cluster.advance(400);
    assertThat(a.sessions).isEmpty();
    assertThat(a.events).isEmpty();
    assertThat(a.server.clientsCount()).isZero();
    assertThat(cluster.clock.timers()).isZero();
  }

  @Test
  void whoSendsMuchAtOnceIsToldOfAtOnce() {
    String session = cluster.open();
    a.post(session, "4x\u001e".repeat(255) + "4x");
    assertThat(a.sessions).hasSize(1);
    assertThat(a.events).hasSize(256);
  }

  @Test
  void theNodeThatHasTheWebSocketTakesOverASessionThatNobodyWasToldOf() {
    String session = cluster.open();
    c.post(session, "4a\u001ebAQI=");
    FakeHttpExchange poll = c.get(session);
    FakeWebSocketLink link = b.connect(ClusterFixture.webSocket(session)).link();
    link.receive("2probe");
    cluster.advance(200);
    assertThat(poll.text()).isEqualTo("6");
    link.receive("5");
    link.receive("4b");
    cluster.clock.settle();

    assertThat(a.sessions).isEmpty();
    assertThat(a.server.clientsCount()).isZero();
    assertThat(b.session().id()).isEqualTo(session.substring(session.length() - 20));
    assertThat(b.events).containsExactly("upgrade", "text:a", "binary:0102", "text:b");
    assertThat(b.session().transport()).isEqualTo("websocket");
    assertThat(link.takeFrames()).containsExactly("3probe");
    assertThat(link.reading()).isTrue();
    assertThat(cluster.guests()).isZero();
    assertThat(cluster.clock.timers()).isEqualTo(1);

    b.send("x");
    cluster.clock.settle();
    assertThat(link.takeFrames()).containsExactly("4x");
    link.end(false, "");
    assertThat(b.events).last().isEqualTo("close:transport close");
    assertThat(b.server.clientsCount()).isZero();
  }

  @Test
  void aSessionThatIsToldOfStaysAndItsWebSocketIsForwarded() {
    String session = cluster.openAnnounced();
    a.send("waits");
    FakeWebSocketLink link = cluster.upgrade(b, session);

    assertThat(a.events).containsExactly("upgrade");
    assertThat(a.session().transport()).isEqualTo("websocket");
    assertThat(link.takeFrames()).containsExactly("3probe", "4waits");
    assertThat(link.reading()).isTrue();

    link.receive("4a");
    link.receive(new byte[] {1, 2});
    cluster.clock.settle();
    assertThat(a.events).containsExactly("upgrade", "text:a", "binary:0102");
    a.send("x");
    a.session().send(OutboundMessage.binary(new byte[] {3}));
    cluster.clock.settle();
    assertThat(link.takeFrames()).containsExactly("4x", "<03>");
    assertThat(b.sessions).isEmpty();
  }

  @Test
  void aGetThatWaitsIsReleasedWhileTheClientUpgradesElsewhere() {
    String session = cluster.openAnnounced();
    FakeHttpExchange poll = c.get(session);
    FakeWebSocketLink link = b.connect(ClusterFixture.webSocket(session)).link();
    link.receive("2probe");
    cluster.advance(150);
    assertThat(poll.answered()).isFalse();
    cluster.advance(75);
    assertThat(poll.text()).isEqualTo("6");
    FakeHttpExchange next = a.get(session);
    cluster.advance(225);
    assertThat(next.text()).isEqualTo("6");
  }

  @Test
  void whatComesRightAfterTheUpgradeIsKeptUntilTheOwnerHasAnswered() {
    String session = cluster.openAnnounced();
    FakeWebSocketLink link = b.connect(ClusterFixture.webSocket(session)).link();
    link.receive("2probe");
    link.receive("5");
    assertThat(link.reading()).isFalse();
    link.receive("4a");
    link.receive("4b");
    cluster.clock.settle();
    assertThat(a.events).containsExactly("upgrade", "text:a", "text:b");
  }

  @Test
  void heartbeatsAreForwarded() {
    FakeWebSocketLink link = cluster.upgrade(b, cluster.openAnnounced());
    link.takeFrames();
    for (int i = 0; i < 4; i++) {
      cluster.advance(25_050);
      assertThat(link.takeFrames()).containsExactly("2");
      link.receive("3");
      cluster.clock.settle();
    }
    assertThat(a.session().isOpen()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theLossOfTheWebSocketEndsTheSession(boolean error) {
    FakeWebSocketLink link = cluster.upgrade(b, cluster.openAnnounced());
    link.end(error, "");
    cluster.clock.settle();
    assertThat(a.events)
        .containsExactly(
            "upgrade",
            error
                ? "close:transport error:the connection to another node was lost"
                : "close:transport close");
    assertThat(cluster.guests()).isZero();
    assertThat(cluster.clock.timers()).isZero();
  }

  @Test
  void theLossOfTheWebSocketBeforeTheOwnerHasAnsweredEndsTheSession() {
    String session = cluster.openAnnounced();
    FakeWebSocketLink link = b.connect(ClusterFixture.webSocket(session)).link();
    link.receive("2probe");
    link.receive("5");
    link.end(false, "");
    cluster.clock.settle();
    assertThat(a.session().isOpen()).isFalse();
    assertThat(cluster.guests()).isZero();
    assertThat(cluster.clock.timers()).isZero();
  }

  @Test
  void theServersCloseSendsWhatWaitsAndClosesTheWebSocket() {
    FakeWebSocketLink link = cluster.upgrade(b, cluster.openAnnounced());
    link.takeFrames();
    a.send("last");
    a.session().close();
    cluster.clock.settle();
    assertThat(link.takeFrames()).containsExactly("4last", "1");
    assertThat(link.closeCode()).isZero();
    assertThat(cluster.guests()).isZero();
    assertThat(cluster.clock.timers()).isZero();
  }

  @Test
  void theClientsClosePacketEndsTheSession() {
    FakeWebSocketLink link = cluster.upgrade(b, cluster.openAnnounced());
    link.receive("1");
    cluster.clock.settle();
    assertThat(a.events).containsExactly("upgrade", "close:transport close");
    assertThat(link.closed()).isTrue();
  }

  @Test
  void whatIsNoPacketEndsTheSession() {
    FakeWebSocketLink link = cluster.upgrade(b, cluster.openAnnounced());
    link.receive("x");
    cluster.clock.settle();
    assertThat(a.events).containsExactly("upgrade", "close:parse error");
    assertThat(link.closed()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"40", "5", "x", ""})
  void aProbeThatFailsHarmsNobody(String text) {
    String session = cluster.openAnnounced();
    FakeWebSocketLink link = b.connect(ClusterFixture.webSocket(session)).link();
    link.receive(text);
    cluster.clock.settle();

    assertThat(link.closeCode()).isZero();
    assertThat(cluster.clock.timers()).isEqualTo(1);
    a.send("still polling");
    assertThat(c.get(session).text()).isEqualTo("4still polling");
    assertThat(cluster.upgrade(c, session).closed()).isFalse();
    assertThat(a.session().transport()).isEqualTo("websocket");
  }

  @Test
  void aProbeHasTenSeconds() {
    String session = cluster.openAnnounced();
    FakeWebSocketLink link = b.connect(ClusterFixture.webSocket(session)).link();
    link.receive("2probe");
    cluster.advance(10_050);
    assertThat(link.closed()).isTrue();
    assertThat(cluster.upgrade(c, session).closed()).isFalse();
  }

  @Test
  void aNodeThatDiesMidwayDoesNotBlockTheNextAttemptForEver() {
    String session = cluster.openAnnounced();
    b.connect(ClusterFixture.webSocket(session));
    cluster.bus.node(1).die();
    assertThat(c.connect(ClusterFixture.webSocket(session)).rejected()).isTrue();
    cluster.advance(11_050);
    assertThat(cluster.upgrade(c, session).closed()).isFalse();
  }

  @Test
  void aSecondWebSocketIsRefusedWhereverItComes() {
    String session = cluster.openAnnounced();
    FakeWebSocketLink first = cluster.upgrade(b, session);
    assertThat(c.connect(ClusterFixture.webSocket(session)).rejectionText())
        .isEqualTo("Session ID unknown");
    assertThat(a.connect(ClusterFixture.webSocket(session)).link().closed()).isTrue();
    assertThat(first.closed()).isFalse();
  }

  @Test
  void pollingElsewhereIsRefusedAfterTheUpgrade() {
    String session = cluster.openAnnounced();
    cluster.upgrade(b, session);
    assertThat(c.get(session).status()).isEqualTo(400);
    assertThat(b.post(session, "4").status()).isEqualTo(400);
    assertThat(a.session().isOpen()).isTrue();
  }

  @Test
  void theUpgradeOnTheOwnerEndsTheDelay() {
    String session = cluster.open();
    b.post(session, "4a");
    FakeWebSocketLink link =
        a.connect(Requests.of("GET", ClusterFixture.webSocket(session)), a.other).link();
    link.receive("2probe");
    link.receive("5");
    link.receive("4b");
    cluster.clock.settle();
    assertThat(a.events).containsExactly("text:a", "upgrade", "text:b");
    cluster.advance(400);
    assertThat(a.sessions).hasSize(1);
    assertThat(cluster.clock.timers()).isEqualTo(1);
  }

  @Test
  void aWebSocketWhoseOwnerIsSilentIsClosed() {
    FakeWebSocketLink link = cluster.upgrade(b, cluster.openAnnounced());
    cluster.bus.node(0).die();
    cluster.advance(45_050);
    assertThat(link.closed()).isTrue();
    assertThat(cluster.guests()).isZero();
  }

  @Test
  void theSessionTimesOutWhenTheNodeOfItsWebSocketIsGone() {
    cluster.upgrade(b, cluster.openAnnounced());
    cluster.bus.node(1).die();
    cluster.advance(45_050);
    assertThat(a.events).containsExactly("upgrade", "close:ping timeout");
  }

  @Test
  void aWebSocketThatIsTakenOverWithoutAnAnswerIsClosed() {
    String session = cluster.openAnnounced();
    FakeWebSocketLink link = b.connect(ClusterFixture.webSocket(session)).link();
    link.receive("2probe");
    cluster.bus.node(0).die();
    link.receive("5");
    cluster.advance(1_025);
    assertThat(link.closed()).isTrue();
    assertThat(cluster.guests()).isZero();
  }

  @Test
  void aSlowClientIsClosedByTheNodeThatHasItsWebSocket() {
    FakeWebSocketLink link = cluster.upgrade(b, cluster.openAnnounced());
    link.block(2_000_000);
    a.send("x");
    cluster.clock.settle();
    assertThat(link.closed()).isTrue();
    assertThat(a.events).last().asString().startsWith("close:transport error");
  }

  @Test
  void aSessionThatDoesNotReadHasItsWebSocketNotReadElsewhere() {
    FakeWebSocketLink link = cluster.upgrade(b, cluster.openAnnounced());
    a.onLoop(() -> a.session().pauseReading());
    assertThat(link.reading()).isFalse();
    a.onLoop(() -> a.session().resumeReading());
    assertThat(link.reading()).isTrue();
  }

  @Test
  void nothingIsReadWhileTheBusHasTooMuch() {
    FakeWebSocketLink link = cluster.upgrade(b, cluster.openAnnounced());
    for (int i = 0; i < 256; i++) {
      link.receive("4x");
    }
    assertThat(link.reading()).isFalse();
    cluster.clock.settle();
    assertThat(link.reading()).isTrue();
    assertThat(a.events).hasSize(257);
  }

  @Test
  void aNodeThatDrainsTakesNoWebSocketOfOthers() {
    String session = cluster.openAnnounced();
    b.server.drain();
    assertThat(b.connect(ClusterFixture.webSocket(session)).rejection().status()).isEqualTo(503);
    a.send("x");
    assertThat(b.get(session).text()).isEqualTo("4x");
  }

  @Test
  void messagesOfStrangersChangeNothing() {
    String session = cluster.openAnnounced();
    String sid = session.substring(session.length() - 20);
    FakeBus.Node stranger = cluster.bus.node(2);
    String owner = cluster.bus.node(0).id;
    stranger.inject(new Probed(1, "ffffff", owner, sid, true));
    stranger.inject(new Incoming("ffffff", owner, "x", EnginePacket.message("a")));
    cluster.clock.settle();
    assertThat(a.session().transport()).isEqualTo("polling");
    assertThat(a.events).isEmpty();
  }
}
