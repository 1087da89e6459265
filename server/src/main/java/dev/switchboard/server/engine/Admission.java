package dev.switchboard.server.engine;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Whether a client may open a session.
 *
 * @param refusal the message that the client gets; null if it may
 */
public record Admission(@Nullable String refusal) {
  private static final Admission ALLOWED = new Admission(null);

  /** The client may. */
  public static Admission allow() {
    return ALLOWED;
  }

  /** The client may not, and is answered 403 with this message. */
  public static Admission refuse(String message) {
    return new Admission(Objects.requireNonNull(message, "message"));
  }

  /** Whether the client may. */
  public boolean allowed() {
    return refusal == null;
  }
}
