package dev.switchboard.redis;

import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisFuture;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The commands that wait for an answer of Redis: so many and no more, each for so long and no
 * longer. Any thread.
 *
 * <p>A command that was given up is complete, so that Lettuce does not send it when the connection
 * is back, but it still takes up memory there: until an answer to a later one comes (answers come
 * in order), or the connection is opened anew. It counts until then, so that {@code max} is what
 * can be in memory. So that it does not count for ever where nothing else is sent, a PING follows
 * it.
 */
final class CommandQueue {
  private final int max;
  private final Duration timeout;
  private final int retries;
  private final ConnectionMonitor monitor;
  private final Queue<Waiting> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger unanswered = new AtomicInteger();
  private final AtomicInteger givenUp = new AtomicInteger();
  private final AtomicBoolean pinging = new AtomicBoolean();
  private volatile long reconnectedAt = System.nanoTime();

  CommandQueue(RedisSettings settings, ConnectionMonitor monitor) {
    this.max = settings.maxPending();
    this.timeout = settings.commandTimeout();
    this.retries = settings.retriesPerCommand();
    this.monitor = monitor;
  }

  /** A command, when it is given up, and whether it must not be sent twice. */
  private record Waiting(CompletableFuture<?> answer, long deadline, boolean once) {}

  /**
   * Sends a command; it fails with what the listener was told, and never blocks.
   *
   * @param once whether it must not be sent again after its connection was lost
   */
  <T> CompletionStage<T> send(Supplier<RedisFuture<T>> command, boolean once) {
    if (unanswered.incrementAndGet() + givenUp.get() > max) {
      unanswered.decrementAndGet();
      return failed(
          new IllegalStateException(max + " commands wait for Redis already; see maxPending"));
    }
    RedisFuture<T> sent;
    try {
      sent = command.get();
    } catch (RuntimeException e) {
      unanswered.decrementAndGet();
      return failed(e);
    }
    CompletableFuture<T> answer = sent.toCompletableFuture();
    long sentAt = System.nanoTime();
    waiting.add(new Waiting(answer, sentAt + timeout.toNanos(), once));
    answer.whenComplete(
        (value, failure) -> {
          unanswered.decrementAndGet();
          if (failure instanceof RedisCommandTimeoutException) {
            givenUp.incrementAndGet();
          } else {
            givenUp.set(0);
          }
          dropDone();
          report(failure, sentAt);
        });
    return answer;
  }

  private void report(@Nullable Throwable failure, long sentAt) {
    if (failure == null) {
      monitor.succeeded();
    } else if (!(failure instanceof RedisCommandTimeoutException) || sentAt - reconnectedAt > 0) {
      monitor.failed(failure); // one of before the reconnect is given up late, and no news
    }
  }

  private <T> CompletionStage<T> failed(RuntimeException failure) {
    monitor.failed(failure);
    return CompletableFuture.failedFuture(failure);
  }

  private void dropDone() {
    for (Waiting first = waiting.peek();
        first != null && first.answer().isDone();
        first = waiting.peek()) {
      waiting.remove(first); // another thread may have been faster
    }
  }

  /**
   * Gives up the commands whose time is over; to be called now and then.
   *
   * @param ping asks Redis whether it answers again
   */
  void expire(Supplier<RedisFuture<String>> ping) {
    long now = System.nanoTime();
    for (Waiting first = waiting.peek();
        first != null && first.deadline() - now <= 0;
        first = waiting.peek()) {
      giveUp(first, "Redis did not answer within " + timeout.toMillis() + " ms");
    }
    if (givenUp.get() > 0 && pinging.compareAndSet(false, true)) {
      ping.get()
          .whenComplete(
              (pong, failure) -> {
                pinging.set(false);
                if (failure == null) {
                  givenUp.set(0);
                  monitor.succeeded();
                }
              });
    }
  }

  /** A try to connect anew is about to be made. */
  void reconnecting(int attempt) {
    if (attempt > retries) {
      giveUpAll("Redis could not be reached in " + retries + " tries");
    }
  }

  /**
   * A connection was lost. Lettuce sends what was not answered again, unless it is complete by
   * then.
   */
  void disconnected() {
    for (Waiting command : waiting) {
      if (command.once()) {
        giveUp(command, "the connection to Redis was lost before it answered");
      }
    }
  }

  /** What was given up is forgotten by Lettuce too. */
  void reconnected() {
    reconnectedAt = System.nanoTime();
    givenUp.set(0);
  }

  void giveUpAll(String why) {
    for (Waiting first = waiting.peek(); first != null; first = waiting.peek()) {
      giveUp(first, why);
    }
  }

  private void giveUp(Waiting command, String why) {
    waiting.remove(command);
    command.answer().completeExceptionally(new RedisCommandTimeoutException(why));
  }

  /** How many commands wait, or take up memory. */
  int size() {
    return unanswered.get() + givenUp.get();
  }
}
