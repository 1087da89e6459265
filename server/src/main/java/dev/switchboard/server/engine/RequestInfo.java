package dev.switchboard.server.engine;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The HTTP request that a session began with, or that was refused.
 *
 * @param url path and query as sent
 * @param query the decoded query; of a name that occurs several times the last value
 * @param headers by lower-case name, in the order sent
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
}
