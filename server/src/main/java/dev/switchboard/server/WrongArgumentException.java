package dev.switchboard.server;

/**
 * A client sent an argument that is not of the type that the handler takes. {@link Socket#onError}
 * handlers get it; it is the client's mistake, and logged at debug only.
 */
public final class WrongArgumentException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  WrongArgumentException(String event, IllegalArgumentException cause) {
    super(event + ": " + cause.getMessage(), cause, false, false);
  }
}
