package dev.switchboard.server.engine;

import java.util.Map;

/**
 * A refused request, as the reference's {@code connection_error} event reports it.
 *
 * @param code 0 transport unknown, 1 session unknown, 2 bad handshake method, 3 bad request, 4
 *     forbidden, 5 unsupported protocol version
 * @param context what was wrong, with the reference's keys ({@code name}, {@code transport}, {@code
 *     previousTransport} ...)
 */
public record ConnectionError(
    RequestInfo request, int code, String message, Map<String, Object> context) {
  public ConnectionError {
    context = Map.copyOf(context);
  }
}
