package dev.switchboard.testkit;

import dev.switchboard.server.engine.EventLoop;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * An event loop that is a plain thread. One for each test client; it ends when the client is
 * closed.
 */
final class TestLoop implements EventLoop {
  private static final Duration GRACE = Duration.ofSeconds(1);

  private final ScheduledThreadPoolExecutor executor;
  private volatile Thread thread = Thread.currentThread();

  TestLoop() {
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
    executor.prestartCoreThread();
  }

  @Override
  public void execute(Runnable task) {
    if (!executor.isShutdown()) {
      executor.execute(task);
    }
  }

  @Override
  public boolean inLoop() {
    return Thread.currentThread() == thread;
  }

  @Override
  public Timeout schedule(Runnable task, Duration delay) {
    if (executor.isShutdown()) {
      return () -> {};
    }
    Future<?> future = executor.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    return () -> future.cancel(false);
  }

  /** Ends the loop, once the server has done what it does when a client goes. */
  void close() {
    executor.schedule(executor::shutdownNow, GRACE.toMillis(), TimeUnit.MILLISECONDS);
  }
}
