package dev.switchboard.server.engine;

import java.util.HashMap;
import java.util.Map;

/**
 * Counts what each remote address does within the present second. Any thread.
 *
 * <p>Holds at most {@link #MOST} addresses; those beyond are not counted, since a peer with that
 * many addresses is not held up by a count for each.
 */
final class AddressWindow {
  private static final int MOST = 10_000;
  private static final long WINDOW_NANOS = 1_000_000_000L;

  private final Map<String, Integer> counts = new HashMap<>();
  private long startNanos;

  AddressWindow(long nowNanos) {
    this.startNanos = nowNanos;
  }

  /** How many there were in this second. */
  synchronized int counted(String address, long nowNanos) {
    moveTo(nowNanos);
    return counts.getOrDefault(address, 0);
  }

  private void moveTo(long nowNanos) {
    if (nowNanos - startNanos >= WINDOW_NANOS) {
      counts.clear();
      startNanos = nowNanos;
    }
  }

  /** Counts one more, and says how many there were in this second, with this one. */
  synchronized int count(String address, long nowNanos) {
    moveTo(nowNanos);
    if (counts.size() >= MOST && !counts.containsKey(address)) {
      return 1;
    }
    return counts.merge(address, 1, Integer::sum);
  }
}
