package dev.switchboard.server;

import java.util.List;

/** A node did not answer in time. What the others said is here. */
public final class RequestTimeoutException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<?> partial;
  private final int missing;

  RequestTimeoutException(String what, List<?> partial, int missing) {
    super(
        "timeout reached while waiting for " + what + ": " + missing + " servers did not answer",
        null,
        false,
        false);
    this.partial = List.copyOf(partial);
    this.missing = missing;
  }

  /** What was collected. */
  public List<?> partial() {
    return partial;
  }

  /** How many servers did not answer. */
  public int missing() {
    return missing;
  }
}
