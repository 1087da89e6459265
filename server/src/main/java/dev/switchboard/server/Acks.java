package dev.switchboard.server;

import dev.switchboard.protocol.cluster.BroadcastOptions;
import dev.switchboard.protocol.socket.Args;
import dev.switchboard.server.PendingAcks.PendingAck;
import dev.switchboard.server.cluster.LocalNode.AckSink;
import dev.switchboard.server.engine.OutboundMessage;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sends events that are to be acknowledged, to one socket or to many, and sees to their time-outs.
 * One for each server.
 *
 * <p>Any thread. Futures complete on the handler executor, outside of the mailboxes: a handler that
 * waits for an acknowledgement of its own client gets it.
 */
final class Acks {
  private final Executor executor;
  private final ScheduledExecutorService timers;

  Acks(Executor executor, ScheduledExecutorService timers) {
    this.executor = executor;
    this.timers = timers;
  }

  /** Sends an event to one socket. */
  CompletableFuture<Args> call(Socket socket, String event, Args args, BroadcastOptions options) {
    Namespace.checkEventName(event);
    Namespace namespace = socket.namespace();
    long id = namespace.nextAckId();
    OutboundMessage message = namespace.encode(event, args, id, options.compress());
    var pending = new Waiting(socket, id);
    socket.sendForAck(message, id, pending, event, args);
    if (options.timeout() != null) {
      pending.expireAfter(options.timeout()); // not before: it could pass before there is a wait
    }
    socket.connection().flush();
    return pending.future;
  }

  /**
   * Sends one message to many sockets.
   *
   * @return how many were asked
   */
  int call(
      List<Socket> sockets,
      OutboundMessage message,
      long id,
      String event,
      Args args,
      Duration timeout,
      AckSink sink) {
    if (sockets.isEmpty()) {
      return 0;
    }
    var open = new AtomicInteger(sockets.size());
    var all = new CompletableFuture<Void>();
    PendingAck each =
        new PendingAck() {
          @Override
          public void acknowledged(Args values) {
            sink.acknowledged(values);
            done();
          }

          @Override
          public void gone() {
            sink.gone();
            done();
          }

          private void done() {
            if (open.decrementAndGet() == 0) {
              all.complete(null);
            }
          }
        };
    for (Socket socket : sockets) {
      try {
        socket.sendForAck(message, id, each, event, args);
      } catch (IllegalStateException tooMany) {
        each.gone();
      }
    }
    Future<?> timer = schedule(() -> sockets.forEach(socket -> socket.forgetAck(id)), timeout);
    all.thenRun(() -> timer.cancel(false));
    return sockets.size();
  }

  private Future<?> schedule(Runnable task, Duration delay) {
    try {
      return timers.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException closed) {
      task.run();
      return CompletableFuture.completedFuture(null);
    }
  }

  /** One socket's acknowledgement, as a future. */
  private final class Waiting implements PendingAck {
    private final CompletableFuture<Args> future = new CompletableFuture<>();
    private final Socket socket;
    private final long id;

    Waiting(Socket socket, long id) {
      this.socket = socket;
      this.id = id;
      // a caller that gives up, by cancelling or by a time-out of its own, leaves nothing behind
      future.whenComplete((args, failure) -> socket.forgetAck(id));
    }

    void expireAfter(Duration timeout) {
      Future<?> timer =
          schedule(
              () -> {
                if (socket.forgetAck(id) != null) {
                  executor.execute(
                      () -> future.completeExceptionally(new AckTimeoutException(timeout)));
                }
              },
              timeout);
      future.whenComplete((args, failure) -> timer.cancel(false));
    }

    @Override
    public void acknowledged(Args args) {
      socket.connection().turn().ready(() -> future.complete(args));
    }

    @Override
    public void gone() {
      executor.execute(() -> future.completeExceptionally(new SocketDisconnectedException()));
    }
  }
}
