package dev.switchboard.server.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EngineSettingsTest {
  @Test
  void defaultsAreTheReferencesOrHarder() {
    EngineSettings settings = EngineSettings.defaults();

    assertThat(settings.requestPath()).isEqualTo("/engine.io/");
    assertThat(settings.transports()).isEqualTo(Set.of("polling", "websocket"));
    assertThat(settings.pingInterval()).isEqualTo(Duration.ofSeconds(25));
    assertThat(settings.pingTimeout()).isEqualTo(Duration.ofSeconds(20));
    assertThat(settings.upgradeTimeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(settings.maxHttpBufferSize()).isEqualTo(1_000_000);
    assertThat(settings.allowUpgrades()).isTrue();
    assertThat(settings.allowEio3()).isFalse();
    assertThat(settings.jsonp()).isFalse();
    assertThat(settings.cookie()).isNull();
    assertThat(settings.compression())
        .isEqualTo(new CompressionSettings(true, 1_024, false, 1_024));
    assertThat(settings.limits().outboundBytes()).isEqualTo(1_048_576);
    assertThat(settings.limits().jsonDepth()).isEqualTo(100);
    assertThat(new Cors(settings.cors()).enabled()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "/a, true, /a/",
    "/a/, true, /a/",
    "/a, false, /a",
    "/a/, false, /a",
    "/, true, /",
    "/, false, /",
  })
  void thePathEndsWithASlashUnlessTold(String path, boolean slash, String expected) {
    assertThat(
            EngineSettings.of(settings -> settings.path(path).addTrailingSlash(slash))
                .requestPath())
        .isEqualTo(expected);
  }

  @Test
  void wrongSettingsSayWhatToChange() {
    Map<String, Consumer<EngineSettings.Builder>> wrong =
        Map.of(
            "The path must start with /",
            settings -> settings.path("socket.io"),
            "have no query",
            settings -> settings.path("/a?b"),
            "At least one transport",
            settings -> settings.transports(),
            "\"webtransport\" is unknown",
            settings -> settings.transports("polling", "webtransport"),
            "pingInterval must be longer than zero",
            settings -> settings.pingInterval(Duration.ZERO),
            "pingTimeout must be a year or less",
            settings -> settings.pingTimeout(Duration.ofDays(1_000)),
            "maxHttpBufferSize must be 1 or more",
            settings -> settings.maxHttpBufferSize(0),
            "jsonp needs the transport \"polling\"",
            settings -> settings.transports("websocket").jsonp(true),
            "jsonDepth must be 1000 or less",
            settings -> settings.limits(limits -> limits.jsonDepth(1_001)),
            "maxConnections must be 0 or more",
            settings -> settings.limits(limits -> limits.maxConnections(-1)));

    wrong.forEach(
        (message, changes) ->
            assertThatThrownBy(() -> EngineSettings.of(changes))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message));
    assertThatThrownBy(
            () -> EngineSettings.of(settings -> settings.compression(c -> c.httpThreshold(-1))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aCookieHasWhatItIsTold() { // A14
    assertThat(CookieSettings.defaults().header("x", false))
        .isEqualTo("io=x; Path=/; HttpOnly; SameSite=Lax");
    assertThat(CookieSettings.defaults().header("x", true))
        .isEqualTo("io=x; Path=/; HttpOnly; Secure; SameSite=Lax");
    assertThat(
            CookieSettings.of(
                    cookie ->
                        cookie
                            .name("n")
                            .path("")
                            .domain("a.com")
                            .maxAge(Duration.ofHours(1))
                            .httpOnly(false)
                            .secure(true)
                            .sameSite(CookieSettings.SameSite.NONE))
                .header("x", false))
        .isEqualTo("n=x; Max-Age=3600; Domain=a.com; Secure; SameSite=None");
    assertThatThrownBy(() -> CookieSettings.of(cookie -> cookie.name("a;b")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> CookieSettings.of(cookie -> cookie.path("/a b")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> CookieSettings.of(cookie -> cookie.maxAge(Duration.ofSeconds(-1))))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
