package dev.switchboard.server.engine;

import java.time.Duration;

/**
 * The one thread that owns a session. A port: the transport's library implements it, and tests do
 * with virtual time.
 *
 * <p>Any thread may call these methods. Each thread has one object, always the same: loops are told
 * apart by identity.
 */
public interface EventLoop {
  /**
   * Runs the task on the loop, after what is there already; from the loop itself: at the end of the
   * turn, once the I/O that is ready is done.
   */
  void execute(Runnable task);

  /** Whether the calling thread is the loop's. */
  boolean inLoop();

  /**
   * Runs the task on the loop once, after about {@code delay} (to within 25 ms: a wheel with coarse
   * ticks keeps it).
   */
  Timeout schedule(Runnable task, Duration delay);

  /** A scheduled task. */
  interface Timeout {
    /** Prevents the task from running, if it has not run. Cheap; call it on the loop. */
    void cancel();
  }
}
