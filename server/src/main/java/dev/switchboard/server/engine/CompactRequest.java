package dev.switchboard.server.engine;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The request that a session began with, in one array: a session keeps it for its whole life, and
 * as maps of strings it would cost several times the rest of the session. Immutable; any thread.
 *
 * <p>Strings are their length as a variable-length integer and their UTF-8; header names that most
 * requests have are one byte.
 */
final class CompactRequest {
  private static final String[] COMMON_NAMES = {
    "host",
    "connection",
    "upgrade",
    "user-agent",
    "accept",
    "accept-encoding",
    "accept-language",
    "origin",
    "referer",
    "cookie",
    "cache-control",
    "pragma",
    "sec-websocket-version",
    "sec-websocket-key",
    "sec-websocket-extensions",
    "sec-websocket-protocol",
    "sec-fetch-dest",
    "sec-fetch-mode",
    "sec-fetch-site",
    "sec-ch-ua",
    "sec-ch-ua-mobile",
    "sec-ch-ua-platform",
    "authorization",
    "dnt",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
    "forwarded",
    "via",
  };
  private static final Map<String, Integer> COMMON_NAME_CODES = new HashMap<>();

  static {
    for (int i = 0; i < COMMON_NAMES.length; i++) {
      COMMON_NAME_CODES.put(COMMON_NAMES[i], i + 1);
    }
  }

  private final byte[] bytes;

  CompactRequest(RequestInfo request) {
    Writer writer = new Writer();
    writer.string(request.remoteAddress());
    writer.string(request.method());
    writer.string(request.url());
    writer.number(request.secure() ? 1 : 0);
    writer.number(request.query().size());
    request
        .query()
        .forEach(
            (name, value) -> {
              writer.string(name);
              writer.string(value);
            });
    request.headers().forEach(writer::header);
    this.bytes = writer.toBytes();
  }

  String remoteAddress() {
    return new Reader(bytes).string();
  }

  /** The request as it was. */
  RequestInfo expand() {
    Reader reader = new Reader(bytes);
    String remoteAddress = reader.string();
    String method = reader.string();
    String url = reader.string();
    boolean secure = reader.number() == 1;
    Map<String, String> query = new LinkedHashMap<>();
    for (int i = reader.number(); i > 0; i--) {
      query.put(reader.string(), reader.string());
    }
    Map<String, List<String>> headers = new LinkedHashMap<>();
    while (reader.hasMore()) {
      reader.header(headers);
    }
    return new RequestInfo(method, url, query, headers, remoteAddress, secure);
  }

  private static final class Writer {
    private byte[] bytes = new byte[512];
    private int size;

    void number(int number) {
      ensure(5);
      int rest = number;
      while (rest >= 0x80) {
        bytes[size++] = (byte) (rest | 0x80);
        rest >>>= 7;
      }
      bytes[size++] = (byte) rest;
    }

    void string(String string) {
      byte[] encoded = string.getBytes(StandardCharsets.UTF_8);
      number(encoded.length);
      ensure(encoded.length);
      System.arraycopy(encoded, 0, bytes, size, encoded.length);
      size += encoded.length;
    }

    void header(String name, List<String> values) {
      Integer code = COMMON_NAME_CODES.get(name);
      if (code != null) {
        number(code);
      } else {
        number(0);
        string(name);
      }
      number(values.size());
      values.forEach(this::string);
    }

    private void ensure(int more) {
      if (size + more > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
      }
    }

    byte[] toBytes() {
      return Arrays.copyOf(bytes, size);
    }
  }

  private static final class Reader {
    private final byte[] bytes;
    private int at;

    Reader(byte[] bytes) {
      this.bytes = bytes;
    }

    boolean hasMore() {
      return at < bytes.length;
    }

    int number() {
      int number = 0;
      int shift = 0;
      while (true) {
        byte next = bytes[at++];
        number |= (next & 0x7f) << shift;
        if (next >= 0) {
          return number;
        }
        shift += 7;
      }
    }

    String string() {
      int length = number();
      String string = new String(bytes, at, length, StandardCharsets.UTF_8);
      at += length;
      return string;
    }

    void header(Map<String, List<String>> headers) {
      int code = number();
      String name = code == 0 ? string() : COMMON_NAMES[code - 1];
      String[] values = new String[number()];
      for (int i = 0; i < values.length; i++) {
        values[i] = string();
      }
      headers.put(name, List.of(values));
    }
  }
}
