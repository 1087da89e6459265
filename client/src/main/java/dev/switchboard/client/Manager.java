package dev.switchboard.client;

import dev.switchboard.client.SocketEvents.Notice;
import dev.switchboard.client.engine.ClientLoop;
import dev.switchboard.client.engine.ClientLoop.Timer;
import dev.switchboard.client.engine.CloseReason;
import dev.switchboard.client.engine.Engine;
import dev.switchboard.client.engine.EngineException;
import dev.switchboard.client.engine.EngineListener;
import dev.switchboard.client.engine.EngineSession;
import dev.switchboard.protocol.json.PacketFormatException;
import dev.switchboard.protocol.socket.EncodedPacket;
import dev.switchboard.protocol.socket.Packet;
import dev.switchboard.protocol.socket.PacketDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to one server, made anew when it is lost, and the sockets that share it. Of the
 * loop, but for {@link #encode}.
 *
 * <p>It is connected as long as one of its sockets wants to be. What comes of a connection that is
 * over is not heard: each has a listener of its own.
 */
final class Manager {
  private static final Logger log = LoggerFactory.getLogger(Manager.class);

  private final ClientLoop loop;
  private final ManagerSettings settings;
  private final Consumer<Manager> onIdle;
  private final Engine engine;
  private final Backoff backoff;
  private final Map<String, SocketLink> links = new LinkedHashMap<>();
  private final Set<SocketLink> busy = new HashSet<>();

  private @Nullable Connection connection;
  private Timer deadline = Timer.NONE;
  private Timer nextAttempt = Timer.NONE;
  private boolean reconnecting;

  /** What is known of the transport, for any thread. */
  private volatile String transport = "";

  /**
   * @param onIdle is told when no socket wants the connection any more
   */
  Manager(ClientLoop loop, ManagerSettings settings, Consumer<Manager> onIdle) {
    this.loop = loop;
    this.settings = settings;
    this.onIdle = onIdle;
    this.engine = new Engine(loop, settings.origin(), settings.engine());
    ReconnectionSettings reconnection = settings.reconnection();
    this.backoff =
        new Backoff(
            reconnection.delay(),
            reconnection.delayMax(),
            reconnection.randomizationFactor(),
            () -> ThreadLocalRandom.current().nextDouble());
  }

  ClientLoop loop() {
    return loop;
  }

  ManagerSettings settings() {
    return settings;
  }

  /** The name of the transport, or "" while there is none. Any thread. */
  String transport() {
    return transport;
  }

  // ---- for the sockets ----

  /**
   * A socket wants to be connected.
   *
   * @param first whether it did not want to be before
   */
  void add(SocketLink link, boolean first) {
    links.put(link.namespace(), link);
    Connection current = connection;
    if (current == null && !reconnecting) {
      open();
    } else if (first && current != null && current.session.opened()) {
      link.opened();
    }
  }

  /** A socket does not want to be connected any more. */
  void remove(SocketLink link) {
    links.remove(link.namespace(), link);
    if (busy.remove(link)) {
      resumeReading();
    }
    if (!links.isEmpty()) {
      return;
    }
    onIdle.accept(this);
    reconnecting = false;
    nextAttempt.cancel();
    deadline.cancel();
    backoff.reset();
    Connection last = connection;
    connection = null;
    transport = "";
    if (last != null) {
      last.session.close();
    }
  }

  EncodedPacket encode(Packet packet) {
    return settings.parser().encode(packet);
  }

  /**
   * Sends a packet; dropped without a connection.
   *
   * @param sent is called when the network has it; never, if the connection goes first
   */
  void send(EncodedPacket packet, Runnable sent) {
    if (connection != null) {
      connection.send(packet, sent);
    }
  }

  /**
   * Sends a packet.
   *
   * @param told is called when the network has it, or never will
   */
  void farewell(EncodedPacket packet, Runnable told) {
    Connection current = connection;
    if (current == null) {
      told.run();
      return;
    }
    current.farewells.add(told);
    current.send(
        packet,
        () -> {
          if (current.farewells.remove(told)) {
            told.run();
          }
        });
  }

  boolean writable() {
    return connection != null && connection.session.writable();
  }

  boolean pingExpired() {
    return connection == null || connection.session.pingExpired();
  }

  /** Ends the connection, which is then made anew. */
  void abort(EngineException cause) {
    if (connection != null) {
      connection.session.abort(cause);
    }
  }

  /** A namespace is connected: the server is well, the next loss starts with a short delay. */
  void namespaceConnected() {
    backoff.reset();
  }

  /** Reads no more until this socket has room. */
  void pauseReading(SocketLink link) {
    if (busy.add(link) && connection != null) {
      connection.session.pauseReading();
    }
  }

  void resumeReading(SocketLink link) {
    if (busy.remove(link)) {
      resumeReading();
    }
  }

  private void resumeReading() {
    if (busy.isEmpty() && connection != null) {
      connection.session.resumeReading();
    }
  }

  // ---- coming and going ----

  private void open() {
    var next = new Connection();
    connection = next;
    deadline =
        loop.schedule(
            () ->
                next.session.abort(
                    new EngineException(
                        "timeout: no connection within " + settings.timeout().toMillis() + " ms")),
            settings.timeout());
    if (!busy.isEmpty()) {
      next.session.pauseReading();
    }
    next.session.open();
  }

  private void reconnect() {
    if (reconnecting || links.isEmpty() || !settings.reconnection().enabled()) {
      return;
    }
    if (backoff.attempts() >= settings.reconnection().attempts()) {
      backoff.reset();
      tellAll(Notice.RECONNECT_FAILED, "");
      return;
    }
    reconnecting = true;
    nextAttempt =
        loop.schedule(
            () -> {
              tellAll(Notice.RECONNECT_ATTEMPT, backoff.attempts());
              open();
            },
            backoff.next());
  }

  private void opened(Connection which) {
    deadline.cancel();
    transport = which.session.transport();
    boolean again = reconnecting;
    int attempts = backoff.attempts();
    reconnecting = false;
    List.copyOf(links.values()).forEach(SocketLink::opened);
    if (again) {
      tellAll(Notice.RECONNECT, attempts);
    }
  }

  private void closed(Connection which, DisconnectReason reason, @Nullable EngineException cause) {
    connection = null;
    transport = "";
    deadline.cancel();
    log.debug("{}: {}", settings.origin(), reason, cause);
    List<SocketLink> all = List.copyOf(links.values());
    if (which.opened) {
      all.forEach(link -> link.lost(reason, cause));
      reconnect();
      return;
    }
    EngineException why = cause == null ? new EngineException(reason.text()) : cause;
    all.forEach(link -> link.failed(why));
    boolean again = reconnecting;
    reconnecting = false;
    reconnect();
    if (again) {
      tellAll(Notice.RECONNECT_ERROR, why);
    }
  }

  private void tellAll(Notice notice, Object value) {
    links.values().forEach(link -> link.events().tell(notice, value));
  }

  /** One session, and what came of it so far. */
  private final class Connection implements EngineListener {
    final EngineSession session = engine.newSession(this);
    final Set<Runnable> farewells = new LinkedHashSet<>();
    private final PacketDecoder decoder = settings.parser().newDecoder(settings.parserLimits());
    private boolean opened;

    /** Set when the server sent what is no packet: then that is the reason of the end. */
    private boolean malformed;

    void send(EncodedPacket packet, Runnable sent) {
      byte[] text = packet.text();
      List<byte[]> binary = packet.binary();
      if (text != null) {
        session.send(new String(text, StandardCharsets.UTF_8), binary.isEmpty() ? sent : null);
      }
      for (int i = 0; i < binary.size(); i++) {
        session.send(binary.get(i), i == binary.size() - 1 ? sent : null);
      }
    }

    private boolean current() {
      return connection == this;
    }

    @Override
    public void opened() {
      if (current()) {
        opened = true;
        Manager.this.opened(this);
      }
    }

    @Override
    public void upgraded() {
      if (current()) {
        transport = session.transport();
        tellAll(Notice.UPGRADE, transport);
      }
    }

    @Override
    public void text(String message) {
      received(() -> decoder.text(message));
    }

    @Override
    public void binary(byte[] message) {
      received(() -> decoder.binary(message));
    }

    private void received(Supplier<@Nullable Packet> decoding) {
      if (!current()) {
        return;
      }
      Packet packet;
      try {
        packet = decoding.get();
      } catch (RuntimeException e) { // also what a parser of the user's throws
        malformed = true;
        String hint =
            e instanceof PacketFormatException ? " (does the server have the same parser?)" : "";
        session.abort(new EngineException("parse error: " + e.getMessage() + hint, e));
        return;
      }
      SocketLink link = packet == null ? null : links.get(packet.namespace());
      if (packet != null && link != null) {
        link.received(packet);
      }
    }

    @Override
    public void closed(CloseReason reason, @Nullable EngineException cause) {
      farewells.forEach(Runnable::run);
      farewells.clear();
      if (current()) {
        Manager.this.closed(
            this, malformed ? DisconnectReason.PARSE_ERROR : DisconnectReason.of(reason), cause);
      }
    }
  }
}
