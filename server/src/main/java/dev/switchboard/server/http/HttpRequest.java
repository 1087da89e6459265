package dev.switchboard.server.http;

import dev.switchboard.server.engine.RequestInfo;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A request for a plain HTTP route, complete with its body. Immutable; any thread. */
public final class HttpRequest {
  private final RequestInfo info;
  private final String path;
  private final byte[] body;

  /**
   * A request.
   *
   * @param body not copied
   */
  public HttpRequest(RequestInfo info, byte[] body) {
    this.info = info;
    this.path = UrlPath.of(info.url());
    this.body = body;
  }

  /** GET, POST and so on. */
  public String method() {
    return info.method();
  }

  /** The path as sent, percent-encoded, without the query. */
  public String path() {
    return path;
  }

  /** A parameter of the query, decoded; of several with the same name the last. */
  public Optional<String> query(String name) {
    return Optional.ofNullable(info.query().get(name));
  }

  /**
   * The first value of a header.
   *
   * @param name in lower case
   */
  public Optional<String> header(String name) {
    return Optional.ofNullable(info.header(name));
  }

  /** The body; empty if there is none. Not to be changed. */
  public byte[] body() {
    return body;
  }

  /** The body as UTF-8. */
  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  /** Method, URL, headers and address, as the engine has them of its own requests. */
  public RequestInfo info() {
    return info;
  }
}
