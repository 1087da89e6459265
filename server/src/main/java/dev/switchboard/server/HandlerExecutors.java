package dev.switchboard.server;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Where handlers run unless the user says otherwise: virtual threads if the JVM has them (21 and
 * later), else a bounded pool.
 */
final class HandlerExecutors {
  /**
   * Threads of the pool on a JVM without virtual threads: so many handlers may block at a time
   * before others wait.
   */
  static final int MAX_POOL_THREADS = 256;

  private static final long IDLE_SECONDS = 30;
  private static final @Nullable MethodHandle VIRTUAL = findVirtual();

  private HandlerExecutors() {}

  static ExecutorService create() {
    return VIRTUAL == null ? pool() : virtual(VIRTUAL);
  }

  static boolean haveVirtualThreads() {
    return VIRTUAL != null;
  }

  private static @Nullable MethodHandle findVirtual() {
    try {
      return MethodHandles.publicLookup()
          .findStatic(
              Executors.class,
              "newVirtualThreadPerTaskExecutor",
              MethodType.methodType(ExecutorService.class));
    } catch (ReflectiveOperationException olderJvm) {
      return null;
    }
  }

  private static ExecutorService virtual(MethodHandle factory) {
    try {
      return (ExecutorService) factory.invokeExact();
    } catch (Throwable e) {
      throw new IllegalStateException("could not create virtual threads", e);
    }
  }

  /** Prefers an idle thread, then a new one, and queues only when all are busy. */
  private static ExecutorService pool() {
    var queue =
        new LinkedTransferQueue<Runnable>() {
          private static final long serialVersionUID = 1L;

          @Override
          public boolean offer(Runnable task) {
            return tryTransfer(task); // refused without an idle thread: the pool then grows
          }
        };
    var number = new AtomicInteger();
    ThreadFactory threads =
        task -> {
          var thread = new Thread(task, "switchboard-handler-" + number.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        };
    return new ThreadPoolExecutor(
        Runtime.getRuntime().availableProcessors(),
        MAX_POOL_THREADS,
        IDLE_SECONDS,
        TimeUnit.SECONDS,
        queue,
        threads,
        (task, pool) -> {
          if (pool.isShutdown()) {
            throw new RejectedExecutionException("the server is closed");
          }
          queue.put(task); // bounded by the mailboxes: each is in it at most once
        });
  }
}
