package dev.switchboard.server.engine;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The timers of one event loop: a hashed wheel with ticks of 25 ms.
 *
 * <p>Owned by its loop: every method is called there. An implementation of {@link EventLoop} keeps
 * one, forwards {@link EventLoop#schedule} to it and calls {@link #tick} every 25 ms or so. A
 * session has one or two timers that are mostly cancelled or far off, so adding and cancelling are
 * O(1) and allocate one entry of 32 bytes; precision is what is given up.
 *
 * <p>How it works: an entry hangs in the bucket of the tick at which it is due, modulo the number
 * of buckets (51 s), in a doubly linked list of the entries themselves. A tick visits one bucket
 * and runs those entries whose round it is.
 */
public final class TimerWheel {
  /** The length of a tick. */
  public static final Duration TICK = Duration.ofMillis(25);

  private static final Logger log = LoggerFactory.getLogger(TimerWheel.class);
  private static final long TICK_NANOS = TICK.toNanos();
  private static final int BUCKETS = 2048;
  private static final long LONGEST_NANOS = Long.MAX_VALUE / 4;

  private final @Nullable Entry[] buckets = new @Nullable Entry[BUCKETS];
  private final long startNanos;
  private long ticksDone;
  private int size;
  // The entry to visit next; cancel() moves it on, since a task may cancel any entry.
  private @Nullable Entry cursor;

  /**
   * @param nowNanos the time, as {@link System#nanoTime} counts it
   */
  public TimerWheel(long nowNanos) {
    this.startNanos = nowNanos;
  }

  /**
   * Has a task run by the first {@link #tick} that comes {@code delay} or more after now.
   *
   * @return the handle to cancel it with
   */
  public EventLoop.Timeout schedule(Runnable task, Duration delay, long nowNanos) {
    long delayNanos = delay.isNegative() ? 0 : saturatedNanos(delay);
    long elapsed = nowNanos - startNanos + delayNanos;
    long dueTick = Math.max(ticksDone, (elapsed + TICK_NANOS - 1) / TICK_NANOS);
    Entry entry = new Entry(this, task, dueTick);
    entry.link();
    return entry;
  }

  private static long saturatedNanos(Duration delay) {
    return delay.toSeconds() >= LONGEST_NANOS / 1_000_000_000L ? LONGEST_NANOS : delay.toNanos();
  }

  /** Runs what is due. A task that throws is logged; the others run nevertheless. */
  public void tick(long nowNanos) {
    long nowTick = (nowNanos - startNanos) / TICK_NANOS;
    while (ticksDone <= nowTick) {
      if (size == 0) {
        ticksDone = nowTick + 1;
        return;
      }
      long due = ticksDone++;
      runBucket((int) (due & (BUCKETS - 1)), due);
    }
  }

  private void runBucket(int bucket, long dueTick) {
    cursor = buckets[bucket];
    while (cursor != null) {
      Entry entry = cursor;
      cursor = entry.next;
      if (entry.dueTick <= dueTick) {
        entry.cancel();
        try {
          entry.task.run();
        } catch (Throwable e) {
          log.error("A timer's task failed", e);
        }
      }
    }
  }

  /** The number of tasks that wait. */
  public int size() {
    return size;
  }

  private static final class Entry implements EventLoop.Timeout {
    private final TimerWheel wheel;
    private final Runnable task;
    private final long dueTick;
    private @Nullable Entry previous;
    private @Nullable Entry next;
    private boolean linked;

    Entry(TimerWheel wheel, Runnable task, long dueTick) {
      this.wheel = wheel;
      this.task = task;
      this.dueTick = dueTick;
    }

    private void link() {
      int bucket = (int) (dueTick & (BUCKETS - 1));
      Entry first = wheel.buckets[bucket];
      next = first;
      if (first != null) {
        first.previous = this;
      }
      wheel.buckets[bucket] = this;
      wheel.size++;
      linked = true;
    }

    @Override
    public void cancel() {
      if (!linked) {
        return;
      }
      linked = false;
      wheel.size--;
      if (wheel.cursor == this) {
        wheel.cursor = next;
      }
      if (previous == null) {
        wheel.buckets[(int) (dueTick & (BUCKETS - 1))] = next;
      } else {
        previous.next = next;
      }
      if (next != null) {
        next.previous = previous;
      }
      previous = null;
      next = null;
    }
  }
}
