package dev.switchboard.server;

import dev.switchboard.protocol.cluster.RecoveryStore;
import dev.switchboard.protocol.json.PacketFormatException;
import dev.switchboard.protocol.socket.Packet;
import dev.switchboard.protocol.socket.PacketDecoder;
import dev.switchboard.server.engine.CloseReason;
import dev.switchboard.server.engine.EngineSession;
import dev.switchboard.server.engine.LimitSettings;
import dev.switchboard.server.engine.OutputBatch;
import dev.switchboard.server.engine.SessionListener;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection: reads its packets and gives each to the socket of its namespace. What
 * the reference calls a client.
 *
 * <p>Owned by the session's loop, which calls all methods but those that say otherwise.
 *
 * <p>A peer that breaks the protocol loses the whole connection, as with the reference. Only what
 * can be in flight is forgiven: packets for a namespace that the server has just left.
 */
final class Connection implements SessionListener {
  private static final Logger log = LoggerFactory.getLogger(Connection.class);
  private static final Socket[] NONE = {};
  private static final AtomicLongFieldUpdater<Connection> INBOUND =
      AtomicLongFieldUpdater.newUpdater(Connection.class, "inbound");

  /** In {@link #inbound}, packets are counted above these bits and bytes in them. */
  private static final int BYTES_BITS = 40;

  private static final long ONE_PACKET = 1L << BYTES_BITS;
  private static final long BYTES_MASK = ONE_PACKET - 1;

  private final SocketIoServer server;
  private final EngineSession session;
  private PacketDecoder decoder;
  private final long issuedMillis = System.currentTimeMillis();
  private volatile Turn turn;
  private Socket[] sockets = NONE;

  /** The namespaces that were asked for and not yet found. */
  private @Nullable Set<String> pending;

  /** When the connection came or last left a namespace, in {@code System.nanoTime()}. */
  private long leftAt = System.nanoTime();

  /** Looks for a namespace, while there is none. */
  private @Nullable SessionTimer namespaceTimer;

  private int failedConnects;
  private int incompletePackets;

  /** The size of the packet whose attachments are coming in. */
  private int incompleteBytes;

  private @Nullable SessionTimer attachmentsTimer;
  private boolean closing;

  /** Written by the loop. */
  private volatile boolean paused;

  /** The packets, and their bytes, that wait for handlers. */
  @SuppressWarnings("UnusedVariable") // by INBOUND
  private volatile long inbound;

  Connection(SocketIoServer server, EngineSession session) {
    this.server = server;
    this.session = session;
    this.decoder = server.newDecoder();
    this.turn = server.turn(session.loop());
    expectNamespace();
    if (session.protocol() == 3) {
      // clients of the second generation are in the main namespace without asking
      connect("/", Map.of());
    }
  }

  EngineSession session() {
    return session;
  }

  /** The hand-over of the session's loop. Any thread. */
  Turn turn() {
    return turn;
  }

  /**
   * Has what the calling thread sent go out now: it is about to wait for the answer. Any thread.
   */
  void flush() {
    OutputBatch.flushCurrent();
  }

  // ---- what comes in ----

  @Override
  public void onText(String text) {
    if (closing) {
      return;
    }
    try {
      Packet packet = decoder.text(text);
      if (packet == null) {
        incompleteBytes = text.length();
        expectAttachments();
      } else {
        received(packet, text.length());
      }
    } catch (PacketFormatException e) {
      malformed(e);
    }
  }

  @Override
  public void onBinary(byte[] data) {
    if (closing) {
      return;
    }
    try {
      incompleteBytes += data.length; // bounded by the decoder's limits
      Packet packet = decoder.binary(data);
      if (packet != null) {
        received(packet, incompleteBytes);
        incompleteBytes = 0;
      }
    } catch (PacketFormatException e) {
      malformed(e);
    }
  }

  private void received(Packet packet, int size) {
    if (packet instanceof Packet.Event event) {
      Socket socket = seated(event.namespace());
      if (socket != null && socket.connected()) {
        accept(socket, event, size);
      } else if (socket == null || !socket.closed()) {
        broken("event for a namespace that is not connected");
      }
    } else if (packet instanceof Packet.Ack ack) {
      Socket socket = seated(ack.namespace());
      if (socket != null && socket.connected()) {
        socket.acknowledged(ack);
      } else if (socket == null || !socket.closed()) {
        broken("ack for a namespace that is not connected");
      }
    } else if (packet instanceof Packet.Connect connect) {
      connect(connect, size);
    } else if (packet instanceof Packet.Disconnect disconnect) {
      leave(disconnect.namespace());
    } else {
      broken("connect_error from a client");
    }
  }

  private void accept(Socket socket, Packet.Event event, int size) {
    long waiting = INBOUND.addAndGet(this, ONE_PACKET + size);
    if (!paused && beyond(waiting, 1)) {
      session.pauseReading();
      paused = true;
      readOn(); // the handlers may have caught up before they could see the mark
    }
    socket.enqueue(new EventTask(socket, event, size));
  }

  /** An event's handlers have returned. Any thread. */
  private void handled(int size) {
    long waiting = INBOUND.addAndGet(this, -(ONE_PACKET + size));
    if (paused && !beyond(waiting, 2)) {
      session.execute(this::readOn);
    }
  }

  private void readOn() {
    if (paused && !beyond(inbound, 2)) {
      paused = false;
      session.resumeReading();
    }
  }

  private boolean beyond(long waiting, int divisor) {
    LimitSettings limits = server.limits();
    return (waiting >>> BYTES_BITS) > limits.inboundPackets() / divisor
        || (waiting & BYTES_MASK) > limits.inboundBytes() / divisor;
  }

  /** The header of a packet came whose attachments are to follow. */
  private void expectAttachments() {
    String namespace = decoder.incompleteNamespace();
    Socket socket = namespace == null ? null : seated(namespace);
    if (namespace != null && (socket == null || !(socket.connected() || socket.closed()))) {
      broken("binary for a namespace that is not connected");
      return;
    }
    incompletePackets++;
    if (attachmentsTimer == null) {
      watchAttachments();
    }
  }

  /**
   * Closes the connection if one packet stays incomplete for long. One timer, however many packets
   * come.
   */
  private void watchAttachments() {
    int packet = incompletePackets;
    attachmentsTimer =
        new SessionTimer(
            session, () -> checkAttachments(packet), server.limits().attachmentTimeout());
  }

  private void checkAttachments(int packet) {
    attachmentsTimer = null;
    if (closing || !decoder.incomplete()) {
      return;
    }
    if (packet == incompletePackets) {
      broken("attachments that were announced did not come");
    } else {
      watchAttachments();
    }
  }

  @Override
  public void onUpgrade() {
    turn = server.turn(session.loop());
    for (Socket socket : sockets) {
      socket.upgraded();
    }
  }

  @Override
  public void onClose(CloseReason reason, String description) {
    closing = true;
    DisconnectReason why =
        reason == CloseReason.FORCED_CLOSE && server.isClosing()
            ? DisconnectReason.SERVER_SHUTTING_DOWN
            : DisconnectReason.of(reason);
    for (Socket socket : sockets) {
      socket.close(why, description);
    }
    sockets = NONE;
    pending = null;
    stopTimers();
    if (decoder.incomplete()) {
      decoder = server.newDecoder(); // the application may keep a socket, but not half a packet
    }
  }

  private void stopTimers() {
    if (namespaceTimer != null) {
      namespaceTimer.cancel();
    }
    if (attachmentsTimer != null) {
      attachmentsTimer.cancel();
    }
  }

  /** The peer sent what is no packet. */
  private void malformed(PacketFormatException e) {
    log.debug("closing a connection: {}", e.getMessage());
    closing = true;
    session.close();
  }

  /** The peer sent a packet that has no place here. */
  private void broken(String why) {
    log.debug("closing a connection: {}", why);
    closing = true;
    if (session.transport().equals("polling")) {
      // the answer waits for a poll; the reference does not make the sockets wait for it
      for (Socket socket : sockets) {
        socket.close(DisconnectReason.FORCED_SERVER_CLOSE, why);
      }
    }
    session.close();
  }

  // ---- namespaces ----

  private void connect(Packet.Connect packet, int size) {
    LimitSettings limits = server.limits();
    if (size > limits.authBytes() + packet.namespace().length()) {
      broken("auth is larger than LimitSettings.authBytes");
      return;
    }
    String name = packet.namespace();
    Map<String, @Nullable Object> auth = Map.of();
    if (packet.data() instanceof Map<?, ?> data) {
      auth = stringKeys(data);
    }
    int query = name.indexOf('?');
    if (session.protocol() == 3 && query >= 0) {
      auth = SecondGeneration.query(name.substring(query + 1));
      name = name.substring(0, query);
    }
    Socket seated = seated(name);
    boolean asked = pending != null && pending.contains(name);
    if (asked || (seated != null && !seated.closed())) {
      broken("a second connect for a namespace");
      return;
    }
    if (open() >= limits.namespaces()) {
      broken("more namespaces than LimitSettings.namespaces");
      return;
    }
    connect(name, Collections.unmodifiableMap(auth));
  }

  private void connect(String name, Map<String, @Nullable Object> auth) {
    CompletableFuture<Optional<Namespace>> found =
        server.namespaces().enter(name, auth).toCompletableFuture();
    if (found.isDone()) {
      enter(name, auth, found.getNow(Optional.empty()));
      return;
    }
    await(name);
    found.thenAccept(
        namespace ->
            session.execute(
                () -> {
                  if (pending != null && pending.remove(name)) {
                    enter(name, auth, namespace);
                  } else {
                    namespace.ifPresent(Namespace::release);
                  }
                }));
  }

  private void await(String name) {
    if (pending == null) {
      pending = new HashSet<>(2);
    }
    pending.add(name);
  }

  /**
   * @param found with a place taken for this connection
   */
  private void enter(String name, Map<String, @Nullable Object> auth, Optional<Namespace> found) {
    if (found.isEmpty()) {
      refuse(name, Map.of("message", "Invalid namespace"));
      return;
    }
    Namespace namespace = found.get();
    RecoveryStore recovery = namespace.recovery();
    if (recovery == null || !(auth.get("pid") instanceof String pid)) {
      seat(namespace, auth, null, null);
      return;
    }
    String offset = auth.get("offset") instanceof String text ? text : null;
    CompletionStage<Optional<RecoveryStore.Session>> resumable =
        Resumption.claim(recovery, pid, offset);
    await(name);
    resumable.whenComplete(
        (claimed, failure) ->
            session.execute(
                () -> {
                  if (pending == null || !pending.remove(name)) {
                    // the connection is gone meanwhile: the next one may resume the session
                    if (failure == null) {
                      claimed.ifPresent(namespace::persist);
                    }
                    namespace.release();
                    return;
                  }
                  seat(namespace, auth, failure == null ? claimed.orElse(null) : null, offset);
                }));
  }

  private void seat(
      Namespace namespace,
      Map<String, @Nullable Object> auth,
      RecoveryStore.@Nullable Session resumed,
      @Nullable String offset) {
    var handshake = new Handshake(session, issuedMillis, auth, server.json());
    String id = resumed == null ? newSocketId(namespace) : resumed.id();
    if (id == null) {
      namespace.release();
      refuse(namespace.name(), Map.of("message", "Internal server error"));
      return;
    }
    String pid =
        resumed != null
            ? resumed.pid()
            : namespace.recovers() && session.protocol() != 3 ? server.newId() : null;
    var socket = new Socket(id, namespace, this, handshake, resumed, pid);
    put(socket);
    socket.enqueue(
        new ConnectTask(socket, resumed == null ? null : new Resumption(socket, resumed, offset)));
  }

  private @Nullable String newSocketId(Namespace namespace) {
    try {
      return server.newSocketId(session, namespace);
    } catch (RuntimeException e) {
      server.handlerFailed(null, "socketIds", e);
      return null;
    }
  }

  /** Tells the client that it is connected. Any thread. */
  void confirm(Socket socket) {
    Map<String, Object> data = null;
    if (session.protocol() != 3) {
      data = new LinkedHashMap<>(4);
      data.put("sid", socket.id());
      if (socket.pid() != null) {
        data.put("pid", socket.pid());
      }
    }
    Namespace namespace = socket.namespace();
    socket.transmit(namespace.encode(new Packet.Connect(namespace.name(), data), true), false);
  }

  /** A middleware refused a socket. Any thread. */
  void refuse(Socket socket, String message, @Nullable Object data) {
    session.execute(
        () -> {
          if (socket.close(DisconnectReason.SERVER_NAMESPACE_DISCONNECT, message)) {
            remove(socket);
            Map<String, @Nullable Object> error = new LinkedHashMap<>(4);
            error.put("message", message);
            if (data != null) {
              error.put("data", data);
            }
            refuse(socket.namespace().name(), error);
          }
        });
  }

  private void refuse(String namespace, Map<String, @Nullable Object> error) {
    if (closing) {
      return;
    }
    if (++failedConnects > server.limits().failedConnects()) {
      broken("more failed connects than LimitSettings.failedConnects");
      return;
    }
    Object data = error;
    if (session.protocol() == 3 && error.containsKey("data")) {
      data = error.get("data");
    } else if (session.protocol() == 3 && !"Invalid namespace".equals(error.get("message"))) {
      data = error.get("message");
    }
    session.send(server.encode(new Packet.ConnectError(namespace, data)));
  }

  private void leave(String name) {
    Socket socket = seated(name);
    if (socket == null || (!socket.connected() && !socket.closed())) {
      broken("disconnect for a namespace that is not connected");
      return;
    }
    socket.close(DisconnectReason.CLIENT_NAMESPACE_DISCONNECT, "");
    remove(socket);
    hasLeft();
  }

  /**
   * The server left a namespace. Any thread. The socket stays on the list, closed, for what the
   * client had sent meanwhile.
   */
  void left() {
    session.execute(this::hasLeft);
  }

  private void hasLeft() {
    leftAt = System.nanoTime();
    expectNamespace();
  }

  /** Leaves all namespaces and closes the connection. Any thread. */
  void disconnect() {
    session.execute(
        () -> {
          if (closing) {
            return;
          }
          for (Socket socket : sockets) {
            socket.disconnect(false);
          }
          closing = true;
          session.close();
        });
  }

  /**
   * Closes the connection if it has no namespace after a while. One timer, however often the client
   * comes and goes.
   */
  private void expectNamespace() {
    if (namespaceTimer != null || closing || anyConnected()) {
      return;
    }
    Duration left = server.connectTimeout().minusNanos(System.nanoTime() - leftAt);
    namespaceTimer = new SessionTimer(session, this::checkNamespace, left);
  }

  private void checkNamespace() {
    namespaceTimer = null;
    if (closing || anyConnected()) {
      return;
    }
    if (System.nanoTime() - leftAt >= server.connectTimeout().toNanos()) {
      broken("no namespace was connected within connectTimeout");
    } else {
      expectNamespace(); // another was left since
    }
  }

  private boolean anyConnected() {
    for (Socket socket : sockets) {
      if (socket.connected()) {
        return true;
      }
    }
    return false;
  }

  private int open() {
    int open = pending == null ? 0 : pending.size();
    for (Socket socket : sockets) {
      if (!socket.closed()) {
        open++;
      }
    }
    return open;
  }

  private @Nullable Socket seated(String namespace) {
    for (Socket socket : sockets) {
      if (socket.namespace().name().equals(namespace)) {
        return socket;
      }
    }
    return null;
  }

  private void put(Socket socket) {
    for (int i = 0; i < sockets.length; i++) {
      if (sockets[i].namespace().name().equals(socket.namespace().name())) {
        sockets[i] = socket;
        return;
      }
    }
    if (sockets.length >= server.limits().namespaces()) {
      // what was in flight for those that the server left should have come
      sockets = Arrays.stream(sockets).filter(other -> !other.closed()).toArray(Socket[]::new);
    }
    sockets = Arrays.copyOf(sockets, sockets.length + 1);
    sockets[sockets.length - 1] = socket;
  }

  private void remove(Socket socket) {
    sockets = Arrays.stream(sockets).filter(other -> other != socket).toArray(Socket[]::new);
  }

  private static Map<String, @Nullable Object> stringKeys(Map<?, ?> map) {
    Map<String, @Nullable Object> strings = new LinkedHashMap<>();
    map.forEach((key, value) -> strings.put(String.valueOf(key), value));
    return strings;
  }

  /** An event on its way to its handlers. */
  private static final class EventTask extends Mailbox.Task {
    private final Socket socket;
    private final Packet.Event event;
    private final int size;

    EventTask(Socket socket, Packet.Event event, int size) {
      this.socket = socket;
      this.event = event;
      this.size = size;
    }

    @Override
    void run() {
      try {
        socket.handle(new IncomingEvent(socket, event));
      } finally {
        socket.connection().handled(size);
      }
    }
  }
}
