package dev.switchboard.client.engine;

import org.jspecify.annotations.Nullable;

/**
 * What a session tells its owner, on the loop: {@code opened} at most once, then messages in the
 * order in which the server sent them, then {@code closed} exactly once and last.
 */
public interface EngineListener {
  /** The handshake is done. */
  void opened();

  /** A text message. */
  void text(String message);

  /** A binary message; the array is the listener's. */
  void binary(byte[] message);

  /** The session has moved to WebSocket. */
  void upgraded();

  /**
   * The session is over, or could not be opened.
   *
   * @param cause what went wrong, or null if nothing did
   */
  void closed(CloseReason reason, @Nullable EngineException cause);
}
