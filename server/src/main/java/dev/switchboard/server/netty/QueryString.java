package dev.switchboard.server.netty;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Decodes the query of a URL as WHATWG's URLSearchParams does: lenient, {@code +} is a blank, and
 * of a name that occurs several times the last value counts.
 */
final class QueryString {
  private QueryString() {}

  static Map<String, String> parse(String url) {
    int start = url.indexOf('?') + 1;
    if (start == 0 || start == url.length()) {
      return Map.of();
    }
    int fragment = url.indexOf('#', start);
    int end = fragment < 0 ? url.length() : fragment;
    Map<String, String> query = new HashMap<>();
    while (start < end) {
      int next = url.indexOf('&', start);
      int stop = next < 0 || next > end ? end : next;
      if (stop > start) {
        int equals = url.indexOf('=', start);
        if (equals < 0 || equals > stop) {
          query.put(decode(url, start, stop), "");
        } else {
          query.put(decode(url, start, equals), decode(url, equals + 1, stop));
        }
      }
      start = stop + 1;
    }
    return query;
  }

  /** Percent-decoding; what is no valid escape stays as it is. */
  static String decode(String text, int start, int end) {
    if (!needsDecoding(text, start, end)) {
      return text.substring(start, end);
    }
    byte[] bytes = new byte[end - start];
    int size = 0;
    for (int i = start; i < end; i++) {
      char c = text.charAt(i);
      if (c == '%' && i + 2 < end && hex(text.charAt(i + 1)) >= 0) {
        int low = hex(text.charAt(i + 2));
        if (low >= 0) {
          bytes[size++] = (byte) (hex(text.charAt(i + 1)) << 4 | low);
          i += 2;
          continue;
        }
      }
      bytes[size++] = (byte) (c == '+' ? ' ' : c);
    }
    return new String(bytes, 0, size, StandardCharsets.UTF_8);
  }

  private static boolean needsDecoding(String text, int start, int end) {
    for (int i = start; i < end; i++) {
      char c = text.charAt(i);
      if (c == '%' || c == '+' || c > 0x7e) {
        return true;
      }
    }
    return false;
  }

  private static int hex(char c) {
    return c < 0x80 ? Character.digit(c, 16) : -1;
  }
}
