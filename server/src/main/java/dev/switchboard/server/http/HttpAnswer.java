package dev.switchboard.server.http;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The answer of a plain HTTP route. Immutable; any thread.
 *
 * <p>Content-Length, Date, Connection and the compression are added on the way out. An answer with
 * an ETag or a Last-Modified header becomes a 304 if the client has it already.
 */
public final class HttpAnswer {
  private static final byte[] NONE = {};

  /** What an answer carries. */
  public sealed interface Body {
    /** The number of bytes. */
    long sizeBytes();
  }

  private final int status;
  private final Map<String, List<String>> headers;
  private final Body body;

  private HttpAnswer(int status, Map<String, List<String>> headers, Body body) {
    if (status < 200 || status > 599) {
      throw new IllegalArgumentException("the status must be 200 to 599, not " + status);
    }
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  /** An answer without a body. */
  public static HttpAnswer empty(int status) {
    return new HttpAnswer(status, Map.of(), new Bytes(NONE));
  }

  /** A plain text, sent as UTF-8. */
  public static HttpAnswer text(int status, String text) {
    return bytes(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
  }

  /** A page, sent as UTF-8. */
  public static HttpAnswer html(int status, String html) {
    return bytes(status, "text/html; charset=utf-8", html.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * JSON, sent as UTF-8.
   *
   * @param json the encoded value
   */
  public static HttpAnswer json(int status, String json) {
    return bytes(status, "application/json", json.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Any content.
   *
   * @param bytes not copied
   */
  public static HttpAnswer bytes(int status, String contentType, byte[] bytes) {
    return empty(status).header("Content-Type", contentType).body(new Bytes(bytes));
  }

  /** A redirect: 302. */
  public static HttpAnswer redirect(String location) {
    return empty(302).header("Location", location);
  }

  /** A file, read while it is sent; it must not change its size meanwhile. */
  static HttpAnswer file(String contentType, Path path, long sizeBytes) {
    return empty(200).header("Content-Type", contentType).body(new File(path, sizeBytes));
  }

  /**
   * The same answer with a header, in place of one of the same name.
   *
   * @throws IllegalArgumentException if the name is not one, or the value has control characters
   */
  public HttpAnswer header(String name, String value) {
    if (name.isEmpty() || !name.chars().allMatch(c -> c > ' ' && c < 0x7f && c != ':')) {
      throw new IllegalArgumentException("not the name of an HTTP header: " + name);
    }
    if (!value.chars().allMatch(c -> c == '\t' || (c >= ' ' && c != 0x7f))) {
      throw new IllegalArgumentException("control characters in the HTTP header " + name);
    }
    Map<String, List<String>> more = new LinkedHashMap<>(headers);
    more.keySet().removeIf(name::equalsIgnoreCase);
    more.put(name, List.of(value));
    return new HttpAnswer(status, more, body);
  }

  /** The same answer with these headers in place of those of the same names. */
  HttpAnswer headers(Map<String, List<String>> others) {
    Map<String, List<String>> more = new LinkedHashMap<>(headers);
    others.forEach(
        (name, values) -> {
          more.keySet().removeIf(name::equalsIgnoreCase);
          more.put(name, values);
        });
    return new HttpAnswer(status, more, body);
  }

  private HttpAnswer body(Body body) {
    return new HttpAnswer(status, headers, body);
  }

  /** The same answer to a client that has the content already. */
  HttpAnswer notModified() {
    Map<String, List<String>> kept = new LinkedHashMap<>(headers);
    kept.keySet().removeIf("Content-Type"::equalsIgnoreCase);
    return new HttpAnswer(304, kept, new Bytes(NONE));
  }

  public int status() {
    return status;
  }

  /** In the order to send them. Not to be changed. */
  public Map<String, List<String>> headers() {
    return headers;
  }

  public Body body() {
    return body;
  }

  /** A body in memory. */
  public static final class Bytes implements Body {
    private final byte[] bytes;

    private Bytes(byte[] bytes) {
      this.bytes = bytes;
    }

    /** Not to be changed. */
    public byte[] bytes() {
      return bytes;
    }

    @Override
    public long sizeBytes() {
      return bytes.length;
    }
  }

  /** A body on disk. */
  public record File(Path path, long sizeBytes) implements Body {}
}
