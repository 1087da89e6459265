package dev.switchboard.server;

import dev.switchboard.protocol.cluster.RecoveryStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Keeps the sessions of connected clients up to date in a store that wants that, so that they can
 * be resumed elsewhere after this node has ended without a word. A session is written soon after
 * its rooms changed, and every few seconds for the sake of its data; so many at a time and no more.
 *
 * <p>Any thread. What is written while a socket closes cannot come behind what its closing writes.
 */
final class Snapshots {
  private static final long TICK_MILLIS = 100;
  private static final int MOST_PER_TICK = 200;
  private static final Duration LONGEST_INTERVAL = Duration.ofSeconds(15);

  private final RecoveryStore store;
  private final Executor executor;
  private final long intervalNanos;
  private final Set<Socket> changed = ConcurrentHashMap.newKeySet();

  /** Those that are written now and then. */
  private final Set<Socket> known = ConcurrentHashMap.newKeySet();

  private final Queue<Map.Entry<Socket, Long>> due = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean running = new AtomicBoolean();
  private final Future<?> timer;

  /**
   * @param window how long a session is kept; it is written several times within
   */
  Snapshots(
      RecoveryStore store, Executor executor, ScheduledExecutorService timers, Duration window) {
    this.store = store;
    this.executor = executor;
    Duration third = window.dividedBy(3);
    this.intervalNanos =
        (third.compareTo(LONGEST_INTERVAL) < 0 ? third : LONGEST_INTERVAL).toNanos();
    this.timer =
        timers.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** A socket is connected, or its rooms have changed. */
  void changed(Socket socket) {
    changed.add(socket);
  }

  /** A socket is closed: {@code last} says what becomes of its session. */
  synchronized void ended(Runnable last) {
    last.run();
  }

  private void tick() {
    if (running.compareAndSet(false, true)) {
      try {
        executor.execute(this::write);
      } catch (RejectedExecutionException closed) {
        timer.cancel(false);
      }
    }
  }

  private void write() {
    try {
      int written = 0;
      for (Socket socket : List.copyOf(changed)) {
        changed.remove(socket);
        write(socket, known.add(socket));
        if (++written == MOST_PER_TICK) {
          return;
        }
      }
      long now = System.nanoTime();
      for (Map.Entry<Socket, Long> next = due.peek();
          next != null && next.getValue() - now <= 0 && written < MOST_PER_TICK;
          next = due.peek()) {
        due.remove();
        write(next.getKey(), true);
        written++;
      }
    } finally {
      running.set(false);
    }
  }

  private void write(Socket socket, boolean again) {
    synchronized (this) {
      RecoveryStore.Session session = socket.session();
      if (session == null) {
        known.remove(socket); // gone, or not there yet
        return;
      }
      store.snapshot(session);
    }
    if (again) {
      due.add(Map.entry(socket, System.nanoTime() + intervalNanos));
    }
  }

  void close() {
    timer.cancel(false);
    changed.clear();
    known.clear();
    due.clear();
  }
}
