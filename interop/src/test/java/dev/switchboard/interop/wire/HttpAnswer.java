package dev.switchboard.interop.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** One HTTP response as it came. */
record HttpAnswer(
    String version, int status, List<Map.Entry<String, String>> headers, String body) {
  private static final List<String> ENGINE_ERRORS =
      List.of(
          "Transport unknown",
          "Session ID unknown",
          "Bad handshake method",
          "Bad request",
          "Forbidden",
          "Unsupported protocol version");
  private static final Pattern OPEN =
      Pattern.compile(
          "0\\{\"sid\":\"[\\w-]{20}\",\"upgrades\":(\\[.*?]),\"pingInterval\":\\d+,"
              + "\"pingTimeout\":\\d+,\"maxPayload\":\\d+}");

  static HttpAnswer read(Wire wire) throws IOException {
    return read(wire, Wire.PATIENCE, false);
  }

  /**
   * @param bodyless the request was HEAD
   */
  static HttpAnswer read(Wire wire, Duration patience, boolean bodyless) throws IOException {
    String[] start = wire.line(patience).split(" ", 3);
    if (start.length < 2 || !start[0].startsWith("HTTP/")) {
      throw new IOException("not an HTTP response: " + String.join(" ", start));
    }
    int status = Integer.parseInt(start[1]);
    List<Map.Entry<String, String>> headers = new ArrayList<>();
    for (String line = wire.line(patience); !line.isEmpty(); line = wire.line(patience)) {
      int colon = line.indexOf(':');
      headers.add(
          Map.entry(
              line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).trim()));
    }
    var head = new HttpAnswer(start[0], status, headers, "");
    if (status == 100) {
      return read(wire, patience, bodyless);
    }
    boolean hasNoBody = bodyless || status == 101 || status == 204 || status == 304;
    return new HttpAnswer(start[0], status, headers, hasNoBody ? "" : body(wire, head, patience));
  }

  private static String body(Wire wire, HttpAnswer head, Duration patience) throws IOException {
    Optional<String> length = head.header("content-length");
    if (length.isPresent()) {
      return new String(wire.read(Integer.parseInt(length.get()), patience), ISO_8859_1);
    }
    var body = new ByteArrayOutputStream();
    if (head.header("transfer-encoding").isPresent()) {
      for (int size = chunk(wire, patience); size > 0; size = chunk(wire, patience)) {
        body.write(wire.read(size, patience));
        wire.line(patience);
      }
      wire.line(patience);
    } else {
      for (int next = wire.read(patience); next >= 0; next = wire.read(patience)) {
        body.write(next);
      }
    }
    return body.toString(ISO_8859_1);
  }

  private static int chunk(Wire wire, Duration patience) throws IOException {
    return Integer.parseInt(wire.line(patience).replaceFirst(";.*", ""), 16);
  }

  Optional<String> header(String name) {
    return headers.stream()
        .filter(header -> header.getKey().equals(name))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  String text() {
    return new String(body.getBytes(ISO_8859_1), UTF_8);
  }

  /** Whether the server announced that it closes the connection. */
  boolean saysClose() {
    return header("connection").map(value -> value.equalsIgnoreCase("close")).orElse(false)
        || version.equals("HTTP/1.0");
  }

  /**
   * The answer in the words of the table: {@code 400/3} is the JSON error of code 3, {@code 200
   * open} a handshake, a message in quotes is that of a refused upgrade.
   */
  String brief() {
    String text = text();
    for (int code = 0; code < ENGINE_ERRORS.size(); code++) {
      String message = ENGINE_ERRORS.get(code);
      if (text.equals("{\"code\":%d,\"message\":\"%s\"}".formatted(code, message))
          && header("content-type").orElse("").startsWith("application/json")) {
        return status + "/" + code;
      }
      if (text.equals(message)) {
        return "%d \"%s\"".formatted(status, message);
      }
    }
    if (status != 200 || text.isEmpty()) {
      return String.valueOf(status);
    }
    return OPEN.matcher(text).matches() ? "200 open" : "200 " + Words.shown(text);
  }
}
