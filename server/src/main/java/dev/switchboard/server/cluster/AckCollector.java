package dev.switchboard.server.cluster;

import dev.switchboard.protocol.socket.Args;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Counts the acknowledgements of one broadcast: complete when every server has told how many
 * clients it asked, and all of those have answered or are gone. The counts may come after the
 * answers.
 *
 * <p>Any thread. The future completes on the given executor, so that what users chain to it never
 * runs on an event loop.
 */
final class AckCollector implements LocalNode.AckSink {
  private final CompletableFuture<Replies<Args>> future = new CompletableFuture<>();
  private final Executor executor;
  private final List<Args> values = new ArrayList<>();
  private int servers = -1;
  private int counts;
  private int asked;
  private int gone;
  private boolean done;

  AckCollector(Executor executor) {
    this.executor = executor;
  }

  CompletableFuture<Replies<Args>> future() {
    return future;
  }

  /** How many servers there are, this one included. */
  void servers(int count) {
    Replies<Args> result;
    synchronized (this) {
      servers = count;
      result = check();
    }
    complete(result);
  }

  /** It cannot be known how many there are: what comes until the time-out is not all. */
  synchronized void serversUnknown() {
    servers = Integer.MAX_VALUE;
  }

  /** One server asked so many clients. */
  void clients(int count) {
    Replies<Args> result;
    synchronized (this) {
      counts++;
      asked += count;
      result = check();
    }
    complete(result);
  }

  @Override
  public void acknowledged(Args args) {
    Replies<Args> result;
    synchronized (this) {
      if (done) {
        return;
      }
      values.add(args);
      result = check();
    }
    complete(result);
  }

  @Override
  public void gone() {
    Replies<Args> result;
    synchronized (this) {
      gone++;
      result = check();
    }
    complete(result);
  }

  /** Time is up: completes with what there is. */
  void expire() {
    Replies<Args> result;
    synchronized (this) {
      result = done ? null : result(false);
    }
    complete(result);
  }

  private @Nullable Replies<Args> check() {
    boolean all = servers >= 0 && counts >= servers && values.size() + gone >= asked;
    return all && !done ? result(true) : null;
  }

  private Replies<Args> result(boolean complete) {
    done = true;
    return new Replies<>(List.copyOf(values), Math.max(asked - gone, values.size()), complete);
  }

  private void complete(@Nullable Replies<Args> result) {
    if (result != null) {
      executor.execute(() -> future.complete(result));
    }
  }
}
