package dev.switchboard.server;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What clients of the second generation do otherwise: they have no auth, and put a query behind the
 * namespace's name.
 */
final class SecondGeneration {
  private SecondGeneration() {}

  /** The query as authentication data, as the reference gives it. */
  static Map<String, @Nullable Object> query(String query) {
    Map<String, @Nullable Object> auth = new LinkedHashMap<>();
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      if (!name.isEmpty()) {
        auth.put(decode(name), equals < 0 ? "" : decode(pair.substring(equals + 1)));
      }
    }
    return auth;
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException malformed) {
      return text;
    }
  }
}
