package dev.switchboard.client.engine;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that owns the state of clients: their sessions, their timers, their queues. Any thread
 * may hand it a task; tasks of one thread run in the order in which it handed them over.
 *
 * <p>All clients of a JVM share one loop. A client does little there: the network has threads of
 * its own, packets are written on the thread that emits, listeners run elsewhere. So one thread is
 * enough for thousands of clients, a client costs no thread, and no state needs a lock. Nothing
 * that may wait is allowed here.
 *
 * <p>The thread is a daemon: it never keeps a program alive.
 */
public final class ClientLoop implements Executor {
  private static final Logger log = LoggerFactory.getLogger(ClientLoop.class);
  private static final ClientLoop SHARED = new ClientLoop();

  private final ScheduledThreadPoolExecutor executor;

  private ClientLoop() {
    executor =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              var thread = new Thread(task, "switchboard-client");
              thread.setDaemon(true);
              return thread;
            });
    // a time-out that was not needed must not stay until its time
    executor.setRemoveOnCancelPolicy(true);
  }

  /** The loop of all clients. */
  public static ClientLoop shared() {
    return SHARED;
  }

  @Override
  public void execute(Runnable task) {
    executor.execute(() -> run(task));
  }

  /** Runs a task later, unless it is cancelled. */
  public Timer schedule(Runnable task, Duration delay) {
    Future<?> scheduled =
        executor.schedule(() -> run(task), delay.toMillis(), TimeUnit.MILLISECONDS);
    return () -> scheduled.cancel(false);
  }

  /** How many timers and tasks wait. For tests: nothing must be kept of what is over. */
  public int waiting() {
    return executor.getQueue().size();
  }

  // The executor would keep what a task throws in a future that nobody looks at.
  private static void run(Runnable task) {
    try {
      task.run();
    } catch (Throwable e) {
      log.error("a task of the client's loop failed", e);
    }
  }

  /** A task that is to run later. */
  @FunctionalInterface
  public interface Timer {
    /** A timer that is over. */
    Timer NONE = () -> {};

    /** Forgets the task; does nothing if it ran. On the loop, it surely does not run after that. */
    void cancel();
  }
}
