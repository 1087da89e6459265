package dev.switchboard.testkit;

import dev.switchboard.server.engine.EventLoop;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * An event loop that is a plain thread. Each test client has one to itself while it is open;
 * afterwards the next client takes it, since a server keeps something for each loop that it has
 * seen.
 */
final class TestLoop implements EventLoop {
  private static final ConcurrentLinkedDeque<TestLoop> IDLE = new ConcurrentLinkedDeque<>();
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(2);

  private final ScheduledThreadPoolExecutor executor;
  private volatile Thread thread = Thread.currentThread();

  private TestLoop() {
    executor =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              var loop = new Thread(task, "test-client");
              loop.setDaemon(true);
              thread = loop;
              return loop;
            });
    executor.setRemoveOnCancelPolicy(true);
    executor.setKeepAliveTime(KEEP_ALIVE.toMillis(), TimeUnit.MILLISECONDS);
    executor.allowCoreThreadTimeOut(true);
  }

  /** A loop that nobody else uses. */
  static TestLoop take() {
    TestLoop idle = IDLE.pollFirst();
    return idle == null ? new TestLoop() : idle;
  }

  /** The caller needs the loop no more; what is on it still runs. */
  void giveBack() {
    IDLE.addFirst(this);
  }

  @Override
  public void execute(Runnable task) {
    executor.execute(task);
  }

  @Override
  public boolean inLoop() {
    return Thread.currentThread() == thread;
  }

  @Override
  public Timeout schedule(Runnable task, Duration delay) {
    Future<?> future = executor.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    return () -> future.cancel(false);
  }
}
