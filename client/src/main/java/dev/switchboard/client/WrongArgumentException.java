package dev.switchboard.client;

/**
 * The server sent an argument that is not of the type that the handler takes. {@link
 * ClientSocket#onError} handlers get it.
 */
public final class WrongArgumentException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  WrongArgumentException(String event, IllegalArgumentException cause) {
    super(event + ": " + cause.getMessage(), cause, false, false);
  }
}
