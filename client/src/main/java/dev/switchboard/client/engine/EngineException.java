package dev.switchboard.client.engine;

import org.jspecify.annotations.Nullable;

/** A connection failed; the message says what was tried and what came. */
public final class EngineException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public EngineException(String message) {
    this(message, null);
  }

  // Without a stack trace: it would always be that of the loop.
  public EngineException(String message, @Nullable Throwable cause) {
    super(message, cause, false, false);
  }
}
