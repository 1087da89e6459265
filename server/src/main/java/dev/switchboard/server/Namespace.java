package dev.switchboard.server;

import dev.switchboard.protocol.Call;
import dev.switchboard.protocol.Event;
import dev.switchboard.protocol.cluster.AdapterFactory;
import dev.switchboard.protocol.cluster.BroadcastOptions;
import dev.switchboard.protocol.cluster.RecoveryStore;
import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.socket.Args;
import dev.switchboard.protocol.socket.EncodedPacket;
import dev.switchboard.protocol.socket.Packet;
import dev.switchboard.protocol.socket.ReservedEvents;
import dev.switchboard.server.cluster.Cluster;
import dev.switchboard.server.cluster.Replies;
import dev.switchboard.server.cluster.RosterMessage;
import dev.switchboard.server.engine.LimitSettings;
import dev.switchboard.server.engine.OutboundMessage;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A channel of its own within the connections of the server's clients, with its own sockets, rooms,
 * middlewares and handlers.
 *
 * <p>Any thread.
 */
public final class Namespace {
  private static final int REMOVED = -1;

  private final String name;
  private final SocketIoServer server;
  private final boolean removable;
  private final Map<String, Socket> sockets = new ConcurrentHashMap<>();
  private final Rooms rooms;
  private final List<Middleware> middlewares = new CopyOnWriteArrayList<>();
  private final List<Consumer<Socket>> connectionHandlers = new CopyOnWriteArrayList<>();
  private final Handlers<ServerSideHandler> serverSideHandlers = new Handlers<>();
  private final Mailbox serverSideEvents = new Mailbox();
  private final AtomicLong ackIds = new AtomicLong();
  private final AtomicInteger occupants = new AtomicInteger();
  private final AtomicBoolean kept = new AtomicBoolean();
  private final AtomicBoolean removalDue = new AtomicBoolean();
  private final CompletableFuture<Namespace> ready = new CompletableFuture<>();
  private final OutboundMessage disconnectMessage;
  private final Cluster cluster;
  private final Audience audience;
  private final @Nullable RecoveryStore recovery;
  private final @Nullable Snapshots snapshots;

  /** Until when a session can be resumed, in {@code System.nanoTime()}; 0 if there is none. */
  private volatile long resumableUntil;

  private volatile @Nullable Future<?> removal;
  private volatile @Nullable Presence presence;
  private volatile boolean closed;

  /**
   * @param removable whether it goes when the last socket has gone
   */
  Namespace(String name, SocketIoServer server, AdapterFactory adapters, boolean removable) {
    this.name = name;
    this.server = server;
    this.removable = removable;
    this.disconnectMessage = encode(new Packet.Disconnect(name), true);
    this.rooms = new Rooms(sockets, new Subscriptions()); // before the adapter calls back
    this.cluster =
        new Cluster(
            name,
            new NamespaceNode(this),
            adapters,
            server.json(),
            server.executor(),
            server.timers(),
            server.requestsTimeout());
    this.audience = new ClusterAudience(this);
    this.recovery = server.recovers() ? cluster.recovery().orElse(null) : null;
    this.snapshots =
        recovery != null && recovery.wantsSnapshots()
            ? new Snapshots(
                recovery,
                server.executor(),
                server.timers(),
                server.recovery().maxDisconnectionDuration())
            : null;
  }

  // ---- what it is ----

  /** The name, with its leading slash. */
  public String name() {
    return name;
  }

  public SocketIoServer server() {
    return server;
  }

  /** The connected sockets of this node. A live view. */
  public Collection<Socket> sockets() {
    return Collections.unmodifiableCollection(sockets.values());
  }

  /** The connected socket of this node with this id. */
  public Optional<Socket> socket(String id) {
    return Optional.ofNullable(sockets.get(id));
  }

  /**
   * The rooms of this node that have members, without those that each socket has for itself. A live
   * view.
   */
  public Set<String> roomNames() {
    return rooms.names();
  }

  /** How many sockets of this node are in a room. */
  public int roomSize(String room) {
    return rooms.memberCount(room);
  }

  /** How many servers have the namespace, this one included. */
  public CompletionStage<Integer> serverCount() {
    return cluster.serverCount();
  }

  /**
   * Who is online in the namespace, on all nodes. Nodes tell each other from the first call on:
   * make it where the namespace is set up, on each node.
   */
  public Presence presence() {
    Presence present = presence;
    if (present == null) {
      synchronized (this) {
        present = presence;
        if (present == null) {
          present = new Presence(this, server.presenceSettings());
          presence = present;
          if (closed) {
            present.close();
          }
        }
      }
    }
    return present;
  }

  // ---- who comes in ----

  /** Adds a middleware: it looks at each socket before it is connected. */
  public Namespace use(Middleware middleware) {
    middlewares.add(middleware);
    return this;
  }

  /**
   * Adds a handler for each socket that is connected. It runs before any event of the socket is
   * handled: register the socket's handlers in it.
   */
  public Namespace onConnection(Consumer<Socket> handler) {
    connectionHandlers.add(handler);
    return this;
  }

  // ---- sending ----

  /** All sockets of the namespace, on all nodes, as a target. */
  public Target all() {
    return new Target(audience, BroadcastOptions.ALL);
  }

  /** The sockets in these rooms. */
  public Target to(String... targetRooms) {
    return all().to(targetRooms);
  }

  /** The sockets in these rooms. */
  public Target to(Collection<String> targetRooms) {
    return all().to(targetRooms);
  }

  /** The same as {@link #to(String...)}. */
  public Target in(String... targetRooms) {
    return all().to(targetRooms);
  }

  /** All sockets but those in these rooms. */
  public Target except(String... exceptRooms) {
    return all().except(exceptRooms);
  }

  /** The sockets of this node. */
  public Target local() {
    return all().local();
  }

  /** See {@link Target#asVolatile}. */
  public Target asVolatile() {
    return all().asVolatile();
  }

  /** See {@link Target#compress}. */
  public Target compress(boolean on) {
    return all().compress(on);
  }

  /** See {@link Target#timeout}. */
  public Target timeout(Duration timeout) {
    return all().timeout(timeout);
  }

  /** Sends an event to all sockets, on all nodes. */
  public void emit(String event, @Nullable Object... args) {
    all().emit(event, args);
  }

  /** Sends an event to all sockets, on all nodes. */
  public <T> void emit(Event<T> event, T arg) {
    all().emit(event, arg);
  }

  /** Sends an event named {@code message} to all sockets. */
  public void send(@Nullable Object... args) {
    all().send(args);
  }

  /** See {@link Target#call(Call, Object)}. */
  public <Q, R> CompletableFuture<Replies<R>> call(Call<Q, R> call, Q arg) {
    return all().call(call, arg);
  }

  /** See {@link Target#call(String, Object...)}. */
  public CompletableFuture<Replies<Object>> call(String event, @Nullable Object... args) {
    return all().call(event, args);
  }

  /** See {@link Target#fetchSockets}. */
  public CompletableFuture<List<RemoteSocket>> fetchSockets() {
    return all().fetchSockets();
  }

  /** See {@link Target#socketsJoin}. */
  public void socketsJoin(String... names) {
    all().socketsJoin(names);
  }

  /** See {@link Target#socketsLeave}. */
  public void socketsLeave(String... names) {
    all().socketsLeave(names);
  }

  /** See {@link Target#disconnectSockets(boolean)}. */
  public void disconnectSockets(boolean close) {
    all().disconnectSockets(close);
  }

  // ---- between servers ----

  /**
   * Sends an event to the other servers; nothing happens on this one.
   *
   * @throws IllegalArgumentException if the name is {@code connect}, {@code connection} or {@code
   *     new_namespace}
   */
  public void serverSideEmit(String event, @Nullable Object... args) {
    checkServerSideEventName(event);
    cluster.serverSideEmit(event, Args.of(args));
  }

  /**
   * Sends an event to the other servers and collects the first value of each one's answer.
   * Completes after 5 s at the latest.
   */
  public CompletableFuture<Replies<Object>> serverSideEmitWithAck(
      String event, @Nullable Object... args) {
    checkServerSideEventName(event);
    return cluster
        .serverSideEmitWithAck(event, Args.of(args), cluster.requestsTimeout())
        .thenApply(replies -> ClusterAudience.firstValues(replies, Object.class));
  }

  /** Handles an event that another server emitted. */
  public Registration on(String event, Consumer<Args> handler) {
    return serverSideHandlers.add(event, (args, reply) -> handler.accept(args), false);
  }

  /** Answers an event that another server emitted. */
  public Registration reply(String event, Function<Args, @Nullable Object> handler) {
    return serverSideHandlers.add(
        event,
        (args, reply) -> {
          Object answer = handler.apply(args);
          if (reply != null) {
            reply.accept(Args.of(answer));
          }
        },
        false);
  }

  // ---- for the connection, the sockets and the node ----

  static void checkEventName(String event) {
    if (ReservedEvents.contains(event)) {
      throw new IllegalArgumentException("\"" + event + "\" is a reserved event name");
    }
  }

  private static void checkServerSideEventName(String event) {
    if (event.equals("connect")
        || event.equals("connection")
        || event.equals("new_namespace")
        || event.equals(RosterMessage.EVENT)) {
      throw new IllegalArgumentException("\"" + event + "\" is a reserved event name");
    }
  }

  void checkRoomName(String room) {
    int longest = limits().roomLength();
    if (room.length() > longest) {
      throw new IllegalArgumentException(
          "a room's name has at most "
              + longest
              + " characters, not "
              + room.length()
              + "; raise LimitSettings.roomLength");
    }
  }

  LimitSettings limits() {
    return server.limits();
  }

  Json json() {
    return server.json();
  }

  Audience audience() {
    return audience;
  }

  Cluster cluster() {
    return cluster;
  }

  Rooms rooms() {
    return rooms;
  }

  boolean recovers() {
    return recovery != null;
  }

  @Nullable RecoveryStore recovery() {
    return recovery;
  }

  List<Middleware> middlewares() {
    return middlewares;
  }

  List<Consumer<Socket>> connectionHandlers() {
    return connectionHandlers;
  }

  Handlers<ServerSideHandler> serverSideHandlers() {
    return serverSideHandlers;
  }

  /** What another server told of who is online there; nothing to us if we do not ask ourselves. */
  void receivePresence(Args args) {
    Presence present = presence;
    if (present != null) {
      present.receive(args);
    }
  }

  void closePresence() {
    Presence present = presence;
    if (present != null) {
      present.close();
    }
  }

  void enqueueServerSide(Mailbox.Task task) {
    if (serverSideEvents.add(task)) {
      server.executor().execute(serverSideEvents);
    }
  }

  long nextAckId() {
    return ackIds.getAndIncrement();
  }

  OutboundMessage encode(String event, Args args, long ackId, boolean compress) {
    return encode(new Packet.Event(name, event, args, ackId), compress);
  }

  OutboundMessage encodeAck(Args args, long ackId) {
    return encode(new Packet.Ack(name, args, ackId), true);
  }

  OutboundMessage encode(Packet packet, boolean compress) {
    EncodedPacket encoded = server.parser().encode(packet);
    OutboundMessage message = OutboundMessage.of(encoded.text(), encoded.binary());
    return compress ? message : message.compress(false);
  }

  OutboundMessage disconnectMessage() {
    return disconnectMessage;
  }

  /** Completed once the namespace was announced; nobody enters before. */
  CompletableFuture<Namespace> ready() {
    return ready;
  }

  /** The namespace stays though it be empty. False if it was removed meanwhile. */
  boolean keep() {
    if (removable && !kept.get()) {
      if (!occupy()) {
        return false;
      }
      if (!kept.compareAndSet(false, true)) {
        release();
      }
    }
    return true;
  }

  /**
   * Counts a socket that is about to connect. False if the namespace was removed meanwhile: look it
   * up again.
   */
  boolean occupy() {
    return occupants.updateAndGet(count -> count == REMOVED ? REMOVED : count + 1) != REMOVED;
  }

  /** A socket, connected or not, is gone. */
  void release() {
    if (occupants.decrementAndGet() == 0 && removable) {
      if (resumableUntil == 0 || closed) {
        removeIfEmpty();
      } else {
        removeLater();
      }
    }
  }

  private void removeIfEmpty() {
    if (occupants.compareAndSet(0, REMOVED)) {
      server.namespaceEmptied(this);
      close();
    }
  }

  /** Removes the namespace when nobody can come back to it. One timer at a time. */
  private void removeLater() {
    if (removalDue.compareAndSet(false, true)) {
      long wait = Math.max(0, resumableUntil - System.nanoTime());
      try {
        Future<?> removal =
            server.timers().schedule(this::removeIfUnwanted, wait, TimeUnit.NANOSECONDS);
        this.removal = removal;
        if (closed) {
          removal.cancel(false);
        }
      } catch (RejectedExecutionException serverClosed) {
        removeIfEmpty();
      }
    }
  }

  private void removeIfUnwanted() {
    removalDue.set(false);
    if (occupants.get() == 0) {
      if (resumableUntil - System.nanoTime() > 0) {
        removeLater();
      } else {
        removeIfEmpty();
      }
    }
  }

  /** The socket is one of the namespace from now on. */
  void add(Socket socket) {
    sockets.put(socket.id(), socket);
  }

  void remove(Socket socket) {
    sockets.remove(socket.id(), socket);
    Presence present = presence;
    if (present != null) {
      present.leave(socket);
    }
  }

  void persist(RecoveryStore.Session session) {
    if (recovery != null) {
      ended(recovery, store -> store.persist(session));
      long keep = server.recovery().maxDisconnectionDuration().toNanos();
      resumableUntil = (System.nanoTime() + keep) | 1; // never 0
    }
  }

  /** A client left for good. */
  void forgetSession(String pid) {
    if (recovery != null && snapshots != null) {
      ended(recovery, store -> store.forget(pid));
    }
  }

  private void ended(RecoveryStore store, Consumer<RecoveryStore> last) {
    if (snapshots == null) {
      last.accept(store);
    } else {
      snapshots.ended(() -> last.accept(store));
    }
  }

  void sessionChanged(Socket socket) {
    if (snapshots != null) {
      snapshots.changed(socket);
    }
  }

  void joined(String room, Socket socket, boolean created) {
    sessionChanged(socket);
    if (created) {
      server.notify(listener -> listener.onRoomCreated(this, room));
    }
    server.notify(listener -> listener.onRoomJoined(this, room, socket.id()));
  }

  void left(String room, Socket socket, boolean deleted) {
    sessionChanged(socket);
    server.notify(listener -> listener.onRoomLeft(this, room, socket.id()));
    if (deleted) {
      server.notify(listener -> listener.onRoomDeleted(this, room));
    }
  }

  void close() {
    closed = true;
    Future<?> due = removal;
    if (due != null) {
      due.cancel(false);
    }
    closePresence();
    if (snapshots != null) {
      snapshots.close();
    }
    cluster.close();
  }

  /** Tells the adapter of the rooms that it may have to subscribe to. */
  private final class Subscriptions implements Rooms.Watcher {
    @Override
    public CompletionStage<Void> opened(String room) {
      return cluster.roomOpened(room);
    }

    @Override
    public void closed(String room) {
      cluster.roomClosed(room);
    }
  }

  @Override
  public String toString() {
    return "Namespace[" + name + "]";
  }
}
