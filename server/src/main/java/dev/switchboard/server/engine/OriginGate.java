package dev.switchboard.server.engine;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Decides which pages may open a WebSocket: browsers let any page do so, with the user's cookies,
 * and CORS does not hold them back. Immutable; any thread.
 *
 * <p>Allowed are: no Origin (no browser), the origin of the server itself, and those that the CORS
 * settings allow.
 */
final class OriginGate {
  private final Cors cors;

  OriginGate(Cors cors) {
    this.cors = cors;
  }

  boolean allows(RequestInfo request) {
    String origin = request.header("origin");
    return origin == null || isSameOrigin(origin, request) || cors.allows(origin);
  }

  /**
   * Compares with the host that the client asked for, behind a trusted proxy the forwarded one. The
   * scheme is only compared where this server knows better than the proxy: a page from plain HTTP
   * has no business with a server that speaks TLS.
   */
  private static boolean isSameOrigin(String origin, RequestInfo request) {
    int authority = origin.indexOf("://");
    if (authority < 0) {
      return false;
    }
    String scheme = origin.substring(0, authority);
    boolean https = scheme.equals("https");
    if (!https && (!scheme.equals("http") || request.secure())) {
      return false;
    }
    String host = host(request);
    String defaultPort = https ? ":443" : ":80";
    return host != null
        && normal(origin.substring(authority + 3), defaultPort).equals(normal(host, defaultPort));
  }

  private static @Nullable String host(RequestInfo request) {
    String forwarded = request.header("x-forwarded-host");
    if (forwarded == null) {
      return request.header("host");
    }
    int comma = forwarded.indexOf(',');
    return (comma < 0 ? forwarded : forwarded.substring(0, comma)).strip();
  }

  private static String normal(String authority, String defaultPort) {
    String lower = authority.toLowerCase(Locale.ROOT);
    return lower.endsWith(defaultPort)
        ? lower.substring(0, lower.length() - defaultPort.length())
        : lower;
  }
}
