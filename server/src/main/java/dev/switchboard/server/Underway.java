package dev.switchboard.server;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Counts what has begun and not ended, and tells, once, when there is nothing left. Any thread. */
final class Underway {
  private final AtomicLong count = new AtomicLong();
  private volatile @Nullable CompletableFuture<Void> none;

  void begin() {
    count.incrementAndGet();
  }

  void end() {
    if (count.decrementAndGet() == 0) {
      CompletableFuture<Void> waiting = none;
      if (waiting != null) {
        waiting.complete(null);
      }
    }
  }

  /** Completes when nothing is under way. Called once. */
  CompletableFuture<Void> none() {
    var waiting = new CompletableFuture<Void>();
    none = waiting;
    if (count.get() == 0) {
      waiting.complete(null);
    }
    return waiting;
  }
}
