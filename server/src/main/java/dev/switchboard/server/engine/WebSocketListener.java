package dev.switchboard.server.engine;

/** What an open WebSocket connection tells the engine, on the connection's loop. */
public interface WebSocketListener {
  /** A whole text message, well-formed UTF-8. */
  void onText(String text);

  /** A whole binary message. The array is the listener's own. */
  void onBinary(byte[] data);

  /** The connection takes more again, after {@link WebSocketLink#writable} was false. */
  void onWritable();

  /**
   * The connection is over: once, and nothing after it.
   *
   * @param error whether it broke a rule or was cut, rather than closed by a close frame or a clean
   *     end
   * @param description for the log and for the disconnect handler: {@code "Max payload size
   *     exceeded"}
   */
  void onClose(boolean error, String description);
}
