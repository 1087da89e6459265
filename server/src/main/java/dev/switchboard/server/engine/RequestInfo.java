package dev.switchboard.server.engine;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP request that a session began with, or that was refused.
 *
 * @param url path and query as sent
 * @param query the decoded query; of a name that occurs several times the last value
 * @param headers by lower-case name, the values in the order sent; {@code x-forwarded-host} is
 *     there only if a trusted proxy sent it: the transport's library takes it away otherwise
 * @param remoteAddress the peer's address, or the client's behind trusted proxies
 * @param secure whether it came over TLS, or a trusted proxy says so
 */
public record RequestInfo(
    String method,
    String url,
    Map<String, String> query,
    Map<String, List<String>> headers,
    String remoteAddress,
    boolean secure) {
  public RequestInfo {
    Objects.requireNonNull(method, "method");
    Objects.requireNonNull(url, "url");
    query = Map.copyOf(query);
    headers = Map.copyOf(headers);
  }

  /** The first value of a header, by its lower-case name; null if there is none. */
  public @Nullable String header(String name) {
    List<String> values = headers.get(name);
    return values == null || values.isEmpty() ? null : values.get(0);
  }

  /** Without the query, which can have a session's id, and without the headers. */
  @Override
  public String toString() {
    int query = url.indexOf('?');
    return method + ' ' + (query < 0 ? url : url.substring(0, query)) + " from " + remoteAddress;
  }
}
