package dev.switchboard.server.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Collects one answer of each of the other servers.
 *
 * <p>Any thread. The future completes on the given executor.
 *
 * @param <R> the type of an answer
 */
final class PendingReplies<R> {
  private final CompletableFuture<Replies<R>> future = new CompletableFuture<>();
  private final Executor executor;
  private final List<R> values = new ArrayList<>();
  private int expected = -1;
  private boolean done;

  PendingReplies(Executor executor) {
    this.executor = executor;
  }

  CompletableFuture<Replies<R>> future() {
    return future;
  }

  /** How many servers are to answer. */
  void expect(int count) {
    Replies<R> result;
    synchronized (this) {
      expected = Math.max(0, count);
      result = check();
    }
    complete(result);
  }

  /** It cannot be known who is to answer: completes, as one that somebody did not answer. */
  void giveUp() {
    synchronized (this) {
      expected = values.size() + 1;
    }
    expire();
  }

  void add(R value) {
    Replies<R> result;
    synchronized (this) {
      if (done) {
        return;
      }
      values.add(value);
      result = check();
    }
    complete(result);
  }

  void expire() {
    Replies<R> result = null;
    synchronized (this) {
      if (!done) {
        done = true;
        result = new Replies<>(List.copyOf(values), Math.max(expected, values.size()), false);
      }
    }
    complete(result);
  }

  private @Nullable Replies<R> check() {
    if (done || expected < 0 || values.size() < expected) {
      return null;
    }
    done = true;
    return new Replies<>(List.copyOf(values), values.size(), true);
  }

  private void complete(@Nullable Replies<R> result) {
    if (result != null) {
      executor.execute(() -> future.complete(result));
    }
  }
}
