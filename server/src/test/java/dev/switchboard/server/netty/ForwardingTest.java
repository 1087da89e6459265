package dev.switchboard.server.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardingTest {
  private static final ProxySettings PROXIES = ProxySettings.trusting("10.0.0.0/8", "fd00::/8");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "9.9.9.9  | 1.1.1.1                     | -                                | 9.9.9.9",
        "10.0.0.1 | -                           | -                                | 10.0.0.1",
        "10.0.0.1 | 1.1.1.1                     | -                                | 1.1.1.1",
        "10.0.0.1 | 6.6.6.6, 1.1.1.1            | -                                | 1.1.1.1",
        "10.0.0.1 | 6.6.6.6, 1.1.1.1, 10.2.3.4  | -                                | 1.1.1.1",
        "10.0.0.1 | 10.5.5.5, 10.2.3.4          | -                                | 10.5.5.5",
        "10.0.0.1 | 1.1.1.1:4711                | -                                | 1.1.1.1",
        "10.0.0.1 | 6.6.6.6, nonsense           | -                                | 10.0.0.1",
        "10.0.0.1 | 6.6.6.6, unknown, 10.1.1.1  | -                                | 10.1.1.1",
        "fd00::1  | [2001:db8::1]:47            | -                                | 2001:db8::1",
        "fd00::1  | 2001:db8::1                 | -                                | 2001:db8::1",
        "10.0.0.1 | -                           | for=1.1.1.1;proto=https          | 1.1.1.1",
        "10.0.0.1 | -                           | for=6.6.6.6, for=\"[2001:db8::1]:4\" | 2001:db8::1",
        "10.0.0.1 | -                           | for=6.6.6.6, for=_hidden         | 10.0.0.1",
        "9.9.9.9  | -                           | for=1.1.1.1                      | 9.9.9.9",
      })
  void findsTheLastHopThatNoProxyVouchesFor(
      String peer, String forwardedFor, String forwarded, String client)
      throws UnknownHostException {
    HttpHeaders headers = new DefaultHttpHeaders();
    if (forwardedFor != null) {
      headers.add("X-Forwarded-For", forwardedFor);
    }
    if (forwarded != null) {
      headers.add("Forwarded", forwarded);
    }
    InetAddress found =
        Forwarding.of(headers, InetAddress.getByName(peer), false, PROXIES).address();
    assertThat(found).isEqualTo(InetAddress.getByName(client));
  }

  @Test
  void believesSchemeAndHostOfProxiesOnly() throws UnknownHostException {
    HttpHeaders headers = new DefaultHttpHeaders();
    headers.add("X-Forwarded-Proto", "https").add("X-Forwarded-Host", "app.example");
    InetAddress proxy = InetAddress.getByName("10.0.0.1");
    InetAddress stranger = InetAddress.getByName("9.9.9.9");
    assertThat(Forwarding.of(headers, proxy, false, PROXIES))
        .isEqualTo(new Forwarding(proxy, true, "app.example"));
    assertThat(Forwarding.of(headers, stranger, false, PROXIES))
        .isEqualTo(new Forwarding(stranger, false, null));
    headers.set("X-Forwarded-Proto", "http");
    assertThat(Forwarding.of(headers, proxy, true, PROXIES).secure()).isFalse();
    HttpHeaders standard = new DefaultHttpHeaders();
    standard.add("Forwarded", "for=1.1.1.1; Proto=https; host=\"app.example:8443\"");
    Forwarding found = Forwarding.of(standard, proxy, false, PROXIES);
    assertThat(found.secure()).isTrue();
    assertThat(found.host()).isEqualTo("app.example:8443");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "localhost", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "1.2.3/8"})
  void refusesWhatIsNoNetwork(String text) {
    assertThatThrownBy(() -> Cidr.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void comparesTheBitsOfThePrefixOnly() throws UnknownHostException {
    Cidr network = Cidr.parse("192.168.128.0/17");
    assertThat(network.contains(InetAddress.getByName("192.168.255.255"))).isTrue();
    assertThat(network.contains(InetAddress.getByName("192.168.127.255"))).isFalse();
    assertThat(network.contains(InetAddress.getByName("2001:db8::1"))).isFalse();
    assertThat(Cidr.parse("0.0.0.0/0").contains(InetAddress.getByName("8.8.8.8"))).isTrue();
    assertThat(Cidr.parse("::1").contains(InetAddress.getByName("::2"))).isFalse();
  }
}
