package dev.switchboard.client;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Where code of the user runs: virtual threads where the JVM has them, else bounded pools of daemon
 * threads.
 *
 * <p>Acknowledgements have a pool of their own, so that those who wait for one in a listener cannot
 * take all the threads that it needs to arrive.
 *
 * @param listeners runs listeners
 * @param replies completes the futures of calls
 */
record ListenerThreads(Executor listeners, Executor replies) {
  /** So many listeners can block at a time, on a JVM without virtual threads. */
  static final int MAX_POOL_THREADS = 256;

  private static final long IDLE_SECONDS = 10;

  /** Those given, or the ones that all clients share. */
  static ListenerThreads of(@Nullable Executor listeners) {
    ListenerThreads shared = Shared.THREADS;
    return listeners == null ? shared : new ListenerThreads(listeners, shared.replies);
  }

  /** Made when first asked for. */
  private static final class Shared {
    static final ListenerThreads THREADS = create();

    private static ListenerThreads create() {
      ExecutorService virtual = virtual();
      return virtual != null
          ? new ListenerThreads(virtual, virtual)
          : new ListenerThreads(
              pool("switchboard-client-listener-"), pool("switchboard-client-reply-"));
    }

    private static @Nullable ExecutorService virtual() {
      try {
        return (ExecutorService)
            MethodHandles.publicLookup()
                .findStatic(
                    Executors.class,
                    "newVirtualThreadPerTaskExecutor",
                    MethodType.methodType(ExecutorService.class))
                .invokeExact();
      } catch (ReflectiveOperationException olderJvm) {
        return null;
      } catch (Throwable e) {
        throw new IllegalStateException("could not create virtual threads", e);
      }
    }

    /** Prefers an idle thread, then a new one, and queues only when all are busy. */
    private static ExecutorService pool(String name) {
      var queue =
          new LinkedTransferQueue<Runnable>() {
            private static final long serialVersionUID = 1L;

            @Override
            public boolean offer(Runnable task) {
              return tryTransfer(task); // refused without an idle thread: the pool then grows
            }
          };
      var number = new AtomicInteger();
      return new ThreadPoolExecutor(
          0,
          MAX_POOL_THREADS,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          queue,
          task -> {
            var thread = new Thread(task, name + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
          },
          (task, pool) -> {
            if (pool.isShutdown()) {
              throw new RejectedExecutionException("nobody shuts this pool down");
            }
            queue.put(task); // bounded: a socket is in it once, a call once
          });
    }
  }
}
