package dev.switchboard.server;

import dev.switchboard.server.HandlerRun.Batch;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks after handlers that block: as long as handlers run, a thread of its own looks once a
 * millisecond whether one has not returned, hands back what was written until then, and has others
 * run what waits behind it.
 *
 * <p>One for each server. It parks when nothing has run for a while, so that an idle server has no
 * timer; its thread starts with the first handler.
 */
final class Relief {
  /** How long a handler may take before those behind it are relieved. */
  static final long PATIENCE_NANOS = 500_000;

  private static final long PERIOD_NANOS = 1_000_000;

  /**
   * After so many looks without anything running the thread parks: waking it costs more than a few
   * looks.
   */
  private static final int IDLE_LOOKS = 100;

  private final Executor executor;
  private final Set<HandlerRun> running = ConcurrentHashMap.newKeySet();
  private final Thread thread;
  private final AtomicBoolean started = new AtomicBoolean();
  private volatile boolean parked;
  private volatile boolean closed;

  /**
   * @param executor may refuse: then those behind a handler wait for it
   */
  Relief(Executor executor) {
    this.executor = executor;
    thread = new Thread(this::look, "switchboard-relief");
    thread.setDaemon(true);
  }

  /** A run begins. */
  void watch(HandlerRun run) {
    running.add(run);
    if (!started.get() && started.compareAndSet(false, true)) {
      thread.start();
    } else if (parked) {
      LockSupport.unpark(thread);
    }
  }

  /** A run ended. */
  void unwatch(HandlerRun run) {
    running.remove(run);
  }

  void close() {
    closed = true;
    LockSupport.unpark(thread);
  }

  private void look() {
    int idleLooks = 0;
    while (!closed) {
      LockSupport.parkNanos(this, PERIOD_NANOS);
      if (running.isEmpty()) {
        if (++idleLooks >= IDLE_LOOKS) {
          parked = true;
          while (running.isEmpty() && !closed) {
            LockSupport.park(this);
          }
          parked = false;
          idleLooks = 0;
        }
        continue;
      }
      idleLooks = 0;
      long now = System.nanoTime();
      for (HandlerRun run : running) {
        if (run.overdue(now)) {
          relieve(run);
        }
      }
    }
  }

  private void relieve(HandlerRun run) {
    run.handBack();
    Batch batch = run.batch();
    for (int reliefs = batch.nextReliefs(); reliefs > 0; reliefs--) {
      try {
        executor.execute(new HandlerRun(batch, this));
      } catch (RejectedExecutionException full) {
        return; // the run that is on it comes to the rest in its own time
      }
    }
  }
}
