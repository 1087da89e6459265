package dev.switchboard.server;

import org.jspecify.annotations.Nullable;

/**
 * Thrown by a {@link Middleware} to refuse a socket: the client gets a {@code connect_error} with
 * the message, and with the data if there is any. It carries no stack trace.
 */
public final class ConnectRejected extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient @Nullable Object data;

  public ConnectRejected(String message) {
    this(message, null);
  }

  /**
   * @param data what the client finds in {@code err.data}: anything that JSON can hold
   */
  public ConnectRejected(String message, @Nullable Object data) {
    super(message, null, false, false);
    this.data = data;
  }

  public @Nullable Object data() {
    return data;
  }
}
