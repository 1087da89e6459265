package dev.switchboard.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Polling requests that reach other nodes than the one that has the session. */
class SharedPollingTest {
  private static final String UNKNOWN = "{\"code\":1,\"message\":\"Session ID unknown\"}";

  private final ClusterFixture cluster = new ClusterFixture();
  private final EngineFixture a = cluster.a;
  private final EngineFixture b = cluster.b;
  private final EngineFixture c = cluster.c;

  @Test
  void aGetElsewhereGetsWhatWaits() {
    String session = cluster.openAnnounced();
    a.send("x");
    a.session().send(OutboundMessage.binary(new byte[] {1, 2, 3, 4}));

    assertThat(b.get(session).text()).isEqualTo("4x\u001ebAQIDBA==");
    assertThat(cluster.guests()).isZero();
  }

  @Test
  void aGetElsewhereWaitsForWhatIsSent() {
    String session = cluster.openAnnounced();
    FakeHttpExchange poll = b.get(session);
    assertThat(poll.answered()).isFalse();
    assertThat(cluster.guests()).isEqualTo(1);

    a.send("x");
    cluster.clock.settle();

    assertThat(poll.text()).isEqualTo("4x");
    assertThat(poll.header("cache-control")).isEqualTo("no-store");
    assertThat(cluster.guests()).isZero();
  }

  @Test
  void volatileMessagesGoToAGetElsewhereToo() {
    String session = cluster.openAnnounced();
    assertThat(a.session().sendVolatile(OutboundMessage.text("lost"))).isFalse();
    FakeHttpExchange poll = b.get(session);

    assertThat(a.session().sendVolatile(OutboundMessage.text("x"))).isTrue();
    cluster.clock.settle();
    assertThat(poll.text()).isEqualTo("4x");
  }

  @Test
  void postsFromAllNodesKeepTheirOrder() {
    String session = cluster.openAnnounced();

    assertThat(b.post(session, "41\u001e42\u001ebAQI=").text()).isEqualTo("ok");
    assertThat(a.post(session, "43").text()).isEqualTo("ok");
    assertThat(c.post(session, "44").text()).isEqualTo("ok");

    assertThat(a.events).containsExactly("text:1", "text:2", "binary:0102", "text:3", "text:4");
    assertThat(b.events).isEmpty();
  }

  @Test
  void aPostElsewhereIsAnsweredNotBeforeItHasArrived() {
    String session = cluster.openAnnounced();
    FakeHttpExchange elsewhere = newPost(b, session, "41");
    FakeHttpExchange onOwner = newPost(a, session, "42");
    elsewhere.onReply(answer -> a.loop.within(() -> a.server.handle(onOwner)));

    b.loop.within(() -> b.server.handle(elsewhere));
    cluster.clock.settle();

    assertThat(onOwner.text()).isEqualTo("ok");
    assertThat(a.events).containsExactly("text:1", "text:2");
  }

  private static FakeHttpExchange newPost(EngineFixture node, String session, String body) {
    return new FakeHttpExchange(
        Requests.of("POST", session), node.loop, body.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void heartbeatsGoOverAnyNode() {
    String session = cluster.openAnnounced();
    for (int i = 0; i < 6; i++) {
      FakeHttpExchange poll = (i % 2 == 0 ? b : c).get(session);
      cluster.advance(25_100);
      assertThat(poll.text()).isEqualTo("2");
      assertThat((i % 2 == 0 ? c : b).post(session, "3").text()).isEqualTo("ok");
    }
    assertThat(a.session().isOpen()).isTrue();
  }

  @Test
  void aSecondGetIsRefusedWhereverTheFirstOneWaits() {
    String session = cluster.openAnnounced();
    FakeHttpExchange first = b.get(session);
    FakeHttpExchange second = c.get(session);

    assertThat(second.status()).isEqualTo(400);
    assertThat(second.text()).isEqualTo(UNKNOWN);
    a.send("x");
    cluster.clock.settle();
    assertThat(first.text()).isEqualTo("4x");
  }

  @Test
  void aGetOnTheOwnerOverlapsWithOneElsewhere() {
    String session = cluster.openAnnounced();
    FakeHttpExchange elsewhere = b.get(session);

    assertThat(a.get(session).status()).isEqualTo(400);
    cluster.clock.settle();
    assertThat(elsewhere.text()).isEqualTo("1");
    assertThat(a.events).containsExactly("close:transport error:overlap from client");
  }

  @Test
  void aSessionThatNobodyHasIsUnknownAfterASecond() {
    FakeHttpExchange poll = b.get(EngineFixture.POLLING + "&sid=01234567890123456789");
    cluster.advance(900);
    assertThat(poll.answered()).isFalse();
    cluster.advance(200);

    assertThat(poll.status()).isEqualTo(400);
    assertThat(poll.text()).isEqualTo(UNKNOWN);
    assertThat(cluster.clock.timers()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"elsewhere", "012345678901234567890"})
  void whatIsNoIdOfAnyNodeIsUnknownAtOnce(String sid) {
    assertThat(b.get(EngineFixture.POLLING + "&sid=" + sid).text()).isEqualTo(UNKNOWN);
    assertThat(cluster.bus.sent).isEmpty();
  }

  @Test
  void whoGuessesIdsIsTurnedAwayWithoutAWordToTheOthers() {
    for (int i = 0; i < 20; i++) {
      b.post(EngineFixture.POLLING + "&sid=x" + (1_000_000_000_000_000_000L + i), "4");
    }
    int asked = cluster.bus.sent.size();
    // Those that nobody answers count when their time is over: within the same second here.
    cluster.advance(1_025);

    FakeHttpExchange guess = b.get(EngineFixture.POLLING + "&sid=01234567890123456789");
    assertThat(guess.status()).isEqualTo(429);
    assertThat(cluster.bus.sent).hasSize(asked);
    assertThat(b.turnedAway).containsExactly(TurnedAway.TOO_MANY_UNKNOWN_SESSIONS);
  }

  @Test
  void theLossOfAGetElsewhereEndsTheSession() {
    String session = cluster.openAnnounced();
    b.get(session).abort();
    cluster.clock.settle();

    assertThat(a.events)
        .containsExactly("close:transport error:the connection to another node was lost");
    assertThat(cluster.guests()).isZero();
    assertThat(cluster.clock.timers()).isZero();
  }

  @Test
  void aGetThatIsLostWhileTheOwnerIsAskedEndsTheSession() {
    String session = cluster.openAnnounced();
    FakeHttpExchange poll =
        new FakeHttpExchange(Requests.of("GET", session), b.loop, Request.NO_BODY);
    b.loop.within(() -> b.server.handle(poll));
    poll.abort();
    cluster.clock.settle();

    assertThat(a.events).hasSize(1).first().asString().startsWith("close:transport error");
    assertThat(poll.answered()).isFalse();
    assertThat(cluster.guests()).isZero();
    assertThat(cluster.clock.timers()).isZero();
  }

  @Test
  void theServersCloseEndsAGetElsewhere() {
    String session = cluster.openAnnounced();
    FakeHttpExchange poll = b.get(session);
    a.session().close();
    cluster.clock.settle();

    assertThat(poll.text()).isEqualTo("1");
    assertThat(a.events).containsExactly("close:forced close");
  }

  @Test
  void theServersCloseWaitsForAGetElsewhere() {
    String session = cluster.openAnnounced();
    a.send("last");
    a.session().close();
    cluster.clock.settle();

    assertThat(b.get(session).text()).isEqualTo("4last");
    assertThat(c.get(session).text()).isEqualTo("6\u001e1");
    assertThat(a.events).containsExactly("close:forced close");
  }

  @Test
  void theClientsCloseMayComeToAnotherNode() {
    String session = cluster.openAnnounced();
    FakeHttpExchange poll = b.get(session);

    assertThat(c.post(session, "4bye\u001e1").text()).isEqualTo("ok");
    assertThat(poll.text()).isEqualTo("6");
    assertThat(a.events).containsExactly("text:bye", "close:transport close");
  }

  @Test
  void whatIsNoPacketEndsTheSessionWhereverItComes() {
    String session = cluster.openAnnounced();
    assertThat(b.post(session, "4a\u001e9").text()).isEqualTo("ok");
    assertThat(a.events).containsExactly("text:a", "close:parse error");
  }

  @Test
  void onlyWhatAServerOfTheSameKindWouldTakeIsTaken() {
    String session = cluster.openAnnounced();
    assertThat(b.request(Requests.of("PUT", session)).status()).isEqualTo(405);
    assertThat(b.post(session, "4", "content-encoding", "gzip").status()).isEqualTo(415);
    assertThat(b.get(ClusterFixture.webSocket(session)).text()).contains("Bad request");
    assertThat(a.session().isOpen()).isTrue();

    assertThat(b.post(session, "4", "content-type", "application/octet-stream").status())
        .isEqualTo(400);
    assertThat(a.session().isOpen()).isFalse();
  }

  @Test
  void aPostElsewhereWaitsWhileTheSessionDoesNotRead() {
    String session = cluster.openAnnounced();
    a.onLoop(() -> a.session().pauseReading());
    FakeHttpExchange post = b.post(session, "4a");
    assertThat(post.answered()).isFalse();

    a.onLoop(() -> a.session().resumeReading());
    assertThat(post.text()).isEqualTo("ok");
    assertThat(a.events).containsExactly("text:a");
  }

  @Test
  void aPostElsewhereWaitsNoLongerThanTheOtherNodeDoes() {
    String session = cluster.openAnnounced();
    a.onLoop(() -> a.session().pauseReading());
    FakeHttpExchange post = b.post(session, "4a");
    cluster.advance(1_050);
    assertThat(post.text()).isEqualTo("ok");
    assertThat(cluster.clock.timers()).isEqualTo(1);
  }

  @Test
  void whoSendsOnAlthoughNothingIsReadIsClosed() {
    ClusterFixture small =
        new ClusterFixture(
            settings ->
                settings.maxHttpBufferSize(1_000).limits(limits -> limits.inboundBytes(1_000)));
    String session = small.openAnnounced();
    small.a.onLoop(() -> small.a.session().pauseReading());
    for (int i = 0; i < 5 && small.a.session().isOpen(); i++) {
      small.b.post(session, "4" + "x".repeat(999));
      small.advance(1_050);
    }
    assertThat(small.a.events).last().isEqualTo("close:transport error:inbound buffer exceeded");
    assertThat(small.a.events).hasSizeLessThan(5);
  }

  @Test
  void clientsOfRevision3AreServedByAllNodesToo() {
    ClusterFixture old = new ClusterFixture(settings -> settings.allowEio3(true));
    String text = old.a.get("EIO=3&transport=polling").text();
    int sid = text.indexOf("\"sid\":\"") + 7;
    String session = "EIO=3&transport=polling&sid=" + text.substring(sid, text.indexOf('"', sid));
    old.advance(325);

    assertThat(old.b.post(session, "2:4a1:2").text()).isEqualTo("ok");
    assertThat(old.c.get(session).text()).isEqualTo("1:3");
    assertThat(old.a.events).containsExactly("text:a");
  }

  @Test
  void requestsEndWhenTheOwnerIsGone() {
    String session = cluster.openAnnounced();
    FakeHttpExchange poll = b.get(session);
    cluster.bus.node(0).die();
    FakeHttpExchange post = b.post(session, "4a");
    cluster.advance(1_025);
    assertThat(post.text()).isEqualTo(UNKNOWN);

    cluster.advance(44_000);
    assertThat(poll.status()).isEqualTo(400);
    assertThat(poll.text()).isEqualTo(UNKNOWN);
    assertThat(cluster.guests()).isZero();
  }

  @Test
  void theSessionTimesOutWhenTheNodeOfItsGetIsGone() {
    String session = cluster.openAnnounced();
    b.get(session);
    cluster.bus.node(1).die();
    cluster.advance(45_000);

    assertThat(a.events).containsExactly("close:ping timeout");
  }

  @Test
  void aNodeThatClosesEndsWhatItHoldsForOthers() {
    String session = cluster.openAnnounced();
    FakeHttpExchange poll = b.get(session);
    b.server.close();
    cluster.clock.settle();

    assertThat(poll.text()).isEqualTo(UNKNOWN);
    assertThat(a.events).hasSize(1).first().asString().startsWith("close:transport error");
  }

  @Test
  void aBusThatFailsEndsTheSessionRatherThanLeaveAHole() {
    String session = cluster.openAnnounced();
    b.get(session);
    cluster.bus.node(0).fail();
    a.send("lost");
    cluster.clock.settle();
    assertThat(a.events).containsExactly("close:transport error:the engine bus failed");
  }

  @Test
  void requestsAreRefusedAtOnceWhenTheBusFails() {
    String session = cluster.openAnnounced();
    cluster.bus.node(1).fail();
    assertThat(b.get(session).text()).isEqualTo(UNKNOWN);
    assertThat(b.post(session, "4a").text()).isEqualTo(UNKNOWN);
  }
}
