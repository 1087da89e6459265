package dev.switchboard.client;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * How long to wait before the next attempt: doubled each time, moved at random so that clients do
 * not come back together, and never more than {@code max}. Of one thread.
 */
final class Backoff {
  private static final int MOST_DOUBLINGS = 40; // keeps the power far from overflow

  private final Duration min;
  private final Duration max;
  private final double jitter;
  private final DoubleSupplier random;
  private int attempts;

  /**
   * @param jitter from 0 (none) to 1
   * @param random gives values from 0 to 1
   */
  Backoff(Duration min, Duration max, double jitter, DoubleSupplier random) {
    if (min.isNegative() || max.compareTo(min) < 0) {
      throw new IllegalArgumentException("the delay is at least 0 and at most the longest delay");
    }
    if (!(jitter >= 0 && jitter <= 1)) {
      throw new IllegalArgumentException("the randomization factor is from 0 to 1, not " + jitter);
    }
    this.min = min;
    this.max = max;
    this.jitter = jitter;
    this.random = random;
  }

  Duration next() {
    double millis = (double) min.toMillis() * Math.pow(2, Math.min(attempts, MOST_DOUBLINGS));
    attempts++;
    // The cap comes after the jitter, as in the reference: late attempts are often exactly max.
    double moved = millis + (random.getAsDouble() * 2 - 1) * jitter * millis;
    return Duration.ofMillis((long) Math.min(moved, (double) max.toMillis()));
  }

  int attempts() {
    return attempts;
  }

  void reset() {
    attempts = 0;
  }
}
