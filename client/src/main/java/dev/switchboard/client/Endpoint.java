package dev.switchboard.client;

import java.net.URI;
import java.util.Locale;

/**
 * Where a URL leads, by the rules of the JavaScript client: its path names the namespace, its query
 * goes along with the handshake.
 *
 * @param origin scheme {@code http} or {@code https}, host and port; the same for all namespaces of
 *     one server
 * @param namespace with its leading slash
 * @param query as it stood in the URL, without the question mark; may be empty
 */
record Endpoint(String origin, String namespace, String query) {
  static Endpoint parse(String url) {
    URI uri = URI.create(url.contains("://") ? url : "https://" + url);
    boolean secure =
        switch (uri.getScheme().toLowerCase(Locale.ROOT)) {
          case "https", "wss" -> true;
          case "http", "ws" -> false;
          default ->
              throw new IllegalArgumentException(
                  "a URL starts with http, https, ws or wss, not with " + uri.getScheme());
        };
    if (uri.getHost() == null) {
      throw new IllegalArgumentException("a URL names a host, as in https://host/namespace");
    }
    int port = uri.getPort() >= 0 ? uri.getPort() : secure ? 443 : 80;
    String path = uri.getPath();
    return new Endpoint(
        (secure ? "https://" : "http://") + uri.getHost().toLowerCase(Locale.ROOT) + ":" + port,
        path.isEmpty() ? "/" : path,
        uri.getRawQuery() == null ? "" : uri.getRawQuery());
  }
}
