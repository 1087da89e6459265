package dev.switchboard.client.engine;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * How sessions of one server are opened. Owners with equal settings can share a session.
 *
 * @param path of the handshake, as in {@code /socket.io/}
 * @param query sent along with every request, encoded, without the question mark; may be empty
 * @param headers sent along with every request
 * @param transports those to use, the first one first: {@code polling}, {@code websocket}
 * @param upgrade whether a session moves from polling to WebSocket when it can
 * @param rememberUpgrade whether a session starts on WebSocket where an earlier one had moved to it
 * @param tryAllTransports whether a handshake that fails is tried on the next transport
 * @param timeout how long the probe of an upgrade may take
 * @param maxMessageBytes the longest message, and the longest polling body, that is taken
 */
public record EngineSettings(
    String path,
    String query,
    Map<String, String> headers,
    List<String> transports,
    boolean upgrade,
    boolean rememberUpgrade,
    boolean tryAllTransports,
    Duration timeout,
    int maxMessageBytes,
    NetworkSettings network) {
  public static final String POLLING = "polling";
  public static final String WEBSOCKET = "websocket";

  public EngineSettings {
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(query, "query");
    headers = Map.copyOf(headers);
    transports = List.copyOf(transports);
    Objects.requireNonNull(timeout, "timeout");
    Objects.requireNonNull(network, "network");
    if (transports.isEmpty()) {
      throw new IllegalArgumentException("transports names at least one: polling or websocket");
    }
    for (String transport : transports) {
      if (!transport.equals(POLLING) && !transport.equals(WEBSOCKET)) {
        throw new IllegalArgumentException(
            "transports are polling and websocket, not " + transport);
      }
    }
  }
}
