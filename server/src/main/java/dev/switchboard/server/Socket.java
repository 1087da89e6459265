package dev.switchboard.server;

import dev.switchboard.protocol.Call;
import dev.switchboard.protocol.Event;
import dev.switchboard.protocol.cluster.BroadcastOptions;
import dev.switchboard.protocol.cluster.RecoveryStore;
import dev.switchboard.protocol.cluster.SocketSnapshot;
import dev.switchboard.protocol.socket.Args;
import dev.switchboard.protocol.socket.Packet;
import dev.switchboard.server.engine.OutboundMessage;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One client in one namespace: what is sent to it, what it sends, and the rooms it is in.
 *
 * <p>Any thread may call any method. Handlers run one at a time for each socket, in the order in
 * which the client sent, on the handler executor, and may block; those of different sockets run in
 * parallel. Acknowledgements do not wait behind handlers. An exception in a handler is reported to
 * the {@link ServerListener}, and the connection lives.
 *
 * <p>The state only goes forward, by compare-and-set: connecting (its middlewares run), connected,
 * closed or cut off. Whoever closes a connected socket takes it out of its namespace and rooms and
 * sees to it that the disconnect handlers run, once, behind the events that had come before.
 */
public final class Socket {
  private static final VarHandle STATE;
  private static final int CONNECTING = 0;
  private static final int CONNECTED = 1;
  private static final int CLOSED = 2;

  /** Closed, but the client may resume the session. */
  private static final int CUT = 3;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(Socket.class, "state", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final String id;
  private final Namespace namespace;
  private final Connection connection;
  private final Handshake handshake;
  private final Mailbox mailbox = new Mailbox();
  private final Handlers<EventHandler> handlers = new Handlers<>();
  private final Handlers<Consumer<DisconnectReason>> farewells = new Handlers<>();
  private final PendingAcks acks;
  private final JoinedRooms rooms;
  private final @Nullable String pid;
  private final boolean recovered;

  private volatile int state;

  private volatile @Nullable Extras extras;
  private volatile @Nullable RecoveryBuffer recovering;
  private volatile @Nullable String firstOffset;

  /** What is being resumed, until the client was told that it is. */
  private volatile RecoveryStore.@Nullable Session restored;

  /** Whether the connection handlers were called: only then are those of the end. */
  private volatile boolean announced;

  /** Whether the server put the client out: then it is not listened to any more. */
  private volatile boolean dismissed;

  /** What few sockets need. */
  private static final class Extras {
    final Map<String, Object> data = new ConcurrentHashMap<>(2);
    final Map<Attribute<?>, Object> attributes = new ConcurrentHashMap<>(2);
    final Handlers<BiConsumer<String, Args>> any = new Handlers<>();
    final Handlers<PacketMiddleware> middlewares = new Handlers<>();
    final Handlers<BiConsumer<IncomingEvent, Throwable>> errors = new Handlers<>();
    final Handlers<Runnable> upgrades = new Handlers<>();

    /** The events that were sent and not yet shown to the listeners of outgoing events. */
    final AtomicInteger unseen = new AtomicInteger();
  }

  /** More outgoing events do not wait for their listeners, which must not fill the memory. */
  private static final int MOST_UNSEEN = 10_000;

  private static final String INCOMING = "incoming";
  private static final String OUTGOING = "outgoing";
  private static final String ONLY = "";

  /** The two moments of a socket's end. */
  private enum Lifecycle {
    DISCONNECTING,
    DISCONNECT
  }

  Socket(
      String id,
      Namespace namespace,
      Connection connection,
      Handshake handshake,
      RecoveryStore.@Nullable Session restored,
      @Nullable String pid) {
    this.id = id;
    this.namespace = namespace;
    this.connection = connection;
    this.handshake = handshake;
    this.pid = pid;
    this.restored = restored;
    this.recovered = restored != null;
    this.acks = new PendingAcks(namespace.limits().pendingAcks());
    this.rooms = new JoinedRooms(this, namespace);
    if (restored != null) {
      firstOffset = restored.offset();
      if (restored.data() instanceof Map<?, ?> data) {
        data.forEach(
            (key, value) -> {
              if (key instanceof String name && value != null) {
                data().put(name, value);
              }
            });
      }
    }
  }

  // ---- what it is ----

  /**
   * The public id, 20 characters unless the server generates others; new for each connection unless
   * the session was recovered.
   */
  public String id() {
    return id;
  }

  public Namespace namespace() {
    return namespace;
  }

  public Handshake handshake() {
    return handshake;
  }

  /** Whether it is connected: false in middlewares, and once it is gone. */
  public boolean connected() {
    return state == CONNECTED;
  }

  /**
   * Whether it resumed an earlier session with its id, rooms and data, and got what it had missed.
   */
  public boolean recovered() {
    return recovered;
  }

  /** The transport of the moment: {@code polling} or {@code websocket}. */
  public String transport() {
    return connection.session().transport();
  }

  /**
   * The revision of Engine.IO that the client speaks: 4, or 3 for clients of the second generation.
   */
  public int protocol() {
    return connection.session().protocol();
  }

  /**
   * What the application keeps with the socket and other nodes see in {@code fetchSockets}: values
   * that JSON can hold. Null is not allowed.
   */
  public Map<String, Object> data() {
    return extras().data;
  }

  /** Keeps a value with the socket, on this node. */
  public <T> void set(Attribute<T> key, T value) {
    extras().attributes.put(key, value);
  }

  /** A value that was kept with the socket, or null. */
  @SuppressWarnings("unchecked") // set() put it there under this key
  public <T> @Nullable T get(Attribute<T> key) {
    Extras some = extras;
    return some == null ? null : (T) some.attributes.get(key);
  }

  // ---- sending ----

  /**
   * Sends an event.
   *
   * @throws IllegalArgumentException if the name is reserved, or an argument cannot be written as
   *     JSON
   */
  public void emit(String event, @Nullable Object... args) {
    emit(event, Args.of(args), BroadcastOptions.ALL);
  }

  /** Sends an event. */
  public <T> void emit(Event<T> event, T arg) {
    emit(event.name(), Args.of(arg), BroadcastOptions.ALL);
  }

  /** Sends an event named {@code message}. */
  public void send(@Nullable Object... args) {
    emit("message", args);
  }

  /**
   * Sends an event and waits for its acknowledgement, for ever unless there is a {@link #timeout}.
   *
   * @return the acknowledgement's values; fails with a {@link SocketDisconnectedException} if the
   *     socket goes first
   */
  public CompletableFuture<Args> call(String event, @Nullable Object... args) {
    return new SocketEmitter(this, BroadcastOptions.ALL).call(event, args);
  }

  /** Sends an event and waits for its acknowledgement. */
  public <Q, R> CompletableFuture<R> call(Call<Q, R> call, Q arg) {
    return new SocketEmitter(this, BroadcastOptions.ALL).call(call, arg);
  }

  /**
   * Sends, with a time-out for acknowledgements: after it a call fails with an {@link
   * AckTimeoutException}.
   */
  public SocketEmitter timeout(Duration timeout) {
    return new SocketEmitter(this, BroadcastOptions.ALL.timeout(timeout));
  }

  /** Sends what is dropped when it cannot be written at once. The reference's {@code volatile}. */
  public SocketEmitter asVolatile() {
    return new SocketEmitter(this, BroadcastOptions.ALL.isVolatile(true));
  }

  /** Sends with or without compression, where the transport compresses. */
  public SocketEmitter compress(boolean on) {
    return new SocketEmitter(this, BroadcastOptions.ALL.compress(on));
  }

  /** The other sockets in these rooms. */
  public Target to(String... targetRooms) {
    return broadcast().to(targetRooms);
  }

  /** The other sockets in these rooms. */
  public Target to(Collection<String> targetRooms) {
    return broadcast().to(targetRooms);
  }

  /** The same as {@link #to(String...)}. */
  public Target in(String... targetRooms) {
    return broadcast().to(targetRooms);
  }

  /** The other sockets of the namespace, but those in these rooms. */
  public Target except(String... exceptRooms) {
    return broadcast().except(exceptRooms);
  }

  /** The other sockets of the namespace. */
  public Target broadcast() {
    return new Target(namespace.audience(), BroadcastOptions.ALL.except(Set.of(id)));
  }

  /** The other sockets of the namespace on this node. */
  public Target local() {
    return broadcast().local();
  }

  void emit(String event, Args args, BroadcastOptions options) {
    Namespace.checkEventName(event);
    notifyOutgoing(event, args);
    if (namespace.recovers() && !options.isVolatile() && (state == CONNECTED || state == CUT)) {
      // through the log, as the reference does, so that it is not missed
      namespace.audience().broadcast(event, args, options.to(Set.of(id)));
    } else {
      transmit(
          namespace.encode(event, args, Packet.NO_ID, options.compress()), options.isVolatile());
    }
  }

  /** Sends an event, as {@code message}, that asks for an acknowledgement. */
  void sendForAck(
      OutboundMessage message, long ackId, PendingAcks.PendingAck ack, String event, Args args) {
    if (acks.add(ackId, ack)) {
      notifyOutgoing(event, args);
      transmitInTurn(message, "", false);
    }
  }

  PendingAcks.@Nullable PendingAck forgetAck(long ackId) {
    return acks.remove(ackId);
  }

  void acknowledge(OutboundMessage ack) {
    if (state == CONNECTED) {
      transmit(ack, false);
    }
  }

  /** Delivers a broadcast. */
  void deliver(
      OutboundMessage message, String offset, boolean isVolatile, String event, Args args) {
    notifyOutgoing(event, args);
    transmitInTurn(message, offset, isVolatile);
  }

  /** Puts a message out, behind what the client missed if it is about to resume its session. */
  private void transmitInTurn(OutboundMessage message, String offset, boolean isVolatile) {
    RecoveryBuffer buffer = recovering;
    if (buffer == null || !buffer.hold(message, offset, isVolatile)) {
      transmit(message, isVolatile);
    }
  }

  /** Puts a message out, before the socket is connected too. */
  void transmit(OutboundMessage message, boolean isVolatile) {
    if (closed()) {
      return;
    }
    if (isVolatile) {
      connection.session().sendVolatile(message);
    } else {
      connection.session().send(message);
    }
  }

  // ---- rooms ----

  /**
   * Joins rooms; does nothing once the socket is closed.
   *
   * @return completes when messages to the rooms reach this node: at once, but with adapters that
   *     subscribe for each room
   * @throws IllegalArgumentException if a name is longer than allowed, or the socket would be in
   *     too many rooms
   */
  public CompletionStage<Void> join(String... names) {
    return rooms.join(List.of(names));
  }

  /** Joins rooms. */
  public CompletionStage<Void> join(Collection<String> names) {
    return rooms.join(names);
  }

  /** Leaves rooms. */
  public void leave(String... names) {
    rooms.leave(List.of(names));
  }

  /**
   * The rooms that it is in, its own included; in {@code onDisconnecting} those that it was in,
   * afterwards none. A copy.
   */
  public Set<String> rooms() {
    return rooms.all();
  }

  boolean inOwnRoom() {
    return rooms.inOwn();
  }

  // ---- receiving ----

  /** Handles an event. */
  public Registration on(String event, Consumer<Args> handler) {
    return addHandler(event, incoming -> handler.accept(incoming.args()));
  }

  /** Handles an event that may be acknowledged. */
  public Registration on(String event, BiConsumer<Args, Ack> handler) {
    return addHandler(event, incoming -> handler.accept(incoming.args(), incoming.ack()));
  }

  /**
   * Handles an event whose argument is of a type. An argument that is not goes to the {@link
   * #onError} handlers.
   */
  @SuppressWarnings("unchecked") // the codec gives what the type says, or throws
  public <T> Registration on(Event<T> event, Consumer<T> handler) {
    return addHandler(event.name(), incoming -> handler.accept((T) typed(incoming, event.type())));
  }

  /** Handles the next event of that name. */
  public Registration once(String event, Consumer<Args> handler) {
    return addOnce(event, incoming -> handler.accept(incoming.args()));
  }

  /** Handles the next event of that name. */
  @SuppressWarnings("unchecked") // the codec gives what the type says, or throws
  public <T> Registration once(Event<T> event, Consumer<T> handler) {
    return addOnce(event.name(), incoming -> handler.accept((T) typed(incoming, event.type())));
  }

  /** Answers an event: what the function returns is the acknowledgement. */
  public Registration reply(String event, Function<Args, @Nullable Object> handler) {
    return addHandler(event, incoming -> incoming.ack().send(handler.apply(incoming.args())));
  }

  /**
   * Answers an event: what the function returns is the acknowledgement. If it throws, there is
   * none.
   */
  @SuppressWarnings("unchecked") // the codec gives what the type says, or throws
  public <Q, R> Registration reply(Call<Q, R> call, Function<Q, R> handler) {
    return addHandler(
        call.name(),
        incoming -> incoming.ack().send(handler.apply((Q) typed(incoming, call.requestType()))));
  }

  /** Answers an event later: when the stage completes. */
  @SuppressWarnings("unchecked") // the codec gives what the type says, or throws
  public <Q, R> Registration replyAsync(Call<Q, R> call, Function<Q, CompletionStage<R>> handler) {
    return addHandler(
        call.name(),
        incoming ->
            handler
                .apply((Q) typed(incoming, call.requestType()))
                .whenComplete((answer, failure) -> answered(incoming, answer, failure)));
  }

  private void answered(IncomingEvent event, @Nullable Object answer, @Nullable Throwable failure) {
    Throwable problem = failure instanceof CompletionException ? failure.getCause() : failure;
    if (failure == null) {
      try {
        event.ack().send(answer);
      } catch (RuntimeException e) {
        problem = e;
      }
    }
    if (problem != null) {
      Throwable cause = problem;
      enqueue(Mailbox.task(() -> handlerFailed(event, cause)));
    }
  }

  /** Removes all handlers of an event. */
  public void off(String event) {
    handlers.removeAll(event::equals);
  }

  /** Removes the handlers of all events. */
  public void removeAllListeners() {
    handlers.removeAll(event -> true);
  }

  /** Sees every event before the middlewares and handlers do, also those that nobody handles. */
  public Registration onAny(BiConsumer<String, Args> listener) {
    return extras().any.add(INCOMING, listener, false);
  }

  /** As {@link #onAny}, before those that are registered. */
  public Registration prependAny(BiConsumer<String, Args> listener) {
    return extras().any.add(INCOMING, listener, true);
  }

  /** Removes all that {@link #onAny} registered. */
  public void offAny() {
    extras().any.removeAll(INCOMING::equals);
  }

  /**
   * Sees every event that is sent to this socket, also by broadcasts; not acknowledgements. Runs as
   * handlers do, after the event was queued. While a handler blocks at most 10,000 events wait to
   * be seen; more are not.
   */
  public Registration onAnyOutgoing(BiConsumer<String, Args> listener) {
    return extras().any.add(OUTGOING, listener, false);
  }

  /** As {@link #onAnyOutgoing}, before those that are registered. */
  public Registration prependAnyOutgoing(BiConsumer<String, Args> listener) {
    return extras().any.add(OUTGOING, listener, true);
  }

  /** Removes all that {@link #onAnyOutgoing} registered. */
  public void offAnyOutgoing() {
    extras().any.removeAll(OUTGOING::equals);
  }

  /** Looks at every event before its handlers do. */
  public Registration use(PacketMiddleware middleware) {
    return extras().middlewares.add(ONLY, middleware, false);
  }

  /**
   * Learns of events that could not be handled: a middleware refused them, an argument was not of
   * the handler's type, or a handler threw. The event can still be acknowledged.
   */
  public Registration onError(BiConsumer<IncomingEvent, Throwable> handler) {
    return extras().errors.add(ONLY, handler, false);
  }

  /** Runs when the socket goes, with its rooms as they were. */
  public Registration onDisconnecting(Consumer<DisconnectReason> handler) {
    return farewells.add(Lifecycle.DISCONNECTING, handler, false);
  }

  /**
   * Runs when the socket is gone: once, after the handlers of all events that it had sent. Those of
   * a socket that the server disconnected are not handled any more.
   */
  public Registration onDisconnect(Consumer<DisconnectReason> handler) {
    return farewells.add(Lifecycle.DISCONNECT, handler, false);
  }

  /** Runs when the connection has moved from polling to WebSocket. */
  public Registration onUpgrade(Runnable handler) {
    return extras().upgrades.add(ONLY, handler, false);
  }

  // ---- leaving ----

  /**
   * Disconnects the socket from its namespace; the connection, and its other namespaces, stay.
   * Events of the client that wait for their handlers are dropped.
   */
  public void disconnect() {
    disconnect(false);
  }

  /**
   * Disconnects the socket; does nothing if it is disconnected.
   *
   * @param close whether the whole connection is closed, with all its namespaces
   */
  public void disconnect(boolean close) {
    if (closed()) {
      return;
    }
    if (connected()) {
      dismissed = true;
      if (close(DisconnectReason.SERVER_NAMESPACE_DISCONNECT, "")) {
        connection.session().send(namespace.disconnectMessage());
        connection.left();
      }
    }
    if (close) {
      if (!connected()) {
        close(
            DisconnectReason.SERVER_NAMESPACE_DISCONNECT, ""); // by a middleware: it never will be
      }
      connection.disconnect();
    }
  }

  @Override
  public String toString() {
    return "Socket[" + id + " in " + namespace.name() + "]";
  }

  // ---- for the connection and the namespace ----

  Connection connection() {
    return connection;
  }

  Mailbox mailbox() {
    return mailbox;
  }

  @Nullable String pid() {
    return pid;
  }

  boolean closed() {
    return state >= CLOSED;
  }

  /** From connecting to connected; false if it is closed already. */
  boolean becomeConnected() {
    return STATE.compareAndSet(this, CONNECTING, CONNECTED);
  }

  /** Where the log stood when it connected, for a client that never gets an event. */
  void connectedAt(@Nullable String offset) {
    firstOffset = offset;
  }

  /** Holds back what is delivered until {@link RecoveryBuffer#release}. */
  RecoveryBuffer holdBack() {
    var buffer = new RecoveryBuffer(this, namespace.limits().outboundPackets());
    recovering = buffer;
    return buffer;
  }

  void holdBackNoLonger() {
    recovering = null;
  }

  /** Its connection handlers run next; if it resumed a session, the client has been told. */
  void announce() {
    restored = null;
    announced = true;
    namespace.sessionChanged(this);
  }

  /** Adds a task to the mailbox and has it run. */
  void enqueue(Mailbox.Task task) {
    if (mailbox.add(task)) {
      connection.turn().ready(mailbox);
    }
  }

  /** An acknowledgement came. On the loop. */
  void acknowledged(Packet.Ack ack) {
    PendingAcks.PendingAck pending = acks.remove(ack.id());
    if (pending != null) {
      pending.acknowledged(ack.args());
    }
  }

  /**
   * The socket goes. Leaves its rooms and the namespace at once; its handlers learn of it in their
   * turn.
   *
   * @return whether this call closed it
   */
  boolean close(DisconnectReason reason, String description) {
    int before;
    boolean resumable;
    do {
      before = state;
      if (before >= CLOSED) {
        return false;
      }
      resumable = reason.recoverable() && pid != null && (before == CONNECTED || restored != null);
    } while (!STATE.compareAndSet(this, before, resumable ? CUT : CLOSED));
    Set<String> left = rooms.close();
    acks.close();
    if (before == CONNECTED) {
      namespace.remove(this);
    }
    if (resumable) {
      persist(left);
    } else if (pid != null && before == CONNECTED) {
      namespace.forgetSession(pid);
    }
    if (before == CONNECTED) {
      namespace.server().farewells().begin();
      enqueue(new DisconnectTask(reason));
    }
    namespace.release();
    return true;
  }

  private void persist(Set<String> left) {
    RecoveryStore.Session asBefore = restored;
    if (asBefore != null) {
      namespace.persist(asBefore); // it did not get so far as to resume it
    } else if (pid != null) {
      Set<String> joined = left;
      if (!announced) {
        joined = new HashSet<>(left);
        joined.add(id); // it was about to join
      }
      Extras some = extras;
      namespace.persist(
          new RecoveryStore.Session(id, pid, joined, some == null ? null : some.data, firstOffset));
    }
  }

  /** Its session as it stands, or null if it is not connected. */
  RecoveryStore.@Nullable Session session() {
    if (pid == null || !announced || state != CONNECTED) {
      return null;
    }
    Extras some = extras;
    return new RecoveryStore.Session(
        id, pid, rooms(), some == null ? null : some.data, firstOffset);
  }

  void upgraded() {
    Extras some = extras;
    if (some != null && !some.upgrades.isEmpty()) {
      enqueue(
          Mailbox.task(() -> guarded("upgrade", () -> some.upgrades.forEach(ONLY, Runnable::run))));
    }
  }

  SocketSnapshot snapshot() {
    Extras some = extras;
    return new SocketSnapshot(
        id,
        handshake.toMap(),
        rooms(),
        namespace.json().toTree(some == null ? Map.of() : some.data));
  }

  /** Runs the handlers of an event. In the mailbox. */
  void handle(IncomingEvent event) {
    if (dismissed) {
      return;
    }
    Extras some = extras;
    try {
      if (some != null) {
        some.any.forEach(INCOMING, listener -> listener.accept(event.name(), event.args()));
        some.middlewares.forEach(ONLY, middleware -> middleware.handle(event));
      }
      handlers.forEach(event.name(), handler -> handler.handle(event));
    } catch (Throwable e) {
      handlerFailed(event, e);
    }
  }

  private void handlerFailed(IncomingEvent event, Throwable failure) {
    Extras some = extras;
    boolean handled = some != null && !some.errors.isEmpty();
    if (some != null) {
      guarded("error", () -> some.errors.forEach(ONLY, handler -> handler.accept(event, failure)));
    }
    if (failure instanceof WrongArgumentException) {
      namespace.server().peerMistake(this, event.name(), failure);
    } else if (!handled) {
      namespace.server().handlerFailed(this, event.name(), failure);
    }
  }

  private void guarded(String what, Runnable code) {
    try {
      code.run();
    } catch (Throwable e) {
      namespace.server().handlerFailed(this, what, e);
    }
  }

  /** Shows an event that was sent to those who want to see it. */
  private void notifyOutgoing(String event, Args args) {
    Extras some = extras;
    if (some == null || !some.any.has(OUTGOING)) {
      return;
    }
    if (some.unseen.incrementAndGet() > MOST_UNSEEN) {
      some.unseen.decrementAndGet();
      return;
    }
    enqueue(
        Mailbox.task(
            () -> {
              some.unseen.decrementAndGet();
              guarded(
                  event,
                  () -> some.any.forEach(OUTGOING, listener -> listener.accept(event, args)));
            }));
  }

  private Extras extras() {
    Extras some = extras;
    if (some == null) {
      synchronized (this) {
        some = extras;
        if (some == null) {
          some = new Extras();
          extras = some;
        }
      }
    }
    return some;
  }

  private Registration addHandler(String event, EventHandler handler) {
    return handlers.add(event, handler, false);
  }

  private Registration addOnce(String event, EventHandler handler) {
    return handlers.add(
        event,
        new EventHandler() {
          @Override
          public void handle(IncomingEvent incoming) throws Exception {
            handlers.remove(event, this);
            handler.handle(incoming);
          }
        },
        false);
  }

  private static @Nullable Object typed(IncomingEvent event, Type type) {
    try {
      return event.args().get(0, type);
    } catch (IllegalArgumentException e) {
      throw new WrongArgumentException(event.name(), e);
    }
  }

  /** Tells the handlers that the socket is gone. */
  private final class DisconnectTask extends Mailbox.Task {
    private final DisconnectReason reason;

    DisconnectTask(DisconnectReason reason) {
      this.reason = reason;
    }

    @Override
    void run() {
      try {
        if (announced) {
          tell(Lifecycle.DISCONNECTING);
          rooms.forget();
          tell(Lifecycle.DISCONNECT);
          namespace.server().disconnected(Socket.this, reason);
        }
      } finally {
        namespace.server().farewells().end();
      }
    }

    private void tell(Lifecycle stage) {
      farewells.forEach(stage, handler -> guarded("disconnect", () -> handler.accept(reason)));
    }
  }

  /** For tests: nothing must be kept of a socket that is gone. */
  int pendingAcks() {
    return acks.size();
  }
}
