package dev.switchboard.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The refusals of a request before it has a session: rows H, P and W of the reliability plan. */
class RefusalsTest {
  private EngineFixture engine = new EngineFixture();

  @Test
  void aRequestWithoutTransportIsUnknown() { // H01
    FakeHttpExchange exchange = engine.get("");

    assertRefused(exchange, 400, 0, "Transport unknown");
    assertThat(exchange.header("Content-Type")).isEqualTo("application/json");
    assertError(0, "Transport unknown", Map.of());
  }

  @ParameterizedTest
  @ValueSource(strings = {"foo", "__proto__", "constructor", "webtransport"})
  void anotherTransportIsUnknown(String transport) { // H03-H06, W14
    assertRefused(engine.get("EIO=4&transport=" + transport), 400, 0, "Transport unknown");
    assertError(0, "Transport unknown", Map.of("transport", transport));

    FakeWebSocketExchange webSocket = engine.connect("EIO=4&transport=" + transport);
    assertThat(webSocket.rejection().status()).isEqualTo(400);
    assertThat(webSocket.rejectionText()).isEqualTo("Transport unknown");
    assertThat(webSocket.rejection().close()).isTrue();
  }

  @Test
  void aTransportThatIsNotOfferedIsUnknown() {
    engine = new EngineFixture(settings -> settings.transports("websocket"));

    assertRefused(engine.get(EngineFixture.POLLING), 400, 0, "Transport unknown");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"transport=polling", "EIO=3&transport=polling", "EIO=abc&transport=polling"})
  void anotherRevisionIsUnsupported(String query) { // H08-H11, W15-W16
    assertRefused(engine.get(query), 400, 5, "Unsupported protocol version");
    assertError(5, "Unsupported protocol version", Map.of("protocol", 3));

    FakeWebSocketExchange webSocket = engine.connect(query.replace("polling", "websocket"));
    assertThat(webSocket.rejectionText()).isEqualTo("Unsupported protocol version");
  }

  @ParameterizedTest
  @ValueSource(strings = {"nope", "__proto__", "hasOwnProperty"})
  void anUnknownSessionIsSaidSo(String sid) { // H12-H14, W12
    assertRefused(engine.get(EngineFixture.POLLING + "&sid=" + sid), 400, 1, "Session ID unknown");
    assertError(1, "Session ID unknown", Map.of("sid", sid));

    FakeWebSocketExchange webSocket = engine.connect(EngineFixture.WEBSOCKET + "&sid=" + sid);
    assertThat(webSocket.rejection().status()).isEqualTo(400);
    assertThat(webSocket.rejectionText()).isEqualTo("Session ID unknown");
    assertThat(engine.server.unknownSids()).isEqualTo(2);
  }

  @Test
  void anEmptySidIsANewSession() { // H15
    assertThat(engine.get(EngineFixture.POLLING + "&sid=").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "OPTIONS", "HEAD", "DELETE", "TRACE"})
  void aHandshakeIsAGet(String method) { // H16-H19, W23
    FakeHttpExchange exchange = engine.request(Requests.of(method, EngineFixture.POLLING));

    assertRefused(exchange, 400, 2, "Bad handshake method");
    assertError(2, "Bad handshake method", Map.of("method", method));

    FakeWebSocketExchange webSocket =
        engine.connect(Requests.of(method, EngineFixture.WEBSOCKET), engine.loop);
    assertThat(webSocket.rejectionText()).isEqualTo("Bad handshake method");
  }

  @Test
  void aWebSocketNeedsItsHandshake() { // H20, W09
    assertRefused(engine.get(EngineFixture.WEBSOCKET), 400, 3, "Bad request");
    assertError(3, "Bad request", Map.of("name", "TRANSPORT_HANDSHAKE_ERROR"));
  }

  @Test
  void pollingHasNoWebSocketHandshake() { // W13
    assertThat(engine.connect(EngineFixture.POLLING).rejectionText()).isEqualTo("Bad request");

    String session = engine.openPolling();
    assertThat(engine.connect(session).rejectionText()).isEqualTo("Bad request");
  }

  @Test
  void anOriginWithControlCharactersIsBad() { // H29
    assertRefused(
        engine.get(EngineFixture.POLLING, "origin", "http://a\u0001b"), 400, 3, "Bad request");
    assertError(3, "Bad request", Map.of("name", "INVALID_ORIGIN", "origin", "http://a\u0001b"));
  }

  @Test
  void anotherTransportThanTheSessionsIsBad() { // P36, U02
    String session = engine.openPolling();
    assertRefused(engine.get(session.replace("polling", "websocket")), 400, 3, "Bad request");
    assertError(
        3,
        "Bad request",
        Map.of(
            "name", "TRANSPORT_MISMATCH",
            "transport", "websocket",
            "previousTransport", "polling"));

    engine.openWebSocket();
    String sid = "&sid=" + engine.session().id();
    assertRefused(engine.get(EngineFixture.POLLING + sid), 400, 3, "Bad request");
    assertThat(engine.events).isEmpty();
  }

  @Test
  void anotherRevisionThanTheSessionsIsBad() { // P37, U11
    String session = engine.openPolling();

    assertRefused(engine.get(session.replace("EIO=4", "EIO=3")), 400, 3, "Bad request");

    assertError(
        3,
        "Bad request",
        Map.of("name", "PROTOCOL_MISMATCH", "protocol", 3, "previousProtocol", 4));
    assertThat(engine.events).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"PUT", "DELETE", "HEAD", "OPTIONS"})
  void anotherMethodInASessionIsNotAllowed(String method) { // P34-P35
    String session = engine.openPolling();

    FakeHttpExchange exchange = engine.request(Requests.of(method, session));

    assertThat(exchange.status()).isEqualTo(405);
    assertThat(exchange.header("Allow")).isEqualTo("GET, POST");
    assertThat(engine.events).isEmpty();
  }

  @Test
  void jsonpIsOffByDefault() { // H47
    assertRefused(engine.get(EngineFixture.POLLING + "&j=0"), 400, 3, "Bad request");
    assertThat(engine.get(EngineFixture.POLLING + "&b64=1").status()).isEqualTo(200); // H46
  }

  // What the application decides

  @Test
  void theApplicationMayForbid() { // W26
    engine =
        allowing(request -> CompletableFuture.completedFuture(Admission.refuse("no, \"you\"")));

    FakeHttpExchange exchange = engine.get(EngineFixture.POLLING);
    assertThat(exchange.status()).isEqualTo(403);
    assertThat(exchange.text()).isEqualTo("{\"code\":4,\"message\":\"no, \\\"you\\\"\"}");
    assertError(4, "Forbidden", Map.of("message", "no, \"you\""));

    FakeWebSocketExchange webSocket = engine.connect(EngineFixture.WEBSOCKET);
    assertThat(webSocket.rejection().status()).isEqualTo(403);
    assertThat(webSocket.rejectionText()).isEqualTo("no, \"you\"");
  }

  @Test
  void aFailureToDecideForbidsWithoutSayingWhy() { // A07
    engine =
        allowing(
            request -> {
              throw new IllegalStateException("secret");
            });
    assertRefused(engine.get(EngineFixture.POLLING), 403, 4, "Forbidden");

    engine = allowing(request -> CompletableFuture.failedFuture(new Exception("secret")));
    assertRefused(engine.get(EngineFixture.POLLING), 403, 4, "Forbidden");
  }

  @Test
  void theApplicationMayTakeItsTime() {
    CompletableFuture<Admission> decision = new CompletableFuture<>();
    engine = allowing(request -> decision);
    FakeHttpExchange exchange = engine.get(EngineFixture.POLLING);
    engine.advance(5_000);
    assertThat(exchange.answered()).isFalse();

    decision.complete(Admission.allow());
    engine.clock.settle();

    assertThat(exchange.status()).isEqualTo(200);
    engine.session().closeNow(CloseReason.FORCED_CLOSE, "");
    engine.clock.settle();
    assertThat(engine.clock.timers()).isZero();
  }

  @Test
  void nobodyWaitsLongerThanTheHandshakeTimeout() { // A07
    CompletableFuture<Admission> decision = new CompletableFuture<>();
    engine = allowing(request -> decision);
    FakeHttpExchange exchange = engine.get(EngineFixture.POLLING);
    FakeWebSocketExchange webSocket = engine.connect(EngineFixture.WEBSOCKET);

    engine.advance(9_900);
    assertThat(exchange.answered()).isFalse();
    engine.advance(200);

    assertRefused(exchange, 403, 4, "Forbidden");
    assertThat(webSocket.rejection().status()).isEqualTo(403);
    decision.complete(Admission.allow());
    engine.clock.settle();
    assertThat(engine.sessions).isEmpty();
    assertThat(engine.clock.timers()).isZero();
  }

  @Test
  void whoGoesAwayWhileItIsDecidedLeavesNothing() {
    CompletableFuture<Admission> decision = new CompletableFuture<>();
    engine =
        new EngineFixture(
            settings ->
                settings
                    .limits(limits -> limits.maxConnections(1))
                    .hooks(hooks -> hooks.allowRequest(request -> decision)));
    FakeHttpExchange exchange = engine.get(EngineFixture.POLLING);
    exchange.abort();
    FakeWebSocketExchange webSocket = engine.connect(EngineFixture.WEBSOCKET);
    webSocket.abort();
    decision.complete(Admission.allow());
    engine.clock.settle();

    assertThat(engine.sessions).isEmpty();
    assertThat(engine.clock.timers()).isZero();
    assertThat(engine.get(EngineFixture.POLLING).status()).isEqualTo(200);
  }

  @Test
  void onlyHandshakesNeedConsent() {
    List<String> asked = new ArrayList<>();
    engine =
        allowing(
            request -> {
              asked.add(request.method());
              return CompletableFuture.completedFuture(Admission.allow());
            });
    String session = engine.openPolling();
    engine.get(session);
    engine.post(session, "4a");
    engine.probe();

    assertThat(asked).containsExactly("GET");
  }

  @Test
  void theApplicationMayNameSessions() {
    engine = naming(request -> CompletableFuture.completedFuture("my-own_id"));
    engine.get(EngineFixture.POLLING);
    assertThat(engine.session().id()).isEqualTo("my-own_id");

    assertRefused(engine.get(EngineFixture.POLLING), 400, 3, "Bad request");
    assertThat(engine.errors.get(0).context()).containsEntry("name", "ID_GENERATION_ERROR");
    assertThat(engine.server.clientsCount()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a\r\nSet-Cookie: x", "ä", "a;b", "../x"})
  void aNameThatCouldNotStandInAnUrlOrCookieIsRefused(String id) {
    engine = naming(request -> CompletableFuture.completedFuture(id));

    assertRefused(engine.get(EngineFixture.POLLING), 400, 3, "Bad request");
  }

  @Test
  void aFailureToNameIsABadRequest() {
    engine = naming(request -> CompletableFuture.failedFuture(new Exception("secret")));

    assertRefused(engine.get(EngineFixture.POLLING), 400, 3, "Bad request");
    assertThat(engine.connect(EngineFixture.WEBSOCKET).rejectionText()).isEqualTo("Bad request");
  }

  @Test
  void aFilterMayAnswerItselfOrAddHeaders() {
    engine =
        filtering(
            (request, headers) -> {
              headers.put("X-First", List.of("1"));
              boolean health = request.url().endsWith("health");
              return CompletableFuture.completedFuture(
                  health
                      ? Optional.of(new HttpReply(204, Map.of(), new byte[0], false, false))
                      : Optional.empty());
            });

    assertThat(engine.get("health").status()).isEqualTo(204);
    FakeHttpExchange handshake = engine.get(EngineFixture.POLLING);
    assertThat(handshake.status()).isEqualTo(200);
    assertThat(handshake.header("X-First")).isEqualTo("1");
    assertThat(engine.connect(EngineFixture.WEBSOCKET).headers())
        .containsEntry("X-First", List.of("1"));
    assertThat(engine.get("transport=foo").header("X-First")).isEqualTo("1");
  }

  @Test
  void aFilterThatFailsIsABadRequest() {
    engine = filtering((request, headers) -> CompletableFuture.failedFuture(new Exception("x")));

    assertRefused(engine.get(EngineFixture.POLLING), 400, 3, "Bad request");
    assertError(3, "Bad request", Map.of("name", "MIDDLEWARE_FAILURE"));
  }

  // Limits

  @Test
  void aServerThatDrainsTakesNoNewSessions() {
    String session = engine.openPolling();
    FakeHttpExchange poll = engine.get(session);
    engine.server.drain();

    FakeHttpExchange exchange = engine.get(EngineFixture.POLLING);
    assertThat(exchange.status()).isEqualTo(503);
    assertThat(exchange.header("Retry-After")).matches("[1-5]");
    assertThat(engine.connect(EngineFixture.WEBSOCKET).rejection().status()).isEqualTo(503);
    assertThat(engine.turnedAway).containsExactly(TurnedAway.DRAINING, TurnedAway.DRAINING);

    engine.send("still here");
    engine.clock.settle();
    assertThat(poll.text()).isEqualTo("4still here");
    assertThat(engine.probe().accepted()).isTrue();
  }

  @Test
  void connectionsAreLimited() { // RL01
    engine = limiting(limits -> limits.maxConnections(2));
    engine.openPolling();
    engine.openWebSocket();

    assertThat(engine.get(EngineFixture.POLLING).status()).isEqualTo(503);
    assertThat(engine.connect(EngineFixture.WEBSOCKET).rejection().status()).isEqualTo(503);

    engine.session().closeNow(CloseReason.FORCED_CLOSE, "");
    engine.clock.settle();
    assertThat(engine.get(EngineFixture.POLLING).status()).isEqualTo(200);
    assertThat(engine.get(EngineFixture.POLLING).status()).isEqualTo(503);
  }

  @Test
  void refusedHandshakesTakeNoPlace() {
    engine = limiting(limits -> limits.maxConnections(1));
    for (int i = 0; i < 3; i++) {
      assertThat(engine.get("EIO=3&transport=polling").status()).isEqualTo(400);
    }

    assertThat(engine.get(EngineFixture.POLLING).status()).isEqualTo(200);
  }

  @Test
  void connectionsOfAnAddressAreLimited() { // RL02
    engine = limiting(limits -> limits.maxConnectionsPerAddress(1));
    RequestInfo request = Requests.of("GET", EngineFixture.POLLING);

    assertThat(engine.request(Requests.from(request, "10.0.0.1")).status()).isEqualTo(200);
    assertThat(engine.request(Requests.from(request, "10.0.0.1")).status()).isEqualTo(429);
    assertThat(engine.request(Requests.from(request, "10.0.0.2")).status()).isEqualTo(200);

    engine.sessions.get(0).closeNow(CloseReason.FORCED_CLOSE, "");
    engine.clock.settle();
    assertThat(engine.request(Requests.from(request, "10.0.0.1")).status()).isEqualTo(200);
  }

  @Test
  void handshakesAreLimitedToABurstAndARate() { // RL03
    engine = limiting(limits -> limits.handshakesPerSecond(10).handshakeBurst(3));
    for (int i = 0; i < 3; i++) {
      assertThat(engine.get(EngineFixture.POLLING).status()).isEqualTo(200);
    }
    assertThat(engine.get(EngineFixture.POLLING).status()).isEqualTo(503);

    engine.advance(100);
    assertThat(engine.get(EngineFixture.POLLING).status()).isEqualTo(200);
    assertThat(engine.get(EngineFixture.POLLING).status()).isEqualTo(503);
  }

  @Test
  void guessesOfSessionIdsAreLimited() { // A10
    for (int i = 0; i < 20; i++) {
      assertThat(engine.get(EngineFixture.POLLING + "&sid=guess" + i).status()).isEqualTo(400);
    }
    assertThat(engine.get(EngineFixture.POLLING + "&sid=guess").status()).isEqualTo(429);
    RequestInfo elsewhere =
        Requests.from(Requests.of("GET", EngineFixture.POLLING + "&sid=x"), "10.0.0.1");
    assertThat(engine.request(elsewhere).status()).isEqualTo(400);

    engine.advance(1_000);
    assertThat(engine.get(EngineFixture.POLLING + "&sid=guess").status()).isEqualTo(400);
  }

  @Test
  void aSessionMayBeBoundToItsAddress() { // A13
    engine = new EngineFixture(settings -> settings.bindToAddress(true));
    String session = engine.openPolling();

    RequestInfo stolen = Requests.from(Requests.of("GET", session), "10.0.0.1");

    assertRefused(engine.request(stolen), 400, 1, "Session ID unknown");
    assertThat(engine.get(session).answered()).isFalse();
  }

  private EngineFixture allowing(Function<RequestInfo, CompletionStage<Admission>> decision) {
    return new EngineFixture(settings -> settings.hooks(hooks -> hooks.allowRequest(decision)));
  }

  private EngineFixture naming(Function<RequestInfo, CompletionStage<String>> generator) {
    return new EngineFixture(settings -> settings.hooks(hooks -> hooks.generateId(generator)));
  }

  private EngineFixture filtering(HookSettings.Filter filter) {
    return new EngineFixture(settings -> settings.hooks(hooks -> hooks.use(filter)));
  }

  private EngineFixture limiting(Consumer<LimitSettings.Builder> limits) {
    return new EngineFixture(settings -> settings.limits(limits));
  }

  private static void assertRefused(
      FakeHttpExchange exchange, int status, int code, String message) {
    assertThat(exchange.status()).isEqualTo(status);
    assertThat(exchange.text())
        .isEqualTo("{\"code\":" + code + ",\"message\":\"" + message + "\"}");
  }

  private void assertError(int code, String message, Map<String, Object> context) {
    ConnectionError error = engine.errors.get(engine.errors.size() - 1);
    assertThat(error.code()).isEqualTo(code);
    assertThat(error.message()).isEqualTo(message);
    assertThat(error.context()).isEqualTo(context);
  }
}
