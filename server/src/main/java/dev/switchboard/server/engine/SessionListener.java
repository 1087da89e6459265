package dev.switchboard.server.engine;

/**
 * What one session tells the layer above. All methods are called on the session's loop, one at a
 * time, in the order in which things happened; none may block.
 */
public interface SessionListener {
  /**
   * A text message arrived.
   *
   * @param text the message without its Engine.IO type; well-formed
   */
  void onText(String text);

  /** A binary message arrived. The array is the listener's own. */
  void onBinary(byte[] data);

  /** The session moved from polling to WebSocket. */
  default void onUpgrade() {}

  /**
   * The session is over: called exactly once, and nothing after it. Rooms and the like can be
   * released.
   */
  void onClose(CloseReason reason, String description);
}
