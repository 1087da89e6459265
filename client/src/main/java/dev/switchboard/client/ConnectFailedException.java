package dev.switchboard.client;

import dev.switchboard.protocol.json.Json;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A namespace could not be connected: the network failed, or the server refused. The JavaScript
 * client's {@code connect_error}.
 */
public final class ConnectFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean refused;
  private final transient @Nullable Object data;

  private ConnectFailedException(
      String message, @Nullable Throwable cause, boolean refused, @Nullable Object data) {
    super(message, cause, false, false);
    this.refused = refused;
    this.data = data;
  }

  static ConnectFailedException failed(String message, @Nullable Throwable cause) {
    return new ConnectFailedException(message, cause, false, null);
  }

  static ConnectFailedException refused(String message, @Nullable Object data) {
    return new ConnectFailedException(message, null, true, data);
  }

  /**
   * Whether the server refused the socket. Then it is not tried again, until {@link
   * ClientSocket#connect} is called; after other failures it is, as the reconnection settings say.
   */
  public boolean refused() {
    return refused;
  }

  /** What the server sent along with its refusal, as a tree. */
  public Optional<Object> data() {
    return Optional.ofNullable(data);
  }

  /**
   * What the server sent along with its refusal.
   *
   * @throws IllegalArgumentException if it is not of that shape
   */
  public <T> Optional<T> data(Class<T> type) {
    return Optional.ofNullable(data)
        .map(tree -> Json.create().fromTree(tree, type))
        .map(type::cast);
  }
}
