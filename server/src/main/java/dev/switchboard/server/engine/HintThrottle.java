package dev.switchboard.server.engine;

import java.util.concurrent.atomic.AtomicLong;

/** Lets a hint for the log through once a minute. Any thread. */
final class HintThrottle {
  private static final long PERIOD_NANOS = 60_000_000_000L;

  private final AtomicLong nextNanos;

  HintThrottle(long nowNanos) {
    this.nextNanos = new AtomicLong(nowNanos);
  }

  boolean permits(long nowNanos) {
    long next = nextNanos.get();
    return nowNanos - next >= 0 && nextNanos.compareAndSet(next, nowNanos + PERIOD_NANOS);
  }
}
