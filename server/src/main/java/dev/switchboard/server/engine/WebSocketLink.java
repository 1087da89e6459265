package dev.switchboard.server.engine;

/**
 * An open WebSocket connection, as a session uses it. A port. All methods are called on its loop,
 * but for {@link #writable}.
 */
public interface WebSocketLink {
  EventLoop loop();

  /** Whether the connection takes more without queueing beyond its high-water mark. Any thread. */
  boolean writable();

  /**
   * Adds an engine message to what the next {@link #flush} writes. All that was added since the
   * last flush goes out in one buffer, one write.
   */
  void write(OutboundMessage message, int protocol);

  /** Adds an engine packet other than a message, given as text: {@code "2"}, {@code "3probe"}. */
  void write(String packet);

  void flush();

  /** Bytes that were flushed and are not yet taken by the operating system. */
  long unsentBytes();

  /** Stops or resumes reading. */
  void reading(boolean on);

  /**
   * Flushes, sends a close frame ({@code code} 0: without a status), and closes the connection when
   * that is written or after a short time.
   */
  void close(int code, String reason);

  /** Drops the connection. */
  void abort();
}
