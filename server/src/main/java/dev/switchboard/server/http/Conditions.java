package dev.switchboard.server.http;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Conditional requests, RFC 9110, section 13: whether the client has the content already. */
final class Conditions {
  /** The date format of HTTP headers. */
  static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
          .withZone(ZoneOffset.UTC);

  private Conditions() {}

  /** The answer, or a 304 in its place. */
  static HttpAnswer apply(HttpRequest request, HttpAnswer answer) {
    if (answer.status() != 200) {
      return answer;
    }
    Optional<String> known = request.header("if-none-match");
    boolean unchanged =
        known.isPresent()
            ? matches(known.get(), header(answer, "etag"))
            : isNotNewer(header(answer, "last-modified"), request.header("if-modified-since"));
    return unchanged ? answer.notModified() : answer;
  }

  private static boolean matches(String known, @Nullable String tag) {
    if (tag == null) {
      return false;
    }
    for (String candidate : known.split(",", -1)) {
      String stripped = candidate.strip();
      if (stripped.equals("*") || weak(stripped).equals(weak(tag))) {
        return true;
      }
    }
    return false;
  }

  private static String weak(String tag) {
    return tag.startsWith("W/") ? tag.substring(2) : tag;
  }

  private static boolean isNotNewer(@Nullable String modified, Optional<String> since) {
    if (modified == null || since.isEmpty()) {
      return false;
    }
    try {
      Instant limit = HTTP_DATE.parse(since.get(), Instant::from);
      return !HTTP_DATE.parse(modified, Instant::from).isAfter(limit);
    } catch (DateTimeParseException e) {
      return false;
    }
  }

  private static @Nullable String header(HttpAnswer answer, String name) {
    for (Map.Entry<String, List<String>> header : answer.headers().entrySet()) {
      if (header.getKey().equalsIgnoreCase(name)) {
        return header.getValue().get(0);
      }
    }
    return null;
  }
}
