package dev.switchboard.client;

import dev.switchboard.client.SocketEvents.EventHandler;
import dev.switchboard.client.SocketEvents.Loss;
import dev.switchboard.client.SocketEvents.Notice;
import dev.switchboard.client.engine.EngineException;
import dev.switchboard.protocol.Call;
import dev.switchboard.protocol.Event;
import dev.switchboard.protocol.socket.Args;
import dev.switchboard.protocol.socket.EncodedPacket;
import dev.switchboard.protocol.socket.Packet;
import dev.switchboard.protocol.socket.ReservedEvents;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * This client in one namespace of a server: what it sends, and what the server sends to it. It
 * reads like the server's {@code Socket}.
 *
 * <p>Any thread may call any method. Listeners run one at a time for each socket, in the order in
 * which things happened, never on a thread of the network, and may block. Acknowledgements do not
 * wait behind listeners: a listener may wait for one. An exception in a listener goes to the {@link
 * #onError} handlers, or to the log, and the connection lives.
 *
 * <p>What is emitted while there is no connection is sent when there is one again, up to a limit
 * ({@link LimitSettings}). Arguments are written when they are emitted, so they may change after.
 */
public final class ClientSocket implements AutoCloseable {
  private static final long CLOSE_SECONDS = 5;

  private final SocketLink link;
  private final Manager manager;
  private final String namespace;
  private final SocketSettings settings;
  private final SocketEvents events;
  private final AtomicLong nextId = new AtomicLong();

  ClientSocket(Manager manager, String namespace, SocketSettings settings) {
    this.manager = manager;
    this.namespace = namespace;
    this.settings = settings;
    this.events = new SocketEvents(this, settings);
    this.link = new SocketLink(manager, namespace, settings, events);
  }

  // ---- what it is ----

  /** The public id that the server gave it; empty while it is not connected. */
  public Optional<String> id() {
    return Optional.ofNullable(link.id);
  }

  public String namespace() {
    return namespace;
  }

  public boolean connected() {
    return link.connected;
  }

  /**
   * Whether it is connected or wants to be. It is not after {@link #disconnect}, or when the server
   * has disconnected or refused it: then only {@link #connect} brings it back.
   */
  public boolean active() {
    return link.active;
  }

  /**
   * Whether the connection of now goes on with the session of the one before: the server has sent
   * what was missed meanwhile.
   */
  public boolean recovered() {
    return link.recovered;
  }

  /**
   * The transport of the moment, {@code polling} or {@code websocket}; empty without a connection.
   */
  public Optional<String> transport() {
    String name = manager.transport();
    return name.isEmpty() ? Optional.empty() : Optional.of(name);
  }

  // ---- coming and going ----

  /** Connects; does nothing if it is connected, about to be, or closed. */
  public ClientSocket connect() {
    manager.loop().execute(link::connect);
    return this;
  }

  /**
   * Disconnects; {@link #connect} connects it again. The connection ends with its last socket.
   *
   * @return completes when the network has what was sent before, and the farewell
   */
  public CompletableFuture<Void> disconnect() {
    var gone = new CompletableFuture<Void>();
    manager.loop().execute(() -> link.disconnect(gone));
    return gone;
  }

  /**
   * Disconnects for good: what waits to be sent is dropped, pending calls fail. Waits until the
   * network has what was sent before, 5 seconds at most.
   */
  @Override
  public void close() {
    var gone = new CompletableFuture<Void>();
    manager.loop().execute(() -> link.close(gone));
    try {
      gone.get(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // it is closed all the same, the server will notice
    }
  }

  // ---- sending ----

  /**
   * Sends an event.
   *
   * @throws IllegalArgumentException if the name is reserved, or an argument cannot be written
   * @throws BufferFullException if too much waits to be sent and the policy is to refuse more
   */
  public void emit(String event, @Nullable Object... args) {
    emit(event, Args.of(args), false);
  }

  /** Sends an event. */
  public <T> void emit(Event<T> event, T arg) {
    emit(event.name(), Args.of(arg), false);
  }

  /** Sends an event named {@code message}. */
  public void send(@Nullable Object... args) {
    emit("message", args);
  }

  /**
   * Sends an event and waits for its acknowledgement: for ever, unless there is a {@link #timeout}
   * or an {@code ackTimeout}.
   *
   * @return the acknowledgement's values. Fails with a {@link SocketDisconnectedException} if the
   *     connection goes first, an {@link AckTimeoutException} or a {@link BufferFullException}. It
   *     completes on a thread of its own, where blocking is allowed.
   */
  public CompletableFuture<Args> call(String event, @Nullable Object... args) {
    return call(event, Args.of(args), null, false);
  }

  /** Sends an event and waits for its acknowledgement. */
  public <Q, R> CompletableFuture<R> call(Call<Q, R> call, Q arg) {
    return new ClientEmitter(this, null, false).call(call, arg);
  }

  /**
   * Sends, with a time-out for acknowledgements: after it a call fails with an {@link
   * AckTimeoutException}, and if it was not sent yet, it is not sent any more.
   */
  public ClientEmitter timeout(Duration longest) {
    return new ClientEmitter(this, null, false).timeout(longest);
  }

  /**
   * Sends what is dropped when it cannot be written at once. The JavaScript client's {@code
   * volatile}.
   */
  public ClientEmitter asVolatile() {
    return new ClientEmitter(this, null, true);
  }

  void emit(String event, Args args, boolean isVolatile) {
    checkName(event);
    long id = settings.retries() > 0 && !isVolatile ? nextId.getAndIncrement() : Packet.NO_ID;
    EncodedPacket encoded = encode(event, args, id);
    var packet = new Outgoing(event, args, encoded, isVolatile, id, settings.ackTimeout(), null);
    if (!take(packet.bytes)) {
      if (settings.limits().overflow() == OverflowPolicy.REJECT && !isVolatile) {
        throw new BufferFullException(settings.limits());
      }
      return;
    }
    manager.loop().execute(() -> link.send(packet));
  }

  CompletableFuture<Args> call(
      String event, Args args, @Nullable Duration timeout, boolean isVolatile) {
    checkName(event);
    long id = nextId.getAndIncrement();
    EncodedPacket encoded = encode(event, args, id);
    var reply = new CompletableFuture<Args>();
    Duration longest = timeout == null ? settings.ackTimeout() : timeout;
    var packet = new Outgoing(event, args, encoded, isVolatile, id, longest, reply);
    if (link.openCalls.incrementAndGet() > settings.limits().pendingCalls()) {
      link.openCalls.decrementAndGet();
      reply.completeExceptionally(
          new IllegalStateException(
              "more than "
                  + settings.limits().pendingCalls()
                  + " acknowledgements are waited for: give calls a timeout, or raise"
                  + " LimitSettings.pendingCalls"));
      return reply;
    }
    if (!take(packet.bytes)) {
      link.openCalls.decrementAndGet();
      reply.completeExceptionally(new BufferFullException(settings.limits()));
      return reply;
    }
    manager.loop().execute(() -> link.send(packet));
    reply.whenComplete(
        (values, failure) -> {
          link.openCalls.decrementAndGet();
          if (failure != null && !packet.settled) { // the caller gave up
            manager.loop().execute(() -> link.forget(packet));
          }
        });
    return reply;
  }

  private boolean take(long bytes) {
    return link.backlog().take(bytes)
        || (settings.limits().overflow() == OverflowPolicy.DROP_OLDEST
            && link.backlog().takeInAdvance(bytes));
  }

  private EncodedPacket encode(String event, Args args, long id) {
    return manager.encode(new Packet.Event(namespace, event, args, id));
  }

  private static void checkName(String event) {
    if (ReservedEvents.contains(event)) {
      throw new IllegalArgumentException('"' + event + "\" is a reserved event name");
    }
  }

  // ---- receiving ----

  /** Handles an event. */
  public Registration on(String event, Consumer<Args> handler) {
    return events.handlers.add(event, (args, ack) -> handler.accept(args), false);
  }

  /** Handles an event that may be acknowledged. */
  public Registration on(String event, BiConsumer<Args, Ack> handler) {
    return events.handlers.add(event, handler::accept, false);
  }

  /**
   * Handles an event whose argument is of a type. An argument that is not goes to the {@link
   * #onError} handlers.
   */
  public <T> Registration on(Event<T> event, Consumer<T> handler) {
    return events.handlers.add(event.name(), typed(event, handler), false);
  }

  /** Handles the next event of that name. */
  public Registration once(String event, Consumer<Args> handler) {
    return addOnce(event, (args, ack) -> handler.accept(args));
  }

  /** Handles the next event of that name. */
  public <T> Registration once(Event<T> event, Consumer<T> handler) {
    return addOnce(event.name(), typed(event, handler));
  }

  @SuppressWarnings("unchecked") // the codec gives what the type says, or throws
  private static <T> EventHandler typed(Event<T> event, Consumer<T> handler) {
    return (args, ack) -> handler.accept((T) typed(event.name(), args, event.type()));
  }

  private static @Nullable Object typed(String event, Args args, Type type) {
    try {
      return args.get(0, type);
    } catch (IllegalArgumentException e) {
      throw new WrongArgumentException(event, e);
    }
  }

  private Registration addOnce(String event, EventHandler handler) {
    return events.handlers.addOnce(
        event,
        handler,
        (once, mayRun) ->
            (args, ack) -> {
              if (mayRun.getAsBoolean()) {
                once.handle(args, ack);
              }
            });
  }

  /** Answers an event: what the function returns is the acknowledgement. */
  public Registration reply(String event, Function<Args, @Nullable Object> handler) {
    return events.handlers.add(event, (args, ack) -> ack.send(handler.apply(args)), false);
  }

  /**
   * Answers an event: what the function returns is the acknowledgement. If it throws, there is
   * none.
   */
  @SuppressWarnings("unchecked") // the codec gives what the type says, or throws
  public <Q, R> Registration reply(Call<Q, R> call, Function<Q, R> handler) {
    return events.handlers.add(
        call.name(),
        (args, ack) -> ack.send(handler.apply((Q) typed(call.name(), args, call.requestType()))),
        false);
  }

  /** Answers an event later: when the stage completes. */
  @SuppressWarnings("unchecked") // the codec gives what the type says, or throws
  public <Q, R> Registration replyAsync(Call<Q, R> call, Function<Q, CompletionStage<R>> handler) {
    return events.handlers.add(
        call.name(),
        (args, ack) ->
            handler
                .apply((Q) typed(call.name(), args, call.requestType()))
                .whenComplete((answer, failure) -> answered(call.name(), ack, answer, failure)),
        false);
  }

  private void answered(
      String event, Ack ack, @Nullable Object answer, @Nullable Throwable failure) {
    Throwable problem = failure instanceof CompletionException ? failure.getCause() : failure;
    if (failure == null) {
      try {
        ack.send(answer);
      } catch (RuntimeException e) {
        problem = e;
      }
    }
    if (problem != null) {
      events.failedLater(event, problem);
    }
  }

  /** Removes all handlers of an event. */
  public void off(String event) {
    events.handlers.removeAll(event::equals);
  }

  /** Removes the handlers of all events. */
  public void removeAllListeners() {
    events.handlers.removeAll(event -> true);
  }

  /** Sees every event before its handlers do, also those that nobody handles. */
  public Registration onAny(BiConsumer<String, Args> listener) {
    return events.onAny(false, false, listener);
  }

  /** As {@link #onAny}, before those that are registered. */
  public Registration prependAny(BiConsumer<String, Args> listener) {
    return events.onAny(false, true, listener);
  }

  /** Removes all that {@link #onAny} registered. */
  public void offAny() {
    events.offAny(false);
  }

  /**
   * Sees every event when it is sent, which for one that waited is later than its emit; not
   * acknowledgements. Runs as handlers do.
   */
  public Registration onAnyOutgoing(BiConsumer<String, Args> listener) {
    return events.onAny(true, false, listener);
  }

  /** As {@link #onAnyOutgoing}, before those that are registered. */
  public Registration prependAnyOutgoing(BiConsumer<String, Args> listener) {
    return events.onAny(true, true, listener);
  }

  /** Removes all that {@link #onAnyOutgoing} registered. */
  public void offAnyOutgoing() {
    events.offAny(true);
  }

  /**
   * Learns of listeners that failed, and of arguments that were not of the type that a handler
   * takes: the name of the event, and what was thrown. Without such a handler it is logged.
   */
  public Registration onError(BiConsumer<String, Throwable> handler) {
    return events.errors.add("", handler, false);
  }

  // ---- the connection ----

  /** Runs at each connection, the first and those that were made anew. */
  public Registration onConnect(Runnable handler) {
    return events.notices.add(Notice.CONNECT, nothing -> handler.run(), false);
  }

  /** Runs when a connection could not be made. */
  public Registration onConnectError(Consumer<ConnectFailedException> handler) {
    return events.notices.add(
        Notice.CONNECT_ERROR, failure -> handler.accept((ConnectFailedException) failure), false);
  }

  /** Runs when the connection is gone. */
  public Registration onDisconnect(Consumer<DisconnectReason> handler) {
    return onDisconnect((reason, cause) -> handler.accept(reason));
  }

  /** Runs when the connection is gone; what went wrong may be null. */
  public Registration onDisconnect(BiConsumer<DisconnectReason, @Nullable Throwable> handler) {
    return events.notices.add(
        Notice.DISCONNECT,
        loss -> handler.accept(((Loss) loss).reason(), ((Loss) loss).cause()),
        false);
  }

  /** Runs before each attempt to make a lost connection anew, with its number, from 1. */
  public Registration onReconnectAttempt(IntConsumer handler) {
    return events.notices.add(
        Notice.RECONNECT_ATTEMPT, attempt -> handler.accept((Integer) attempt), false);
  }

  /** Runs when a lost connection is back, with the number of the attempt that brought it. */
  public Registration onReconnect(IntConsumer handler) {
    return events.notices.add(
        Notice.RECONNECT, attempt -> handler.accept((Integer) attempt), false);
  }

  /** Runs when such an attempt has failed. */
  public Registration onReconnectError(Consumer<EngineException> handler) {
    return events.notices.add(
        Notice.RECONNECT_ERROR, failure -> handler.accept((EngineException) failure), false);
  }

  /** Runs when all attempts that are allowed have failed. {@link #connect} begins again. */
  public Registration onReconnectFailed(Runnable handler) {
    return events.notices.add(Notice.RECONNECT_FAILED, nothing -> handler.run(), false);
  }

  /** Runs when the connection has moved from polling to WebSocket. */
  public Registration onUpgrade(Runnable handler) {
    return events.notices.add(Notice.UPGRADE, nothing -> handler.run(), false);
  }

  @Override
  public String toString() {
    return "ClientSocket[" + id().orElse("not connected") + " in " + namespace + "]";
  }

  // ---- for its parts ----

  /** The acknowledgement of an event that came. */
  Ack ackOf(Packet.Event event) {
    if (!event.wantsAck()) {
      return values -> {};
    }
    var sent = new AtomicBoolean();
    return values -> {
      if (!sent.get()) {
        EncodedPacket ack = manager.encode(new Packet.Ack(namespace, Args.of(values), event.id()));
        if (sent.compareAndSet(false, true)) { // what cannot be written can be tried again
          manager.loop().execute(() -> link.acknowledge(ack));
        }
      }
    };
  }

  /** Enough events were handled for more to be read. */
  void roomAgain() {
    manager
        .loop()
        .execute(
            () -> {
              if (events.hasRoom()) {
                manager.resumeReading(link);
              }
            });
  }

  SocketLink link() {
    return link;
  }
}
