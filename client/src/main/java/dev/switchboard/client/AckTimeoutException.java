package dev.switchboard.client;

import java.time.Duration;

/** An acknowledgement did not come in time. */
public final class AckTimeoutException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  AckTimeoutException(Duration timeout) {
    super("no acknowledgement within " + timeout.toMillis() + " ms", null, false, false);
  }
}
