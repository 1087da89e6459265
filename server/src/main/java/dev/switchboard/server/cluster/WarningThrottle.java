package dev.switchboard.server.cluster;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Lets a warning through once a second: what fails once for each message must not fill the log. Any
 * thread.
 */
public final class WarningThrottle {
  private static final long PERIOD_NANOS = 1_000_000_000L;

  private final AtomicLong next = new AtomicLong(System.nanoTime());

  /** Whether to log it, this time. */
  public boolean permits() {
    long now = System.nanoTime();
    long due = next.get();
    return now - due >= 0 && next.compareAndSet(due, now + PERIOD_NANOS);
  }
}
