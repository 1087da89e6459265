package dev.switchboard.interop.wire;

import java.io.IOException;

/** A client that a row needs could not connect, so that the row did not begin. */
final class SetUpException extends IOException {
  private static final long serialVersionUID = 1L;

  SetUpException(String message) {
    super(message);
  }
}
