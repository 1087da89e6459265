package dev.switchboard.server.engine;

/** Why a request that may be right was not served; see {@link LimitSettings}. */
public enum TurnedAway {
  /** The server drains: 503. */
  DRAINING(503, "The server is shutting down"),
  /** {@code maxConnections} sessions are open: 503. */
  TOO_MANY_CONNECTIONS(503, "Too many connections"),
  /** {@code handshakesPerSecond} is exceeded: 503. */
  TOO_MANY_HANDSHAKES(503, "Too many handshakes"),
  /** {@code maxConnectionsPerAddress} sessions are open from the address: 429. */
  TOO_MANY_CONNECTIONS_OF_ADDRESS(429, "Too many connections from this address"),
  /** {@code unknownSidsPerSecond} is exceeded by the address: 429. */
  TOO_MANY_UNKNOWN_SESSIONS(429, "Too many requests with unknown session ids");

  private final int status;
  private final String message;

  TurnedAway(int status, String message) {
    this.status = status;
    this.message = message;
  }

  /** The HTTP status of the answer. */
  public int status() {
    return status;
  }

  String message() {
    return message;
  }
}
