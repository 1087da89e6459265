package dev.switchboard.server.engine;

/** Lets so many through a second, and a burst at once. Any thread. */
final class TokenBucket {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final long nanosPerToken;
  private final long capacityNanos;
  private long fullAtNanos;

  TokenBucket(int perSecond, int burst, long nowNanos) {
    this.nanosPerToken = NANOS_PER_SECOND / perSecond;
    this.capacityNanos = nanosPerToken * burst;
    this.fullAtNanos = nowNanos;
  }

  /** Takes a token, if there is one. */
  synchronized boolean take(long nowNanos) {
    long from = fullAtNanos - nowNanos < 0 ? nowNanos : fullAtNanos;
    if (from + nanosPerToken - nowNanos > capacityNanos) {
      return false;
    }
    fullAtNanos = from + nanosPerToken;
    return true;
  }
}
