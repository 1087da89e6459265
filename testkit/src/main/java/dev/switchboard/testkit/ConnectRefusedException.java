package dev.switchboard.testkit;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The server refused a {@link TestClient}: what JavaScript has as {@code connect_error}. */
public final class ConnectRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient @Nullable Object data;

  ConnectRefusedException(@Nullable Object error) {
    super(
        error instanceof Map<?, ?> map
            ? String.valueOf(map.get("message"))
            : String.valueOf(error));
    data = error instanceof Map<?, ?> map ? map.get("data") : null;
  }

  /** The data that the middleware gave, as a tree. */
  public @Nullable Object data() {
    return data;
  }
}
