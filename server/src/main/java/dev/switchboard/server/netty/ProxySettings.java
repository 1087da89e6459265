package dev.switchboard.server.netty;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;

/**
 * The proxies whose word about the client is believed: {@code X-Forwarded-For}, {@code
 * X-Forwarded-Proto}, {@code X-Forwarded-Host} and {@code Forwarded} count only in requests whose
 * TCP peer is one of them. Default: none, so that a client cannot choose its own address.
 *
 * @param trusted addresses and networks
 */
public record ProxySettings(List<Cidr> trusted) {
  public ProxySettings {
    trusted = List.copyOf(trusted);
  }

  public static ProxySettings none() {
    return new ProxySettings(List.of());
  }

  /**
   * Trusts proxies by address or network.
   *
   * @param networks such as {@code 10.0.0.0/8}, {@code ::1}, {@code 192.168.7.9}
   * @throws IllegalArgumentException if one is neither
   */
  public static ProxySettings trusting(String... networks) {
    return new ProxySettings(Arrays.stream(networks).map(Cidr::parse).toList());
  }

  boolean trusts(InetAddress address) {
    for (Cidr network : trusted) {
      if (network.contains(address)) {
        return true;
      }
    }
    return false;
  }
}
