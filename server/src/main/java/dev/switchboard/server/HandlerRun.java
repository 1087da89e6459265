package dev.switchboard.server;

import dev.switchboard.server.engine.OutputBatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Runs what a turn of an event loop made ready, one after the other, and hands the output back to
 * the loops once, at the end. Several runs may share a batch: that is how those who wait behind a
 * handler that blocks are relieved.
 *
 * <p>Runs on the handler executor; {@link Relief} looks at it from its own thread.
 */
final class HandlerRun implements Runnable {
  private final Batch batch;
  private final Relief relief;

  /** Since when the current item runs, in {@code System.nanoTime()}; 0 while none does. */
  private volatile long since;

  private volatile @Nullable Runnable current;
  private volatile @Nullable OutputBatch output;

  HandlerRun(Batch batch, Relief relief) {
    this.batch = batch;
    this.relief = relief;
  }

  /** Items to run, each once, by whichever run comes to it first. */
  static final class Batch {
    private final Runnable[] items;
    private final AtomicInteger next = new AtomicInteger();
    private int reliefs = 1;

    Batch(Runnable... items) {
      this.items = items;
    }

    private @Nullable Runnable take() {
      int index = next.get() < items.length ? next.getAndIncrement() : items.length;
      return index < items.length ? items[index] : null;
    }

    int waiting() {
      return Math.max(0, items.length - next.get());
    }

    /**
     * How many runs to add now: twice as many each time, so that a hundred that block cost seven
     * steps. Called by {@link Relief} only.
     */
    int nextReliefs() {
      int count = Math.min(reliefs, waiting());
      reliefs *= 2;
      return count;
    }
  }

  @Override
  public void run() {
    OutputBatch outer = OutputBatch.current();
    if (outer != null) {
      run(outer); // an executor that is full may run its tasks on the thread that brings them
      return;
    }
    try (OutputBatch own = OutputBatch.open()) {
      run(own);
    }
  }

  private void run(OutputBatch written) {
    try {
      output = written;
      relief.watch(this);
      long start = System.nanoTime();
      for (Runnable item = batch.take(); item != null; item = batch.take()) {
        current = item;
        since = start;
        item.run();
        long end = System.nanoTime();
        if (item instanceof Mailbox mailbox) {
          if (end - start > Relief.PATIENCE_NANOS) {
            mailbox.wasSlow();
          } else {
            mailbox.wasFast();
          }
        }
        start = end;
      }
    } finally {
      since = 0;
      current = null;
      output = null;
      relief.unwatch(this);
    }
  }

  Batch batch() {
    return batch;
  }

  /** Whether the current item has run for longer than the others should wait. */
  boolean overdue(long now) {
    long started = since;
    return started != 0 && now - started > Relief.PATIENCE_NANOS;
  }

  /** Hands over what was written so far, and remembers who is slow. By {@link Relief}. */
  void handBack() {
    OutputBatch written = output;
    if (written != null) {
      written.flush();
    }
    if (current instanceof Mailbox mailbox) {
      mailbox.wasSlow();
    }
  }
}
