package dev.switchboard.client;

import java.time.Duration;
import java.util.Objects;

/**
 * How a lost connection is made anew. The delay doubles with each attempt, is moved at random, so
 * that clients do not all come back at once, and is never longer than {@code delayMax}.
 *
 * @param enabled default true
 * @param attempts how many are made before giving up; default without end ({@code
 *     Integer.MAX_VALUE})
 * @param delay before the first attempt; default 1 s
 * @param delayMax default 5 s
 * @param randomizationFactor how far a delay is moved, either way: from 0 (not at all) to 1;
 *     default 0.5
 */
public record ReconnectionSettings(
    boolean enabled, int attempts, Duration delay, Duration delayMax, double randomizationFactor) {
  public static final ReconnectionSettings DEFAULT =
      new ReconnectionSettings(
          true, Integer.MAX_VALUE, Duration.ofSeconds(1), Duration.ofSeconds(5), 0.5);

  public ReconnectionSettings {
    Objects.requireNonNull(delay, "delay");
    Objects.requireNonNull(delayMax, "delayMax");
    if (attempts < 0) {
      throw new IllegalArgumentException("attempts must be at least 0, not " + attempts);
    }
    if (delay.isNegative() || delayMax.isNegative()) {
      throw new IllegalArgumentException("a delay must be at least 0");
    }
    if (!(randomizationFactor >= 0 && randomizationFactor <= 1)) {
      throw new IllegalArgumentException(
          "randomizationFactor must be from 0 to 1, not " + randomizationFactor);
    }
  }

  /** See {@link #enabled}. */
  public ReconnectionSettings enabled(boolean on) {
    return new ReconnectionSettings(on, attempts, delay, delayMax, randomizationFactor);
  }

  /** See {@link #attempts}. */
  public ReconnectionSettings attempts(int most) {
    return new ReconnectionSettings(enabled, most, delay, delayMax, randomizationFactor);
  }

  /** See {@link #delay}; the longest delay grows with it. */
  public ReconnectionSettings delay(Duration first) {
    Duration longest = delayMax.compareTo(first) < 0 ? first : delayMax;
    return new ReconnectionSettings(enabled, attempts, first, longest, randomizationFactor);
  }

  /** See {@link #delayMax}. */
  public ReconnectionSettings delayMax(Duration longest) {
    return new ReconnectionSettings(enabled, attempts, delay, longest, randomizationFactor);
  }

  /** See {@link #randomizationFactor}. */
  public ReconnectionSettings randomizationFactor(double factor) {
    return new ReconnectionSettings(enabled, attempts, delay, delayMax, factor);
  }
}
