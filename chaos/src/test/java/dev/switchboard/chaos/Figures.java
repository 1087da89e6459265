package dev.switchboard.chaos;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;

/**
 * How large a test is, and what it measured. {@code -Dchaos.full=true} asks for the figures of
 * {@code docs/chaos.md}; without it the tests take seconds.
 */
final class Figures {
  static final boolean FULL = Boolean.getBoolean("chaos.full");

  /** Bounds how long anything is waited for; no figure of a row. */
  static final Duration PATIENCE = Duration.ofSeconds(60);

  private Figures() {}

  static int choose(int full, int quick) {
    return FULL ? full : quick;
  }

  static Duration seconds(double full, double quick) {
    return Duration.ofMillis(Math.round(1000 * (FULL ? full : quick)));
  }

  /** Prints what was measured, whether or not it is within the bound. */
  static void tell(String row, String format, Object... values) {
    System.out.println("chaos: " + row + ": " + String.format(Locale.ROOT, format, values));
  }

  static long millisSince(long start) {
    return millis(System.nanoTime() - start);
  }

  static long millis(long nanos) {
    return Math.round(nanos / 1e6);
  }

  /** The value that a share of all is not above. */
  static long percentile(double share, long... values) {
    if (values.length == 0) {
      return 0;
    }
    long[] sorted = values.clone();
    Arrays.sort(sorted);
    int index = (int) Math.ceil(share * sorted.length) - 1;
    return sorted[Math.max(0, index)];
  }
}
