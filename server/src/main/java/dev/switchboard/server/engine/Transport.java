package dev.switchboard.server.engine;

/**
 * What carries a session: HTTP long-polling or a WebSocket, here or on another node. Owned by the
 * session's loop, but for {@link #writable}.
 */
abstract sealed class Transport permits PollingTransport, WebSocketTransport, RemoteTransport {
  /** {@code polling} or {@code websocket}. */
  abstract String name();

  /** Whether packets can be written now. Any thread; elsewhere than on the loop it is a guess. */
  abstract boolean writable();

  /** Writes packets; {@link #writable} was true. */
  abstract void write(Outbox.Node first);

  /** Bytes written that the peer's side has not taken. */
  abstract long unsentBytes();

  /** Stops or resumes reading. */
  abstract void reading(boolean on);

  /** Begins the orderly close that the server wants; ends with {@link EngineSession#end}. */
  abstract void beginClose();

  /** The peer sent a close packet; ends with {@link EngineSession#end}. */
  abstract void peerCloses();

  /** Closes: the session is over. */
  abstract void close(CloseReason reason);
}
