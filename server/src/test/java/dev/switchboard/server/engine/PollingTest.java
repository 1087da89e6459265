package dev.switchboard.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PollingTest {
  private final EngineFixture engine = new EngineFixture();

  @Test
  void theHandshakeIsAnsweredWithTheOpenPacketAlone() {
    engine.onOpen = session -> session.send(OutboundMessage.text("0{}"));

    FakeHttpExchange handshake = engine.get(EngineFixture.POLLING);

    assertThat(handshake.status()).isEqualTo(200);
    assertThat(handshake.text())
        .isEqualTo(
            "0{\"sid\":\""
                + engine.session().id()
                + "\",\"upgrades\":[\"websocket\"],\"pingInterval\":25000,\"pingTimeout\":20000,"
                + "\"maxPayload\":1000000}");
    assertThat(handshake.header("Content-Type")).isEqualTo("text/plain; charset=UTF-8");
    assertThat(handshake.header("cache-control")).isEqualTo("no-store");
    assertThat(handshake.header("Set-Cookie")).isNull();
    assertThat(engine.session().id()).matches("[A-Za-z0-9_-]{20}");
  }

  @Test
  void whatTheListenerSendsAtTheOpeningGoesWithTheNextGet() {
    engine.onOpen = session -> session.send(OutboundMessage.text("hello"));
    String session = engine.openPolling();

    assertThat(engine.get(session).text()).isEqualTo("4hello");
  }

  @Test
  void aGetWaitsUntilThereIsSomethingToSend() {
    FakeHttpExchange poll = engine.get(engine.openPolling());
    assertThat(poll.answered()).isFalse();

    engine.send("a");
    engine.clock.settle();

    assertThat(poll.text()).isEqualTo("4a");
  }

  @Test
  void oneAnswerHasAllThatWaits() {
    String session = engine.openPolling();
    engine.send("a");
    engine.session().send(OutboundMessage.of(bytes("b"), List.of(new byte[] {1, 2})));
    engine.session().send(OutboundMessage.binary(new byte[] {3}));
    engine.send("€");
    engine.clock.settle();

    assertThat(engine.get(session).text()).isEqualTo("4a\u001e4b\u001ebAQI=\u001ebAw==\u001e4€");
  }

  @Test
  void aPostDeliversItsPacketsBeforeItIsAnswered() {
    String session = engine.openPolling();

    FakeHttpExchange post = engine.post(session, "4a\u001ebAQI=\u001e4€");

    assertThat(engine.events).containsExactly("text:a", "binary:0102", "text:€");
    assertThat(post.status()).isEqualTo(200);
    assertThat(post.text()).isEqualTo("ok");
    assertThat(post.header("Content-Type")).isEqualTo("text/html");
    assertThat(post.header("cache-control")).isEqualTo("no-store");
  }

  @Test
  void requestsMayComeOverAnyLoop() {
    String session = engine.openPolling();
    FakeHttpExchange poll = engine.request(Requests.of("GET", session), engine.other, "");
    engine.request(Requests.of("POST", session), engine.other, "4a");

    engine.send("b");
    engine.clock.settle();

    assertThat(engine.events).containsExactly("text:a");
    assertThat(poll.text()).isEqualTo("4b");
  }

  @Test
  void aSecondGetEndsTheSession() {
    String session = engine.openPolling();
    FakeHttpExchange first = engine.get(session);

    FakeHttpExchange second = engine.get(session);

    assertThat(second.status()).isEqualTo(400);
    assertThat(second.text()).isEmpty();
    assertThat(first.text()).isEqualTo("1");
    assertThat(engine.events).containsExactly("close:transport error:overlap from client");
    assertThat(engine.server.clientsCount()).isZero();
  }

  @Test
  void aSecondPostEndsTheSession() { // P39
    String session = engine.openPolling();
    engine.onText = text -> engine.session().pauseReading();
    FakeHttpExchange first = engine.post(session, "4a");
    assertThat(first.answered()).isFalse();

    FakeHttpExchange second = engine.post(session, "4b");

    assertThat(second.status()).isEqualTo(400);
    assertThat(first.text()).isEqualTo("ok");
    assertThat(engine.events)
        .containsExactly("text:a", "close:transport error:data request overlap from client");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "9", "x", "\u001e", "b!!!", "bAQI", "4a\u001e", "\u0664"})
  void aBodyThatIsNoPacketEndsTheSession(String body) { // P01-P03, P11-P12, P31-P32
    String session = engine.openPolling();
    FakeHttpExchange poll = engine.get(session);

    FakeHttpExchange post = engine.post(session, body);

    assertThat(post.text()).isEqualTo("ok");
    assertThat(engine.events).last().isEqualTo("close:parse error");
    assertThat(poll.text()).isEqualTo("1");
    assertThat(engine.get(session).status()).isEqualTo(400);
  }

  @Test
  void nothingAfterABadPacketIsDelivered() { // P13
    engine.post(engine.openPolling(), "4a\u001e9\u001e4b");

    assertThat(engine.events).containsExactly("text:a", "close:parse error");
  }

  @Test
  void textThatIsNoUtf8EndsTheSession() { // P30
    String session = engine.openPolling();
    FakeHttpExchange post =
        new FakeHttpExchange(
            Requests.of("POST", session), engine.loop, new byte[] {'4', (byte) 0xff});
    engine.loop.within(() -> engine.server.handle(post));

    assertThat(engine.events).containsExactly("close:parse error");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0{}", "3", "5", "6", "3\u001e5\u001e6"})
  void packetsWithoutMeaningAreIgnored(String body) { // P04, P07-P09
    assertThat(engine.post(engine.openPolling(), body).text()).isEqualTo("ok");
    assertThat(engine.events).isEmpty();
  }

  @Test
  void aCloseOfTheClientsReleasesTheGetWithANoop() { // P05
    String session = engine.openPolling();
    FakeHttpExchange poll = engine.get(session);

    FakeHttpExchange post = engine.post(session, "1\u001e4late");

    assertThat(poll.text()).isEqualTo("6");
    assertThat(post.text()).isEqualTo("ok");
    assertThat(engine.events).containsExactly("close:transport close");
  }

  @Test
  void aPingOfTheClientsIsAnError() { // P06
    String session = engine.openPolling();
    FakeHttpExchange poll = engine.get(session);

    assertThat(engine.post(session, "2").text()).isEqualTo("ok");

    assertThat(poll.text()).isEqualTo("1");
    assertThat(engine.events).containsExactly("close:transport error:invalid heartbeat direction");
  }

  @Test
  void aBinaryBodyIsAnError() { // P14
    String session = engine.openPolling();

    FakeHttpExchange post = engine.post(session, "4a", "content-type", "application/octet-stream");

    assertThat(post.status()).isEqualTo(400);
    assertThat(post.text()).isEmpty();
    assertThat(engine.events).containsExactly("close:transport error:invalid content");
  }

  @Test
  void aCompressedBodyIsRefused() { // P29
    String session = engine.openPolling();

    assertThat(engine.post(session, "4a", "content-encoding", "gzip").status()).isEqualTo(415);
    assertThat(engine.post(session, "4b", "content-encoding", "identity").status()).isEqualTo(200);
    assertThat(engine.events).containsExactly("text:b");
  }

  @Test
  void aBodyThatIsTooLargeEndsTheSession() { // P16, P18
    String session = engine.openPolling();
    FakeHttpExchange poll = engine.get(session);
    FakeHttpExchange post =
        new FakeHttpExchange(Requests.of("POST", session), engine.other, new byte[0]);

    engine.other.within(() -> engine.server.handleTooLarge(post));
    engine.clock.settle();

    assertThat(post.status()).isEqualTo(413);
    assertThat(post.reply().close()).isTrue();
    assertThat(poll.text()).isEqualTo("1");
    assertThat(engine.events).containsExactly("close:transport error:Max payload size exceeded");
  }

  @Test
  void aBodyThatIsTooLargeForNoSessionIsRefusedToo() {
    FakeHttpExchange post =
        new FakeHttpExchange(Requests.of("POST", "EIO=4"), engine.loop, new byte[0]);

    engine.loop.within(() -> engine.server.handleTooLarge(post));

    assertThat(post.status()).isEqualTo(413);
  }

  @Test
  void tenThousandPacketsInOneBodyAreDelivered() { // P33
    StringBuilder body = new StringBuilder("4");
    for (int i = 0; i < 10_000; i++) {
      body.append("\u001e4").append(i);
    }

    assertThat(engine.post(engine.openPolling(), body.toString()).text()).isEqualTo("ok");
    assertThat(engine.events).hasSize(10_001).endsWith("text:9999");
  }

  @Test
  void aGetThatIsAbortedEndsTheSession() { // P40
    String session = engine.openPolling();
    FakeHttpExchange poll = engine.get(session);

    poll.abort();
    engine.clock.settle();

    assertThat(engine.events)
        .containsExactly("close:transport error:poll connection closed prematurely");
    assertThat(engine.get(session).text()).contains("Session ID unknown");
    assertThat(engine.clock.timers()).isZero();
  }

  @Test
  void aPostThatIsAbortedEndsTheSession() { // P41
    String session = engine.openPolling();

    engine.server.handleAborted(Requests.of("POST", session));
    engine.clock.settle();

    assertThat(engine.events)
        .containsExactly("close:transport error:data request connection closed prematurely");
  }

  @Test
  void aPostThatComesWhileTheBodyOfAnotherIsOnItsWayEndsTheSession() { // P39
    String session = engine.openPolling();
    engine.server.handleBegun(Requests.of("POST", session));
    engine.clock.settle();

    FakeHttpExchange second = engine.post(session, "4b");

    assertThat(second.status()).isEqualTo(400);
    assertThat(engine.events)
        .containsExactly("close:transport error:data request overlap from client");
  }

  @Test
  void aPostWhoseBodyCameLateIsTakenAndSoIsTheNext() {
    String session = engine.openPolling();
    engine.server.handleBegun(Requests.of("POST", session));
    engine.server.handleComplete(Requests.of("POST", session));

    assertThat(engine.post(session, "4a").text()).isEqualTo("ok");
    assertThat(engine.post(session, "4b").text()).isEqualTo("ok");
    assertThat(engine.events).containsExactly("text:a", "text:b");
  }

  @Test
  void aHeldPostThatIsAbortedEndsTheSession() { // P41
    String session = engine.openPolling();
    engine.onText = text -> engine.session().pauseReading();
    FakeHttpExchange post = engine.post(session, "4a");

    post.abort();
    engine.clock.settle();

    assertThat(engine.events)
        .contains("close:transport error:data request connection closed prematurely");
  }

  @Test
  void anAnsweredRequestCanNoLongerBeAborted() {
    String session = engine.openPolling();
    FakeHttpExchange poll = engine.get(session);
    engine.send("a");
    engine.clock.settle();

    poll.abort();
    engine.clock.settle();

    assertThat(engine.events).isEmpty();
  }

  // Closes of the server's

  @Test
  void aCloseAnswersTheGetThatWaits() {
    FakeHttpExchange poll = engine.get(engine.openPolling());

    engine.session().close();
    engine.clock.settle();

    assertThat(poll.text()).isEqualTo("1");
    assertThat(engine.events).containsExactly("close:forced close");
  }

  @Test
  void aCloseSendsWhatWaitsAndThenClosesWithTheNextGet() {
    String session = engine.openPolling();
    FakeHttpExchange poll = engine.get(session);
    engine.send("41");
    engine.session().close();
    engine.clock.settle();
    assertThat(poll.text()).isEqualTo("441");
    assertThat(engine.session().isOpen()).isFalse();
    assertThat(engine.events).isEmpty();

    assertThat(engine.get(session).text()).isEqualTo("6\u001e1");
    assertThat(engine.events).containsExactly("close:forced close");
    assertThat(engine.clock.timers()).isZero();
  }

  @Test
  void aCloseWithoutAGetWaitsForTheNext() {
    String session = engine.openPolling();
    engine.send("a");
    engine.session().close();
    engine.clock.settle();
    assertThat(engine.post(session, "4ignored").text()).isEqualTo("ok");

    assertThat(engine.get(session).text()).isEqualTo("4a");
    assertThat(engine.get(session).text()).isEqualTo("6\u001e1");
    assertThat(engine.events).containsExactly("close:forced close");
  }

  @Test
  void aCloseWaitsNoLongerThanThirtySeconds() {
    engine.openPolling();
    engine.session().close();

    engine.advance(29_900);
    assertThat(engine.events).isEmpty();
    engine.advance(200);

    assertThat(engine.events).containsExactly("close:forced close");
    assertThat(engine.server.clientsCount()).isZero();
    assertThat(engine.clock.timers()).isZero();
  }

  @Test
  void aGetThatTheCloseOfTheClientsOvertookIsReleasedToo() {
    String session = engine.openPolling();
    FakeHttpExchange post = engine.post(session, "1");
    assertThat(post.answered()).isFalse();
    assertThat(engine.session().isOpen()).isFalse();

    FakeHttpExchange poll = engine.get(session);

    assertThat(poll.text()).isEqualTo("6");
    assertThat(post.text()).isEqualTo("ok");
    assertThat(engine.events).containsExactly("close:transport close");
    assertThat(engine.get(session).status()).isEqualTo(400);
  }

  @Test
  void aCloseOfTheClientsWithoutAGetIsAnsweredAMomentLater() {
    FakeHttpExchange post = engine.post(engine.openPolling(), "1");
    engine.advance(100);

    assertThat(post.text()).isEqualTo("ok");
    assertThat(engine.events).containsExactly("close:transport close");
    assertThat(engine.clock.timers()).isZero();
  }

  @Test
  void aClientThatDoesNotWaitForTheAnswerToItsCloseHasClosedAllTheSame() {
    FakeHttpExchange post = engine.post(engine.openPolling(), "1");
    post.abort();
    engine.clock.settle();

    assertThat(engine.events).containsExactly("close:transport close");
  }

  @Test
  void aClientMayCloseWhileTheServerDoes() {
    String session = engine.openPolling();
    engine.session().close();
    engine.clock.settle();

    engine.post(session, "1");

    assertThat(engine.events).containsExactly("close:transport close");
  }

  @Test
  void theServersCloseEndsAllSessions() {
    FakeHttpExchange poll = engine.get(engine.openPolling());
    FakeWebSocketLink link = engine.openWebSocket();

    engine.server.close();
    engine.clock.settle();

    assertThat(poll.text()).isEqualTo("1");
    assertThat(link.closeCode()).isZero();
    assertThat(engine.events).containsExactly("close:forced close", "close:forced close");
    assertThat(engine.get(EngineFixture.POLLING).status()).isEqualTo(503);
  }

  // Back-pressure, compression, headers

  @Test
  void whileReadingIsPausedThePostIsNotAnswered() {
    String session = engine.openPolling();
    engine.onText = text -> engine.session().pauseReading();
    FakeHttpExchange post = engine.post(session, "4a\u001e4b");
    assertThat(engine.events).containsExactly("text:a", "text:b");
    assertThat(post.answered()).isFalse();

    engine.onLoop(() -> engine.session().resumeReading());

    assertThat(post.text()).isEqualTo("ok");
    engine.onText = text -> {};
    assertThat(engine.post(session, "4c").text()).isEqualTo("ok");
  }

  @Test
  void anAnswerIsCompressibleIfOneOfItsMessagesIs() {
    String session = engine.openPolling();
    OutboundMessage plain = OutboundMessage.text("a").compress(false);
    engine.session().send(plain);
    engine.clock.settle();
    assertThat(engine.get(session).reply().compressible()).isFalse();

    engine.session().send(plain);
    engine.session().send(plain.compress(true));
    engine.clock.settle();
    FakeHttpExchange poll = engine.get(session);
    assertThat(poll.reply().compressible()).isTrue();
    assertThat(poll.text()).isEqualTo("4a\u001e4a");
  }

  @Test
  void hooksAddHeaders() {
    EngineFixture hooked =
        new EngineFixture(
            settings ->
                settings
                    .cookie(cookie -> cookie.name("node"))
                    .hooks(
                        hooks ->
                            hooks
                                .initialHeaders(
                                    (headers, request) -> headers.put("X-First", List.of("1")))
                                .headers(
                                    (headers, request) -> headers.put("X-All", List.of("2")))));
    FakeHttpExchange handshake = hooked.get(EngineFixture.POLLING);
    assertThat(handshake.header("X-First")).isEqualTo("1");
    assertThat(handshake.header("X-All")).isEqualTo("2");
    assertThat(handshake.header("Set-Cookie"))
        .isEqualTo("node=" + hooked.session().id() + "; Path=/; HttpOnly; SameSite=Lax");

    String session = EngineFixture.POLLING + "&sid=" + hooked.session().id();
    FakeHttpExchange post = hooked.post(session, "4a");
    assertThat(post.header("X-First")).isNull();
    assertThat(post.header("X-All")).isEqualTo("2");
    assertThat(post.header("Set-Cookie")).isNull();

    FakeWebSocketExchange webSocket = hooked.connect(EngineFixture.WEBSOCKET);
    assertThat(webSocket.headers()).containsOnlyKeys("X-First", "X-All");
  }

  @Test
  void aHookThatFailsDoesNotHarmTheAnswer() {
    EngineFixture hooked =
        new EngineFixture(
            settings ->
                settings.hooks(
                    hooks ->
                        hooks.headers(
                            (headers, request) -> {
                              throw new IllegalStateException("hook");
                            })));

    assertThat(hooked.get(EngineFixture.POLLING).status()).isEqualTo(200);
  }

  @Test
  void oldInternetExplorersAreTold() {
    assertThat(
            engine
                .get(EngineFixture.POLLING, "user-agent", "Mozilla/5.0 (Trident/7.0)")
                .header("X-XSS-Protection"))
        .isEqualTo("0");
  }

  @Test
  void theInitialPacketFollowsTheOpenPacket() {
    EngineFixture greeting =
        new EngineFixture(settings -> settings.initialPacket(OutboundMessage.text("hi")));

    assertThat(greeting.get(EngineFixture.POLLING).text()).startsWith("0{").endsWith("}\u001e4hi");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
