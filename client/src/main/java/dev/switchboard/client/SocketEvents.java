package dev.switchboard.client;

import dev.switchboard.protocol.socket.Args;
import dev.switchboard.protocol.socket.Packet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listeners of one socket, and the way to them: one at a time, in the order in which things
 * happened, never on the loop. Any thread.
 */
final class SocketEvents {
  private static final Logger log = LoggerFactory.getLogger(SocketEvents.class);

  /** So much that is no event waits at most for a listener that is busy; the rest is dropped. */
  private static final int MOST_NOTICES = 10_000;

  private static final String INCOMING = "incoming";
  private static final String OUTGOING = "outgoing";

  /** What a socket tells of itself. */
  enum Notice {
    CONNECT,
    CONNECT_ERROR,
    DISCONNECT,
    RECONNECT_ATTEMPT,
    RECONNECT,
    RECONNECT_ERROR,
    RECONNECT_FAILED,
    UPGRADE
  }

  /** Why and how a connection ended. */
  record Loss(DisconnectReason reason, @Nullable Throwable cause) {}

  /** What all forms of registration come to. */
  interface EventHandler {
    void handle(Args args, Ack ack) throws Exception;
  }

  final Handlers<EventHandler> handlers = new Handlers<>();
  final Handlers<Consumer<Object>> notices = new Handlers<>();
  final Handlers<BiConsumer<String, Args>> any = new Handlers<>();
  final Handlers<BiConsumer<String, Throwable>> errors = new Handlers<>();

  private final ListenerThreads threads;
  private final SerialExecutor inOrder;
  private final int mostUnhandled;
  private final AtomicInteger unhandled = new AtomicInteger();
  private final AtomicInteger unnoticed = new AtomicInteger();
  private final ClientSocket socket;

  SocketEvents(ClientSocket socket, SocketSettings settings) {
    this.socket = socket;
    this.threads = settings.threads();
    this.inOrder = new SerialExecutor(threads.listeners());
    this.mostUnhandled = settings.limits().unhandledEvents();
  }

  // ---- from the loop ----

  /**
   * An event came.
   *
   * @return false if so many wait that no more should be read; {@link ClientSocket#roomAgain} is
   *     called later
   */
  boolean incoming(Packet.Event event) {
    boolean room = unhandled.incrementAndGet() < mostUnhandled;
    inOrder.execute(
        () -> {
          try {
            handle(event);
          } finally {
            if (unhandled.decrementAndGet() == mostUnhandled / 2) {
              socket.roomAgain();
            }
          }
        });
    return room;
  }

  /** Whether less than half of what may wait does. */
  boolean hasRoom() {
    return unhandled.get() <= mostUnhandled / 2;
  }

  void connected() {
    tell(Notice.CONNECT, "");
  }

  void connectError(ConnectFailedException failure) {
    tell(Notice.CONNECT_ERROR, failure);
  }

  void disconnected(DisconnectReason reason, @Nullable Throwable cause) {
    tell(Notice.DISCONNECT, new Loss(reason, cause));
  }

  void tell(Notice notice, Object value) {
    if (notices.has(notice)) {
      later(
          () ->
              notices
                  .of(notice)
                  .forEach(handler -> guarded(notice.name(), () -> handler.accept(value))));
    }
  }

  void outgoing(String event, Args args) {
    if (any.has(OUTGOING)) {
      later(
          () ->
              any.of(OUTGOING)
                  .forEach(listener -> guarded(event, () -> listener.accept(event, args))));
    }
  }

  private void later(Runnable task) {
    if (unnoticed.incrementAndGet() > MOST_NOTICES) {
      unnoticed.decrementAndGet();
      return;
    }
    inOrder.execute(
        () -> {
          unnoticed.decrementAndGet();
          task.run();
        });
  }

  /** Completes a future, on a thread on which what depends on it may run. */
  void reply(Runnable completion) {
    try {
      threads.replies().execute(completion);
    } catch (RejectedExecutionException e) {
      completion.run();
    }
  }

  /** Asks for what to connect with. */
  void ask(Auth auth, BiConsumer<@Nullable Object, @Nullable Throwable> onAnswer) {
    try {
      threads
          .replies()
          .execute(
              () -> {
                CompletionStage<? extends @Nullable Object> answer;
                try {
                  answer = auth.ask();
                } catch (Throwable e) {
                  onAnswer.accept(null, e);
                  return;
                }
                answer.whenComplete(
                    (value, failure) ->
                        onAnswer.accept(
                            value,
                            failure instanceof CompletionException && failure.getCause() != null
                                ? failure.getCause()
                                : failure));
              });
    } catch (RejectedExecutionException e) {
      onAnswer.accept(null, e);
    }
  }

  // ---- where listeners run ----

  private void handle(Packet.Event event) {
    Args args = event.args();
    Ack ack = socket.ackOf(event);
    for (BiConsumer<String, Args> listener : any.of(INCOMING)) {
      guarded(event.name(), () -> listener.accept(event.name(), args));
    }
    for (EventHandler handler : handlers.of(event.name())) {
      try {
        handler.handle(args, ack);
      } catch (Throwable e) {
        failed(event.name(), e);
      }
    }
  }

  private void guarded(String what, Runnable listener) {
    try {
      listener.run();
    } catch (Throwable e) {
      failed(what, e);
    }
  }

  /** A listener failed: those who want to know are told, or it is logged. */
  void failed(String event, Throwable failure) {
    var told = errors.of("");
    for (BiConsumer<String, Throwable> handler : told) {
      try {
        handler.accept(event, failure);
      } catch (Throwable e) {
        log.error("an error handler failed, given {}", failure, e);
      }
    }
    if (told.isEmpty()) {
      if (failure instanceof WrongArgumentException) {
        log.debug("{}: {}", socket, failure.getMessage());
      } else {
        log.error("{}: a listener of {} failed", socket, event, failure);
      }
    }
  }

  /** As {@link #failed}, in turn with the listeners. */
  void failedLater(String event, Throwable failure) {
    later(() -> failed(event, failure));
  }

  /** For tests: how many events wait for a listener. */
  int waiting() {
    return unhandled.get();
  }

  Registration onAny(boolean outgoing, boolean first, BiConsumer<String, Args> listener) {
    return any.add(outgoing ? OUTGOING : INCOMING, listener, first);
  }

  void offAny(boolean outgoing) {
    any.removeAll((outgoing ? OUTGOING : INCOMING)::equals);
  }
}
