package dev.switchboard.client;

import dev.switchboard.client.engine.ClientLoop.Timer;
import dev.switchboard.client.engine.EngineException;
import dev.switchboard.protocol.json.JsonValue;
import dev.switchboard.protocol.socket.Args;
import dev.switchboard.protocol.socket.EncodedPacket;
import dev.switchboard.protocol.socket.Packet;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One namespace's part of a connection: its way in and out, what waits to be sent, and what waits
 * for an acknowledgement. Of the loop; the fields that say so can be read by any thread.
 *
 * <p>The order when a namespace is connected is that of the JavaScript client: the events that came
 * before, the events that waited, those that are sent until they are acknowledged, then {@code
 * connect}.
 */
final class SocketLink {
  private final Manager manager;
  private final String namespace;
  private final SocketSettings settings;
  private final SocketEvents events;
  private final Backlog backlog;
  private final PendingCalls calls;
  private final RetryQueue retries;
  private final Backoff authBackoff;

  /** Calls that are not over, counted where they are made. Any thread. */
  final AtomicInteger openCalls = new AtomicInteger();

  volatile boolean active;
  volatile boolean connected;
  volatile boolean recovered;
  volatile boolean closed;
  volatile @Nullable String id;

  private final Set<Outgoing> unsent = new LinkedHashSet<>();
  private final Deque<Packet.Event> early = new ArrayDeque<>();
  private int packetsUnderway;
  private long bytesUnderway;
  private @Nullable String pid;
  private @Nullable String lastOffset;
  private Timer deadline = Timer.NONE;
  private int attempt;

  SocketLink(Manager manager, String namespace, SocketSettings settings, SocketEvents events) {
    this.manager = manager;
    this.namespace = namespace;
    this.settings = settings;
    this.events = events;
    this.backlog = new Backlog(settings.limits());
    this.calls = new PendingCalls(manager.loop());
    this.retries = new RetryQueue(this, settings.retries());
    ReconnectionSettings reconnection = manager.settings().reconnection();
    this.authBackoff =
        new Backoff(
            reconnection.delay(),
            reconnection.delayMax(),
            reconnection.randomizationFactor(),
            () -> ThreadLocalRandom.current().nextDouble());
  }

  String namespace() {
    return namespace;
  }

  Manager manager() {
    return manager;
  }

  SocketEvents events() {
    return events;
  }

  Backlog backlog() {
    return backlog;
  }

  // ---- coming and going ----

  void connect() {
    if (connected || closed) {
      return;
    }
    boolean first = !active;
    active = true;
    manager.add(this, first);
  }

  /** The connection is there: asks for the namespace. */
  void opened() {
    int thisAttempt = ++attempt;
    deadline =
        manager
            .loop()
            .schedule(
                () ->
                    manager.abort(
                        new EngineException(
                            "timeout: the server did not answer the connection of " + namespace)),
                manager.settings().timeout());
    if (settings.auth() == Auth.NONE) {
      requestNamespace(null);
      return;
    }
    events.ask(
        settings.auth(),
        (value, failure) ->
            manager
                .loop()
                .execute(
                    () -> {
                      if (attempt == thisAttempt && active) {
                        authCame(value, failure);
                      }
                    }));
  }

  private void authCame(@Nullable Object value, @Nullable Throwable failure) {
    if (failure != null) {
      authFailed(failure);
      return;
    }
    try {
      requestNamespace(value);
    } catch (IllegalArgumentException e) {
      authFailed(e);
    }
  }

  private void requestNamespace(@Nullable Object auth) {
    Object data = auth;
    if (pid != null) {
      Map<String, @Nullable Object> both = new LinkedHashMap<>();
      both.put("pid", pid);
      if (lastOffset != null) {
        both.put("offset", lastOffset);
      }
      if (auth != null) {
        both.putAll(object(auth));
      }
      data = both;
    } else if (auth != null) {
      data = object(auth);
    }
    manager.send(manager.encode(new Packet.Connect(namespace, data)), () -> {});
  }

  private Map<String, @Nullable Object> object(Object auth) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    if (!(settings.json().toTree(auth) instanceof Map<?, ?> tree)) {
      throw new IllegalArgumentException(
          "auth must be a record, a bean or a map, not a " + auth.getClass().getName());
    }
    tree.forEach((name, value) -> fields.put((String) name, value));
    return fields;
  }

  private void authFailed(Throwable failure) {
    deadline.cancel();
    if (manager.settings().reconnection().enabled()) {
      deadline = manager.loop().schedule(this::opened, authBackoff.next());
    } else {
      leave();
    }
    events.connectError(
        ConnectFailedException.failed("no auth to connect with: " + failure.getMessage(), failure));
  }

  void received(Packet packet) {
    if (packet instanceof Packet.Connect connect) {
      namespaceConnected(connect.data());
    } else if (packet instanceof Packet.ConnectError refusal) {
      namespaceRefused(refusal.data());
    } else if (packet instanceof Packet.Disconnect) {
      leave();
      end(DisconnectReason.IO_SERVER_DISCONNECT, null);
    } else if (packet instanceof Packet.Event event) {
      eventCame(event);
    } else if (packet instanceof Packet.Ack ack) {
      acknowledged(ack);
    }
  }

  private void namespaceConnected(@Nullable Object data) {
    if (connected) {
      return;
    }
    if (!(data instanceof Map<?, ?> fields) || !(fields.get("sid") instanceof String sid)) {
      leave();
      events.connectError(
          ConnectFailedException.refused(
              "the server speaks the protocol of Socket.IO 2; this client needs 3 or newer", null));
      return;
    }
    deadline.cancel();
    authBackoff.reset();
    String newPid = fields.get("pid") instanceof String text ? text : null;
    recovered = newPid != null && newPid.equals(pid);
    if (!recovered) {
      lastOffset = null; // of a log that does not go on
    }
    pid = newPid;
    id = sid;
    connected = true;
    manager.namespaceConnected();
    for (Packet.Event event : early) {
      deliver(event);
    }
    early.clear();
    List<Outgoing> waited = List.copyOf(unsent);
    unsent.clear();
    waited.forEach(this::transmit);
    retries.sendFirst(true);
    events.connected();
  }

  private void namespaceRefused(@Nullable Object data) {
    if (connected) {
      return;
    }
    leave();
    if (data instanceof Map<?, ?> fields) {
      events.connectError(
          ConnectFailedException.refused(
              String.valueOf(fields.get("message")), fields.get("data")));
    } else {
      events.connectError(ConnectFailedException.refused(String.valueOf(data), data));
    }
  }

  /** The connection could not be made. */
  void failed(EngineException cause) {
    if (!connected) {
      events.connectError(ConnectFailedException.failed(String.valueOf(cause.getMessage()), cause));
    }
  }

  /** The connection is gone. */
  void lost(DisconnectReason reason, @Nullable EngineException cause) {
    deadline.cancel();
    attempt++;
    if (connected) {
      end(reason, cause);
    } else {
      early.clear();
      forgetUnderway();
      String why = cause == null ? reason.text() : String.valueOf(cause.getMessage());
      events.connectError(
          ConnectFailedException.failed(
              "the connection went before the server answered that of " + namespace + ": " + why,
              cause));
    }
  }

  private void end(DisconnectReason reason, @Nullable Throwable cause) {
    connected = false;
    id = null;
    early.clear();
    forgetUnderway();
    events.disconnected(reason, cause);
    for (Outgoing call : calls.removeSent(unsent)) {
      if (retries.first() == call) {
        retries.failed(new SocketDisconnectedException());
      } else {
        settle(call, new SocketDisconnectedException());
      }
    }
  }

  /** Takes no more part in the connection. */
  private void leave() {
    deadline.cancel();
    attempt++;
    active = false;
    manager.remove(this);
  }

  /**
   * Leaves the namespace.
   *
   * @param gone completes when the server has been told, or cannot be
   */
  void disconnect(CompletableFuture<Void> gone) {
    Runnable told = () -> events.reply(() -> gone.complete(null));
    boolean was = connected;
    if (was) {
      manager.farewell(manager.encode(new Packet.Disconnect(namespace)), told);
    } else {
      told.run();
    }
    if (active) {
      leave();
    }
    if (was) {
      end(DisconnectReason.IO_CLIENT_DISCONNECT, null);
    }
  }

  /** Leaves the namespace for good: nothing is kept. */
  void close(CompletableFuture<Void> gone) {
    closed = true;
    disconnect(gone);
    for (Outgoing each : List.copyOf(unsent)) {
      drop(each, new SocketDisconnectedException());
    }
    retries.close();
  }

  // ---- going out ----

  /** Sends an event, for which room was taken. */
  void send(Outgoing packet) {
    if (closed) {
      drop(packet, new SocketDisconnectedException());
      return;
    }
    if (backlog.overdrawn() && !dropOldest()) {
      drop(packet, new BufferFullException(settings.limits()));
      return;
    }
    if (settings.retries() > 0 && !packet.isVolatile) {
      retries.add(packet);
      return;
    }
    if (packet.reply != null) {
      waitForReply(packet, this::timedOut);
    }
    boolean reachable = connected && !manager.pingExpired();
    if (packet.isVolatile && !(reachable && manager.writable())) {
      backlog.give(packet.bytes);
    } else if (reachable) {
      transmit(packet);
    } else {
      unsent.add(packet);
    }
  }

  void waitForReply(Outgoing call, Consumer<Outgoing> onTimeout) {
    calls.add(call, onTimeout);
  }

  private void timedOut(Outgoing call) {
    if (unsent.remove(call)) {
      backlog.give(call.bytes);
    }
    settle(call, new AckTimeoutException(Objects.requireNonNull(call.timeout)));
  }

  private boolean dropOldest() {
    Iterator<Outgoing> oldest = unsent.iterator();
    Outgoing victim = oldest.hasNext() ? oldest.next() : retries.oldestUnsent();
    if (victim == null) {
      return false;
    }
    drop(victim, new BufferFullException(settings.limits()));
    return true;
  }

  /** Gives an event up before it was sent. */
  void drop(Outgoing packet, RuntimeException why) {
    unsent.remove(packet);
    retries.forget(packet);
    calls.remove(packet.id);
    backlog.give(packet.bytes);
    settle(packet, why);
  }

  /** Puts an event out; its room is free once the network has it. */
  private void transmit(Outgoing packet) {
    events.outgoing(packet.event, packet.args);
    transmit(packet.encoded, packet.bytes);
  }

  /** Puts an event out that keeps its room. */
  void transmitAgain(Outgoing packet) {
    events.outgoing(packet.event, packet.args);
    manager.send(packet.encoded, () -> {});
  }

  private void transmit(EncodedPacket encoded, long bytes) {
    packetsUnderway++;
    bytesUnderway += bytes;
    manager.send(
        encoded,
        () -> {
          packetsUnderway--;
          bytesUnderway -= bytes;
          backlog.give(bytes);
        });
  }

  // The session that carried them does not say any more that they are sent.
  private void forgetUnderway() {
    for (; packetsUnderway > 0; packetsUnderway--) {
      backlog.give(packetsUnderway == 1 ? bytesUnderway : 0);
    }
    bytesUnderway = 0;
  }

  void acknowledge(EncodedPacket ack) {
    if (!connected) {
      return;
    }
    long bytes = Outgoing.bytesOf(ack);
    if (backlog.take(bytes)) {
      transmit(ack, bytes);
    } else {
      manager.abort(new EngineException("the server asks for more acknowledgements than it reads"));
    }
  }

  /** The caller does not wait any more. */
  void forget(Outgoing call) {
    calls.remove(call.id);
    if (unsent.remove(call)) {
      backlog.give(call.bytes);
    }
    retries.forgetReply(call);
  }

  // ---- coming in ----

  private void acknowledged(Packet.Ack ack) {
    Outgoing call = calls.remove(ack.id());
    if (call == null) {
      return;
    }
    if (retries.first() == call) {
      retries.acknowledged();
    }
    call.settled = true;
    CompletableFuture<Args> reply = call.reply;
    if (reply != null) {
      events.reply(() -> reply.complete(ack.args()));
    }
  }

  void settle(Outgoing call, RuntimeException failure) {
    call.settled = true;
    CompletableFuture<Args> reply = call.reply;
    if (reply != null && !reply.isDone()) {
      events.reply(() -> reply.completeExceptionally(failure));
    }
  }

  private void eventCame(Packet.Event event) {
    if (connected) {
      deliver(event);
    } else if (early.size() < settings.limits().unhandledEvents()) {
      early.add(event);
    } else {
      manager.abort(
          new EngineException("the server sends events and does not connect the namespace"));
    }
  }

  private void deliver(Packet.Event event) {
    Args args = event.args();
    if (pid != null && !event.wantsAck() && args.size() > 0) {
      rememberOffset(args);
    }
    if (!events.incoming(event)) {
      manager.pauseReading(this);
    }
  }

  // The offset is the last argument; only a text can be one. An event to be acknowledged has none.
  private void rememberOffset(Args args) {
    int last = args.size() - 1;
    boolean maybe =
        !(args.values().get(last) instanceof JsonValue raw) || raw.text().startsWith("\"");
    if (maybe && args.get(last) instanceof String offset) {
      lastOffset = offset;
    }
  }

  /** For tests: nothing must be kept of what is over. */
  List<Integer> kept() {
    List<Integer> sizes = new ArrayList<>();
    sizes.add(unsent.size());
    sizes.add(calls.size());
    sizes.add(retries.size());
    sizes.add(backlog.packets());
    return sizes;
  }
}
