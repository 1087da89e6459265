package dev.switchboard.server.netty;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What trusted proxies say about the client of a request.
 *
 * @param address the client's
 * @param secure whether the client came over TLS
 * @param host the host that the client asked for, if a proxy tells
 */
record Forwarding(InetAddress address, boolean secure, @Nullable String host) {

  /** Reads the headers, if the peer is a trusted proxy; else the peer is the client. */
  static Forwarding of(
      HttpHeaders headers, InetAddress peer, boolean secure, ProxySettings proxies) {
    if (proxies.trusted().isEmpty() || !proxies.trusts(peer)) {
      return new Forwarding(peer, secure, null);
    }
    List<String> hops = list(headers, "x-forwarded-for");
    String proto = last(list(headers, "x-forwarded-proto"));
    String host = last(list(headers, "x-forwarded-host"));
    if (hops.isEmpty()) {
      List<String> forwarded = list(headers, "forwarded");
      for (String element : forwarded) {
        String hop = parameter(element, "for");
        hops.add(hop == null ? "unknown" : hop);
      }
      String nearest = last(forwarded);
      if (nearest != null) {
        proto = proto == null ? parameter(nearest, "proto") : proto;
        host = host == null ? parameter(nearest, "host") : host;
      }
    }
    return new Forwarding(
        client(hops, peer, proxies),
        proto == null ? secure : proto.equalsIgnoreCase("https") || proto.equalsIgnoreCase("wss"),
        host);
  }

  /** The last hop that is not itself a trusted proxy: what stands before it anybody can write. */
  private static InetAddress client(List<String> hops, InetAddress peer, ProxySettings proxies) {
    InetAddress client = peer;
    for (int i = hops.size() - 1; i >= 0 && proxies.trusts(client); i--) {
      InetAddress hop = address(hops.get(i));
      if (hop == null) {
        break;
      }
      client = hop;
    }
    return client;
  }

  private static @Nullable InetAddress address(String hop) {
    String host = hop;
    if (host.startsWith("[")) {
      int end = host.indexOf(']');
      host = end < 0 ? host : host.substring(1, end);
    } else if (host.indexOf(':') == host.lastIndexOf(':') && host.indexOf(':') > 0) {
      host = host.substring(0, host.indexOf(':'));
    }
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(host);
    if (bytes == null) {
      return null;
    }
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      return null;
    }
  }

  private static List<String> list(HttpHeaders headers, String name) {
    List<String> elements = new ArrayList<>();
    for (String value : headers.getAll(name)) {
      for (String element : value.split(",", -1)) {
        if (!element.isBlank()) {
          elements.add(element.strip());
        }
      }
    }
    return elements;
  }

  private static @Nullable String last(List<String> elements) {
    return elements.isEmpty() ? null : elements.get(elements.size() - 1);
  }

  /** A parameter of an element of {@code Forwarded}: {@code for="[2001:db8::1]:47"}. */
  private static @Nullable String parameter(String element, String name) {
    for (String pair : element.split(";", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0 && pair.substring(0, equals).strip().toLowerCase(Locale.ROOT).equals(name)) {
        String value = pair.substring(equals + 1).strip();
        boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
        return quoted ? value.substring(1, value.length() - 1) : value;
      }
    }
    return null;
  }
}
