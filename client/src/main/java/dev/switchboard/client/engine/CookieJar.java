package dev.switchboard.client.engine;

import java.net.HttpCookie;
import java.net.http.HttpHeaders;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The cookies that one server has set, for those who share sessions by them: load balancers. Of the
 * loop.
 *
 * <p>A server's cookies go back to it alone, so their domains do not matter. Their number and size
 * have limits, which no server that means well comes near; the oldest goes first.
 */
final class CookieJar {
  private static final int MOST_COOKIES = 50;
  private static final int MOST_CHARACTERS = 4096;

  private final Map<String, HttpCookie> cookies = new LinkedHashMap<>();

  void store(HttpHeaders answer) {
    for (String header : answer.allValues("set-cookie")) {
      if (header.length() <= MOST_CHARACTERS) {
        store(header);
      }
    }
  }

  private void store(String header) {
    List<HttpCookie> parsed;
    try {
      parsed = HttpCookie.parse("Set-Cookie: " + header);
    } catch (IllegalArgumentException malformed) {
      return; // as browsers do
    }
    for (HttpCookie cookie : parsed) {
      cookies.remove(cookie.getName());
      if (!cookie.hasExpired()) {
        cookies.put(cookie.getName(), cookie);
      }
    }
    Iterator<HttpCookie> oldest = cookies.values().iterator();
    while (cookies.size() > MOST_COOKIES) {
      oldest.next();
      oldest.remove();
    }
  }

  /** The value of the header {@code Cookie}; empty if there is nothing to send. */
  String header(boolean secure) {
    cookies.values().removeIf(HttpCookie::hasExpired);
    List<String> pairs = new ArrayList<>(cookies.size());
    for (HttpCookie cookie : cookies.values()) {
      if (secure || !cookie.getSecure()) {
        pairs.add(cookie.getName() + "=" + cookie.getValue());
      }
    }
    return String.join("; ", pairs);
  }
}
