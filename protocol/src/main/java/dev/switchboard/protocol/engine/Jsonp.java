package dev.switchboard.protocol.engine;

import dev.switchboard.protocol.json.PacketFormatException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * JSONP polling, for browsers that could not ask another origin in any other way: a body wrapped in
 * a call of a function, and the form that such a browser posts.
 */
public final class Jsonp {
  private Jsonp() {}

  /**
   * A payload as JavaScript, {@code ___eio[0]("...");}.
   *
   * @param j the query parameter {@code j} of the session's first request; only its digits count
   * @param payload UTF-8
   */
  public static byte[] wrap(String j, byte[] payload) {
    ByteArrayOutputStream script = new ByteArrayOutputStream(payload.length + 32);
    script.writeBytes(ascii("___eio["));
    j.chars().filter(c -> c >= '0' && c <= '9').forEach(script::write);
    script.writeBytes(ascii("](\""));
    for (int i = 0; i < payload.length; i++) {
      byte b = payload[i];
      if (isLineSeparator(payload, i)) {
        // ends a line in JavaScript before 2019, though not in JSON
        script.writeBytes(ascii(payload[i + 2] == (byte) 0xa8 ? "\\u2028" : "\\u2029"));
        i += 2;
      } else if (b == '"' || b == '\\') {
        script.write('\\');
        script.write(b);
      } else if (b >= 0 && b < 0x20) {
        script.writeBytes(ascii(String.format("\\u%04x", (int) b)));
      } else {
        script.write(b);
      }
    }
    script.writeBytes(ascii("\");"));
    return script.toByteArray();
  }

  /**
   * The payload in a posted form, {@code d=...}, as UTF-8.
   *
   * @throws PacketFormatException if the form is broken or has not exactly one field {@code d}
   */
  public static byte[] unwrap(byte[] form) {
    byte[] payload = null;
    int start = 0;
    while (start <= form.length) {
      int end = start;
      while (end < form.length && form[end] != '&') {
        end++;
      }
      if (end - start >= 2 && form[start] == 'd' && form[start + 1] == '=') {
        if (payload != null) {
          throw new PacketFormatException("a form with more than one d");
        }
        payload = lines(decode(form, start + 2, end));
      }
      start = end + 1;
    }
    if (payload == null) {
      throw new PacketFormatException("a form without d");
    }
    return payload;
  }

  /** Undoes what the client does to line ends, which a form would change: see its source. */
  private static byte[] lines(byte[] escaped) {
    ByteArrayOutputStream result = new ByteArrayOutputStream(escaped.length);
    for (int i = 0; i < escaped.length; i++) {
      if (at(escaped, i) == '\\' && at(escaped, i + 1) == 'n') {
        result.write('\n');
        i++;
      } else if (at(escaped, i) == '\\'
          && at(escaped, i + 1) == '\\'
          && at(escaped, i + 2) == 'n') {
        result.writeBytes(ascii("\\n"));
        i += 2;
      } else {
        result.write(escaped[i]);
      }
    }
    return result.toByteArray();
  }

  private static byte[] decode(byte[] form, int from, int to) {
    ByteArrayOutputStream result = new ByteArrayOutputStream(to - from);
    for (int i = from; i < to; i++) {
      byte b = form[i];
      if (b == '+') {
        result.write(' ');
      } else if (b == '%') {
        int high = i + 2 < to ? Character.digit(form[i + 1], 16) : -1;
        int low = i + 2 < to ? Character.digit(form[i + 2], 16) : -1;
        if (high < 0 || low < 0) {
          throw new PacketFormatException("a form with a broken escape");
        }
        result.write(high << 4 | low);
        i += 2;
      } else {
        result.write(b);
      }
    }
    return result.toByteArray();
  }

  private static boolean isLineSeparator(byte[] utf8, int i) {
    return utf8[i] == (byte) 0xe2
        && i + 2 < utf8.length
        && utf8[i + 1] == (byte) 0x80
        && (utf8[i + 2] == (byte) 0xa8 || utf8[i + 2] == (byte) 0xa9);
  }

  private static byte at(byte[] bytes, int i) {
    return i < bytes.length ? bytes[i] : 0;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
