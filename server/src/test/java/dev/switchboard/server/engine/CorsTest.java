package dev.switchboard.server.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** CORS as the package cors of npm does it, and the gate for WebSockets: rows A01-A06. */
class CorsTest {
  private static final String ALLOW_ORIGIN = "Access-Control-Allow-Origin";

  /** The settings of the table. */
  private static final CorsSettings TABLE =
      CorsSettings.of(
          cors ->
              cors.origin(
                      "https://a.com",
                      "http://a.com:8080",
                      "https://*.b.com",
                      "https://*.c.com:8443")
                  .originMatching(Pattern.compile("^https://d[0-9]+\\.com$")));

  @ParameterizedTest
  @CsvSource({
    // exact names
    "https://a.com, true",
    "http://a.com, false",
    "https://a.com:443, false",
    "https://a.com:8443, false",
    "https://a.com., false",
    "https://A.com, false",
    "HTTPS://a.com, false",
    "https://a.com/, false",
    "https://a.com.evil, false",
    "https://evil-a.com, false",
    "https://evil.com/https://a.com, false",
    "https://x@a.com, false",
    "https://www.a.com, false",
    "http://a.com:8080, true",
    "http://a.com:80, false",
    "https://a.com:8080, false",
    // wildcards
    "https://www.b.com, true",
    "https://x.y.b.com, true",
    "https://b.com, false",
    "https://.b.com, false",
    "http://www.b.com, false",
    "https://www.b.com:443, false",
    "https://www.b.com.evil, false",
    "https://wwwb.com, false",
    "https://evil.com/.b.com, false",
    "https://evil.com#.b.com, false",
    "https://evil@x.b.com, false",
    "https://evil.com:1.b.com, false",
    "https://www.c.com:8443, true",
    "https://www.c.com, false",
    // patterns, null
    "https://d12.com, true",
    "https://d.com, false",
    "https://d12.com.evil, false",
    "null, false",
    "'', false",
  })
  void anOriginIsComparedExactly(String origin, boolean allowed) { // A02, A03
    Map<String, List<String>> headers = new LinkedHashMap<>();
    new Cors(TABLE).addHeaders(Requests.of("GET", "", "origin", origin), headers);

    assertThat(headers.get(ALLOW_ORIGIN)).isEqualTo(allowed ? List.of(origin) : null);
    assertThat(headers).containsEntry("Vary", List.of("Origin"));
    assertThat(gate(TABLE, "origin", origin, "host", "server")).isEqualTo(allowed);
  }

  @Test
  void nullIsAllowedIfItIsListedLiterally() { // A03
    CorsSettings listed = CorsSettings.of(cors -> cors.origin("null", "https://a.com"));

    assertThat(new Cors(listed).allows("null")).isTrue();
    assertThat(
            new Cors(CorsSettings.of(c -> c.originMatching(Pattern.compile("n.*l"))))
                .allows("null"))
        .isFalse();
  }

  @Test
  void withoutSettingsThereAreNoHeaders() { // A01
    EngineFixture engine = new EngineFixture();
    FakeHttpExchange exchange =
        engine.get(EngineFixture.POLLING, "origin", "https://elsewhere.example");

    assertThat(exchange.status()).isEqualTo(200);
    assertThat(exchange.reply().headers()).containsOnlyKeys("Content-Type", "cache-control");
    assertThat(engine.request(Requests.of("OPTIONS", EngineFixture.POLLING)).status())
        .isEqualTo(400);
  }

  @Test
  void oneOriginIsSaidWhoeverAsks() {
    Consumer<CorsSettings.Builder> one = cors -> cors.origin("https://a.com");

    assertThat(headers(one)).containsEntry(ALLOW_ORIGIN, List.of("https://a.com"));
    assertThat(headers(one, "origin", "https://b.com"))
        .containsEntry(ALLOW_ORIGIN, List.of("https://a.com"))
        .containsEntry("Vary", List.of("Origin"));
  }

  @Test
  void anyOriginIsAStar() {
    assertThat(headers(CorsSettings.Builder::anyOrigin, "origin", "https://b.com"))
        .containsExactly(Map.entry(ALLOW_ORIGIN, List.of("*")));
    assertThat(headers(cors -> cors.origin("*")))
        .containsExactly(Map.entry(ALLOW_ORIGIN, List.of("*")));
  }

  @Test
  void originsMayBeReflected() {
    assertThat(headers(cors -> cors.reflectOrigin().credentials(true), "origin", "https://b.com"))
        .containsEntry(ALLOW_ORIGIN, List.of("https://b.com"))
        .containsEntry("Access-Control-Allow-Credentials", List.of("true"))
        .containsEntry("Vary", List.of("Origin"));
    assertThat(headers(CorsSettings.Builder::reflectOrigin)).doesNotContainKey(ALLOW_ORIGIN);
  }

  @Test
  void aPredicateMayDecide() {
    Consumer<CorsSettings.Builder> decided =
        cors -> cors.originIf(origin -> origin.endsWith(".a.com"));

    assertThat(headers(decided, "origin", "https://x.a.com"))
        .containsEntry(ALLOW_ORIGIN, List.of("https://x.a.com"));
    assertThat(headers(decided, "origin", "https://x.b.com")).doesNotContainKey(ALLOW_ORIGIN);
  }

  @Test
  void aPredicateThatFailsAllowsNothing() {
    Consumer<CorsSettings.Builder> failing =
        cors ->
            cors.originIf(
                origin -> {
                  throw new IllegalStateException("predicate");
                });

    assertThat(headers(failing, "origin", "https://a.com")).doesNotContainKey(ALLOW_ORIGIN);
    assertThat(gate(CorsSettings.of(failing), "origin", "https://a.com")).isFalse();
  }

  @Test
  void exposedHeadersAreSaidInTheActualAnswer() {
    assertThat(headers(cors -> cors.anyOrigin().exposedHeaders("X-A", "X-B")))
        .containsEntry("Access-Control-Expose-Headers", List.of("X-A,X-B"));
  }

  @Test
  void aPreflightIsAnsweredBeforeTheEngine() { // A06
    EngineFixture engine =
        cors(
            cors ->
                cors.origin("https://a.com", "https://b.com")
                    .methods("GET", "POST")
                    .credentials(true)
                    .maxAge(Duration.ofMinutes(10)));

    FakeHttpExchange exchange =
        engine.request(
            Requests.of(
                "OPTIONS",
                "anything",
                "origin",
                "https://b.com",
                "access-control-request-headers",
                "x-token"));

    assertThat(exchange.status()).isEqualTo(204);
    assertThat(exchange.text()).isEmpty();
    assertThat(exchange.reply().headers())
        .containsExactly(
            Map.entry(ALLOW_ORIGIN, List.of("https://b.com")),
            Map.entry("Vary", List.of("Origin, Access-Control-Request-Headers")),
            Map.entry("Access-Control-Allow-Credentials", List.of("true")),
            Map.entry("Access-Control-Allow-Methods", List.of("GET,POST")),
            Map.entry("Access-Control-Allow-Headers", List.of("x-token")),
            Map.entry("Access-Control-Max-Age", List.of("600")));
    assertThat(engine.errors).isEmpty();
  }

  @Test
  void thePreflightsDefaultsAreThoseOfTheReference() {
    FakeHttpExchange exchange =
        cors(CorsSettings.Builder::anyOrigin).request(Requests.of("OPTIONS", ""));

    assertThat(exchange.reply().headers())
        .containsExactly(
            Map.entry(ALLOW_ORIGIN, List.of("*")),
            Map.entry("Access-Control-Allow-Methods", List.of("GET,HEAD,PUT,PATCH,POST,DELETE")),
            Map.entry("Vary", List.of("Access-Control-Request-Headers")));
  }

  @Test
  void thePreflightsHeadersAndStatusMayBeSet() {
    FakeHttpExchange exchange =
        cors(cors -> cors.anyOrigin().allowedHeaders("X-A", "X-B").optionsSuccessStatus(200))
            .request(Requests.of("OPTIONS", "", "access-control-request-headers", "x-token"));

    assertThat(exchange.status()).isEqualTo(200);
    assertThat(exchange.header("Access-Control-Allow-Headers")).isEqualTo("X-A,X-B");
    assertThat(exchange.header("Vary")).isNull();
  }

  @Test
  void aPreflightMayGoOn() {
    FakeHttpExchange exchange =
        cors(cors -> cors.anyOrigin().preflightContinue(true))
            .request(Requests.of("OPTIONS", EngineFixture.POLLING));

    assertThat(exchange.text()).isEqualTo("{\"code\":2,\"message\":\"Bad handshake method\"}");
    assertThat(exchange.header("Access-Control-Allow-Methods")).isNotNull();
  }

  @Test
  void errorsAndThe101HaveTheHeadersToo() {
    EngineFixture engine = cors(cors -> cors.origin("https://a.com"));

    FakeHttpExchange error = engine.get("transport=foo");
    assertThat(error.header(ALLOW_ORIGIN)).isEqualTo("https://a.com");
    FakeWebSocketExchange webSocket =
        engine.connect(EngineFixture.WEBSOCKET, "origin", "https://a.com");
    assertThat(webSocket.headers())
        .containsEntry(ALLOW_ORIGIN, List.of("https://a.com"))
        .containsEntry("Vary", List.of("Origin"));
    String session = engine.openPolling();
    assertThat(engine.post(session, "4a").header(ALLOW_ORIGIN)).isEqualTo("https://a.com");
  }

  @Test
  void varyIsAddedTo() { // A05
    Map<String, List<String>> headers = new LinkedHashMap<>();
    headers.put("Vary", List.of("Accept-Encoding"));
    Cors.addVary(headers, "Origin");
    Cors.addVary(headers, "origin");
    assertThat(headers).containsEntry("Vary", List.of("Accept-Encoding, Origin"));

    headers.put("Vary", List.of("*"));
    Cors.addVary(headers, "Origin");
    assertThat(headers).containsEntry("Vary", List.of("*"));
  }

  // The gate for WebSockets

  @Test
  void aForeignPageMayNotOpenAWebSocket() { // A04
    EngineFixture engine = new EngineFixture();

    FakeWebSocketExchange exchange =
        engine.connect(
            EngineFixture.WEBSOCKET, "origin", "https://evil.example", "host", "a.example");

    assertThat(exchange.rejection().status()).isEqualTo(403);
    assertThat(exchange.rejectionText()).contains("cors.origin");
    assertThat(engine.errors.get(0).code()).isEqualTo(4);
    assertThat(engine.errors.get(0).context())
        .isEqualTo(Map.of("name", "ORIGIN_NOT_ALLOWED", "origin", "https://evil.example"));
  }

  @Test
  void aForeignPageMayNotUpgradeASession() { // A04
    EngineFixture engine = new EngineFixture();
    engine.openPolling();

    FakeWebSocketExchange exchange =
        engine.connect(
            EngineFixture.WEBSOCKET + "&sid=" + engine.session().id(),
            "origin",
            "https://evil.example",
            "host",
            "a.example");

    assertThat(exchange.rejection().status()).isEqualTo(403);
  }

  @ParameterizedTest
  @CsvSource({
    "https://a.example, a.example, false, true",
    "https://a.example, A.Example, true, true",
    "https://a.example:443, a.example, false, true",
    "https://a.example, a.example:443, true, true",
    "http://a.example, a.example:80, false, true",
    "http://localhost:3000, localhost:3000, false, true",
    "http://a.example, a.example, true, false",
    "https://a.example, b.example, false, false",
    "https://a.example, a.example.evil, false, false",
    "https://a.example:8443, a.example, false, false",
    "http://localhost:3000, localhost:3001, false, false",
    "null, a.example, false, false",
    "file://a.example, a.example, false, false",
    "a.example, a.example, false, false",
  })
  void thePageOfTheServerItselfMay(String origin, String host, boolean tls, boolean allowed) {
    RequestInfo request = Requests.of("GET", "", tls, "origin", origin, "host", host);

    assertThat(new OriginGate(new Cors(CorsSettings.off())).allows(request)).isEqualTo(allowed);
  }

  @Test
  void behindATrustedProxyTheForwardedHostCounts() {
    CorsSettings off = CorsSettings.off();

    assertThat(gate(off, "origin", "https://a.com", "host", "in", "x-forwarded-host", "a.com"))
        .isTrue();
    assertThat(gate(off, "origin", "https://a.com", "host", "a.com", "x-forwarded-host", "b.com"))
        .isFalse();
    assertThat(gate(off, "origin", "https://a.com", "x-forwarded-host", "a.com, proxy")).isTrue();
  }

  @Test
  void whoIsNoBrowserMay() {
    assertThat(gate(CorsSettings.off(), "host", "a.com")).isTrue();
    assertThat(gate(CorsSettings.off(), "origin", "https://a.com")).isFalse();
  }

  @Test
  void anyOriginOpensTheGate() {
    CorsSettings any = CorsSettings.of(CorsSettings.Builder::anyOrigin);

    assertThat(gate(any, "origin", "https://evil.example", "host", "a.com")).isTrue();
  }

  // Settings

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a.com",
        "https://",
        "https://a.com/",
        "https://a.com/path",
        "https://u@a.com",
        "https://a b",
        ""
      })
  void anOriginThatNoBrowserSendsIsRefused(String origin) {
    assertThatThrownBy(() -> CorsSettings.of(cors -> cors.origin(origin)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"" + origin + "\"");
  }

  @Test
  void settingsThatContradictEachOtherAreRefused() { // A05
    assertThatThrownBy(() -> CorsSettings.of(cors -> cors.anyOrigin().credentials(true)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("reflectOrigin()");
    assertThatThrownBy(() -> CorsSettings.of(cors -> cors.maxAge(Duration.ofSeconds(-1))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> CorsSettings.of(cors -> cors.optionsSuccessStatus(404)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> CorsSettings.of(cors -> cors.methods("GET,POST")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> CorsSettings.of(cors -> cors.allowedHeaders("a\r\nb")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void othersMayAskForTheSameAnswers() {
    Cors cors = cors(settings -> settings.origin("https://a.com")).server.cors();
    Map<String, List<String>> headers = new LinkedHashMap<>();
    cors.addHeaders(Requests.of("GET", ""), headers);

    assertThat(headers).containsKey(ALLOW_ORIGIN);
    assertThat(cors.preflight(Requests.of("OPTIONS", ""))).isPresent();
    assertThat(cors.preflight(Requests.of("GET", ""))).isEmpty();
  }

  @Test
  void aFilterMayReplaceTheHeaders() {
    EngineFixture engine =
        new EngineFixture(
            settings ->
                settings
                    .cors(CorsSettings.Builder::anyOrigin)
                    .hooks(
                        hooks ->
                            hooks.use(
                                (request, headers) -> {
                                  headers.put(ALLOW_ORIGIN, List.of("https://own.example"));
                                  return CompletableFuture.completedFuture(Optional.empty());
                                })));

    assertThat(engine.get(EngineFixture.POLLING).header(ALLOW_ORIGIN))
        .isEqualTo("https://own.example");
  }

  private static EngineFixture cors(Consumer<CorsSettings.Builder> changes) {
    return new EngineFixture(settings -> settings.cors(changes));
  }

  private static Map<String, List<String>> headers(
      Consumer<CorsSettings.Builder> changes, String... request) {
    Map<String, List<String>> headers = new LinkedHashMap<>();
    new Cors(CorsSettings.of(changes)).addHeaders(Requests.of("GET", "", request), headers);
    return headers;
  }

  private static boolean gate(CorsSettings settings, String... headers) {
    return new OriginGate(new Cors(settings)).allows(Requests.of("GET", "", headers));
  }
}
