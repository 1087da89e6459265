package dev.switchboard.server.engine;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Requests as the transport's library would hand them over. */
final class Requests {
  static final String PATH = "/engine.io/";

  private Requests() {}

  static RequestInfo of(String method, String query, String... headers) {
    return of(method, query, false, headers);
  }

  /**
   * @param headers names and values in turn
   */
  static RequestInfo of(String method, String query, boolean secure, String... headers) {
    Map<String, String> parameters = new HashMap<>();
    for (String parameter : query.split("&", -1)) {
      int equals = parameter.indexOf('=');
      if (equals > 0) {
        parameters.put(parameter.substring(0, equals), parameter.substring(equals + 1));
      }
    }
    Map<String, List<String>> named = new HashMap<>();
    for (int i = 0; i < headers.length; i += 2) {
      named.put(headers[i], List.of(headers[i + 1]));
    }
    return new RequestInfo(method, PATH + '?' + query, parameters, named, "127.0.0.1", secure);
  }

  static RequestInfo from(RequestInfo request, String address) {
    return new RequestInfo(
        request.method(),
        request.url(),
        request.query(),
        request.headers(),
        address,
        request.secure());
  }
}
