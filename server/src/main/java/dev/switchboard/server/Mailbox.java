package dev.switchboard.server;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What waits for the handlers of one socket: its tasks run one at a time, in the order of their
 * arrival, on whichever thread runs the mailbox.
 *
 * <p>Any thread adds; one thread at a time runs. Whoever adds to an idle mailbox must see that it
 * is run, once.
 *
 * <p>The tasks are a stack of arrivals. {@code null} is an idle mailbox; {@link #RUNNING} at its
 * bottom means that somebody runs it, so that an arrival only has to be pushed. The runner takes
 * the whole stack, turns it round and runs it, until nothing came meanwhile.
 */
final class Mailbox implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(Mailbox.class);
  private static final VarHandle ARRIVALS;
  private static final Task RUNNING =
      new Task() {
        @Override
        void run() {
          throw new IllegalStateException("a mark, not a task");
        }
      };

  /** For how many runs a mailbox that was slow is run on a thread of its own. */
  private static final int SUSPECT_RUNS = 32;

  static {
    try {
      ARRIVALS = MethodHandles.lookup().findVarHandle(Mailbox.class, "arrivals", Task.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @SuppressWarnings("UnusedVariable") // by ARRIVALS
  private volatile @Nullable Task arrivals;

  /**
   * Written by the one that runs the mailbox, or relieves it; read by the loop. A stale value costs
   * time only.
   */
  private volatile int suspectRuns;

  /** One thing to do. What it throws is logged; a task is added once. */
  abstract static class Task {
    @Nullable Task next;

    abstract void run();
  }

  static Task task(Runnable code) {
    return new Task() {
      @Override
      void run() {
        code.run();
      }
    };
  }

  /**
   * Adds a task.
   *
   * @return whether the mailbox was idle, so that the caller has to have it run
   */
  boolean add(Task task) {
    Task top;
    do {
      top = (Task) ARRIVALS.getVolatile(this);
      task.next = top;
    } while (!ARRIVALS.compareAndSet(this, top, task));
    return top == null;
  }

  @Override
  public void run() {
    do {
      Task arrived = (Task) ARRIVALS.getAndSet(this, RUNNING);
      Task first = inOrder(arrived);
      while (first != null) {
        Task next = first.next;
        first.next = null; // a task that is kept somewhere must not keep those after it
        try {
          first.run();
        } catch (Throwable e) {
          // even an Error must not leave the mailbox marked as running, with nobody to run it
          log.error("a task of a mailbox failed", e);
        }
        first = next;
      }
    } while (!ARRIVALS.compareAndSet(this, RUNNING, null));
  }

  private static @Nullable Task inOrder(@Nullable Task newest) {
    Task first = null;
    Task task = newest;
    while (task != null && task != RUNNING) {
      Task older = task.next;
      task.next = first;
      first = task;
      task = older;
    }
    return first;
  }

  /** Whether it should run on a thread of its own, since its handlers were slow lately. */
  boolean suspect() {
    return suspectRuns > 0;
  }

  /** Its handlers took long, or still do. */
  void wasSlow() {
    suspectRuns = SUSPECT_RUNS;
  }

  /** Its handlers returned soon. */
  void wasFast() {
    int runs = suspectRuns;
    if (runs > 0) {
      suspectRuns = runs - 1;
    }
  }
}
