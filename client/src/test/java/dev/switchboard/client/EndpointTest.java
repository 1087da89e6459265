package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class EndpointTest {
  @Test
  void takesThePathAsNamespaceAndKeepsTheQuery() {
    assertThat(Endpoint.parse("https://Example.org/chat?token=a%20b"))
        .isEqualTo(new Endpoint("https://example.org:443", "/chat", "token=a%20b"));
  }

  @Test
  void meansTheMainNamespaceWithoutAPath() {
    assertThat(Endpoint.parse("ws://[::1]")).isEqualTo(new Endpoint("http://[::1]:80", "/", ""));
  }

  @Test
  void assumesTlsWithoutAScheme() {
    assertThat(Endpoint.parse("localhost:3000").origin()).isEqualTo("https://localhost:3000");
  }

  @Test
  void refusesOtherSchemesAndMissingHosts() {
    assertThatThrownBy(() -> Endpoint.parse("ftp://a")).hasMessageContaining("not with ftp");
    assertThatThrownBy(() -> Endpoint.parse("http:///a")).hasMessageContaining("names a host");
  }
}
