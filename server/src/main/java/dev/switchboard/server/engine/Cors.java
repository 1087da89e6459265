package dev.switchboard.server.engine;

import dev.switchboard.server.engine.CorsSettings.Origins;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers in the way of {@link CorsSettings}, for the engine's path and for others beside it.
 * Immutable; any thread.
 */
public final class Cors {
  private static final Logger log = LoggerFactory.getLogger(Cors.class);
  private static final byte[] NO_BODY = new byte[0];

  private final CorsSettings settings;

  /** Answers by these settings. */
  public Cors(CorsSettings settings) {
    this.settings = settings;
  }

  /** Whether any origin is allowed at all. */
  public boolean enabled() {
    return !(settings.origins() instanceof Origins.None);
  }

  /** Adds the headers of an actual answer, not of a preflight's. */
  public void addHeaders(RequestInfo request, Map<String, List<String>> headers) {
    if (enabled()) {
      addOrigin(request, headers);
      addExposed(headers);
    }
  }

  /** The answer to a preflight; empty if the request is none, or is not to be answered here. */
  public Optional<HttpReply> preflight(RequestInfo request) {
    if (!enabled() || !request.method().equals("OPTIONS") || settings.preflightContinue()) {
      return Optional.empty();
    }
    Map<String, List<String>> headers = new LinkedHashMap<>();
    addPreflightHeaders(request, headers);
    return Optional.of(
        new HttpReply(settings.optionsSuccessStatus(), headers, NO_BODY, false, false));
  }

  /** Adds the headers of whichever answer the request gets from elsewhere. */
  void addHeadersFor(RequestInfo request, Map<String, List<String>> headers) {
    if (enabled() && request.method().equals("OPTIONS")) {
      addPreflightHeaders(request, headers);
    } else {
      addHeaders(request, headers);
    }
  }

  /** Whether a page of this origin is allowed; the literal {@code null} only if it is listed. */
  boolean allows(String origin) {
    Origins origins = settings.origins();
    if (origins instanceof Origins.Any || origins instanceof Origins.Reflected) {
      return true;
    }
    if (origins instanceof Origins.One one) {
      return one.origin().equals(origin);
    }
    try {
      return origins instanceof Origins.Listed listed && isListed(listed, origin);
    } catch (RuntimeException e) {
      log.error("The predicate for origins failed: the origin is not allowed", e);
      return false;
    }
  }

  private static boolean isListed(Origins.Listed listed, String origin) {
    for (String name : listed.names()) {
      if (name.equals(origin) || matchesWildcard(name, origin)) {
        return true;
      }
    }
    if (!origin.equals("null")) {
      for (var pattern : listed.patterns()) {
        if (pattern.matcher(origin).find()) {
          return true;
        }
      }
    }
    return listed.predicate() != null && listed.predicate().test(origin);
  }

  /** {@code https://*.a.com} matches {@code https://x.y.a.com}: what stands for * is host names. */
  private static boolean matchesWildcard(String name, String origin) {
    int star = name.indexOf("://*.");
    if (star < 0) {
      return false;
    }
    String scheme = name.substring(0, star + 3);
    String domain = name.substring(star + 4);
    if (!origin.startsWith(scheme)
        || !origin.endsWith(domain)
        || origin.length() <= scheme.length() + domain.length()) {
      return false;
    }
    for (int i = scheme.length(); i < origin.length() - domain.length(); i++) {
      char c = origin.charAt(i);
      boolean hostName =
          (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
      if (!hostName) {
        return false;
      }
    }
    return origin.charAt(scheme.length()) != '.';
  }

  private void addPreflightHeaders(RequestInfo request, Map<String, List<String>> headers) {
    addOrigin(request, headers);
    put(headers, "Access-Control-Allow-Methods", settings.methods());
    if (settings.allowedHeaders().isEmpty()) {
      addVary(headers, "Access-Control-Request-Headers");
      String asked = request.header("access-control-request-headers");
      if (asked != null && !asked.isEmpty()) {
        headers.put("Access-Control-Allow-Headers", List.of(asked));
      }
    } else {
      put(headers, "Access-Control-Allow-Headers", settings.allowedHeaders());
    }
    if (settings.maxAge() != null) {
      headers.put("Access-Control-Max-Age", List.of(Long.toString(settings.maxAge().toSeconds())));
    }
    addExposed(headers);
  }

  private void addOrigin(RequestInfo request, Map<String, List<String>> headers) {
    Origins origins = settings.origins();
    if (origins instanceof Origins.Any) {
      headers.put("Access-Control-Allow-Origin", List.of("*"));
    } else {
      String allowed = allowedOrigin(origins, request.header("origin"));
      if (allowed != null) {
        headers.put("Access-Control-Allow-Origin", List.of(allowed));
      }
      addVary(headers, "Origin");
    }
    if (settings.credentials()) {
      headers.put("Access-Control-Allow-Credentials", List.of("true"));
    }
  }

  private @Nullable String allowedOrigin(Origins origins, @Nullable String origin) {
    if (origins instanceof Origins.One one) {
      return one.origin();
    }
    return origin != null && allows(origin) ? origin : null;
  }

  private void addExposed(Map<String, List<String>> headers) {
    put(headers, "Access-Control-Expose-Headers", settings.exposedHeaders());
  }

  private static void put(Map<String, List<String>> headers, String name, List<String> values) {
    if (!values.isEmpty()) {
      headers.put(name, List.of(String.join(",", values)));
    }
  }

  /** Adds a name to the Vary header, after those that are there. */
  static void addVary(Map<String, List<String>> headers, String name) {
    List<String> before = headers.get("Vary");
    if (before == null) {
      headers.put("Vary", List.of(name));
      return;
    }
    String value = String.join(", ", before);
    for (String there : value.split(",", -1)) {
      if (there.strip().equalsIgnoreCase(name) || there.strip().equals("*")) {
        return;
      }
    }
    headers.put("Vary", List.of(value + ", " + name));
  }
}
