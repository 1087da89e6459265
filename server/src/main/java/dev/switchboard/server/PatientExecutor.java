package dev.switchboard.server;

import dev.switchboard.server.cluster.WarningThrottle;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The handler executor, with patience: what it refuses, since it is full, is offered again a little
 * later, so that no handler and no answer is lost. Any thread.
 *
 * <p>What waits is bounded elsewhere: a mailbox is handed over once however much is in it, and
 * reading stops when there is too much.
 *
 * <p>Once the executor is shut down, or the server closed, there is no later: what is refused then
 * runs on the caller's thread.
 */
final class PatientExecutor implements Executor {
  private static final Logger log = LoggerFactory.getLogger(PatientExecutor.class);
  private static final long RETRY_MILLIS = 20;

  private final Executor executor;
  private final ScheduledExecutorService timers;
  private final WarningThrottle warnings = new WarningThrottle();

  PatientExecutor(Executor executor, ScheduledExecutorService timers) {
    this.executor = executor;
    this.timers = timers;
  }

  @Override
  public void execute(Runnable task) {
    try {
      executor.execute(task);
    } catch (RejectedExecutionException | OutOfMemoryError full) { // the latter: no more threads
      retry(task, full);
    }
  }

  private void retry(Runnable task, Throwable full) {
    if (executor instanceof ExecutorService service && service.isShutdown()) {
      task.run();
      return;
    }
    try {
      timers.schedule(() -> execute(task), RETRY_MILLIS, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException closed) {
      task.run();
      return;
    }
    if (warnings.permits()) {
      log.warn("the handler executor refused work, which waits: {}", full.toString());
    }
  }
}
