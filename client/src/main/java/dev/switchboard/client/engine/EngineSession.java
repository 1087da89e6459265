package dev.switchboard.client.engine;

import dev.switchboard.client.engine.ClientLoop.Timer;
import dev.switchboard.protocol.engine.EnginePacket;
import dev.switchboard.protocol.engine.OpenPacket;
import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.json.PacketFormatException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One Engine.IO session, from the handshake to its end. Every call, either way, is on the loop.
 *
 * <p>What is sent waits in one queue until the transport of the moment can take it, so that the
 * upgrade from one transport to the other keeps the order.
 */
public final class EngineSession {
  private static final Json JSON = Json.create();

  /** A server that pings more seldom is taken at this word. */
  private static final long LONGEST_SILENCE_MILLIS = Duration.ofDays(1).toMillis();

  private enum State {
    NEW,
    OPENING,
    OPEN,
    CLOSING,
    CLOSED
  }

  private final Engine engine;
  private final EngineListener listener;
  private final List<String> transports;
  private final Deque<Queued> queue = new ArrayDeque<>();
  private final List<Runnable> underway = new ArrayList<>();

  private record Queued(EnginePacket packet, @Nullable Runnable sent) {}

  private State state = State.NEW;
  private @Nullable Transport transport;
  private @Nullable Upgrade upgrade;
  private @Nullable OpenPacket handshake;
  private Timer silence = Timer.NONE;
  private long silentUntilMillis;
  private boolean paused;

  EngineSession(Engine engine, EngineListener listener) {
    this.engine = engine;
    this.listener = listener;
    this.transports = new ArrayList<>(engine.settings().transports());
  }

  /** Starts the handshake; once. */
  public void open() {
    state = State.OPENING;
    openWith(engine.startsOnWebSocket() ? EngineSettings.WEBSOCKET : transports.get(0));
  }

  private void openWith(String name) {
    var events = new Events();
    Transport first =
        name.equals(EngineSettings.POLLING)
            ? engine.polling(events)
            : engine.webSocket(null, events);
    events.source = first;
    transport = first;
    first.open();
  }

  /** The transport of the moment: {@code polling} or {@code websocket}. */
  public String transport() {
    return transport == null ? transports.get(0) : transport.name();
  }

  /** Whether messages can be sent. */
  public boolean opened() {
    return state == State.OPEN;
  }

  /**
   * Sends a text message; dropped if the session is not open.
   *
   * @param sent is called when the network has it; never, if the session ends first
   */
  public void send(String text, @Nullable Runnable sent) {
    enqueue(new Queued(EnginePacket.message(text), sent));
  }

  /** Sends a binary message in the same way; the array must not change. */
  public void send(byte[] binary, @Nullable Runnable sent) {
    enqueue(new Queued(EnginePacket.message(binary), sent));
  }

  private void enqueue(Queued message) {
    if (state == State.OPEN) {
      queue.add(message);
      flush();
    }
  }

  /** Whether what is sent now goes to the network at once. */
  public boolean writable() {
    return state == State.OPEN
        && queue.isEmpty()
        && !upgrading()
        && transport != null
        && transport.writable();
  }

  /**
   * Whether the time for a ping has passed and nobody noticed, as happens when a machine wakes up:
   * then the session is about to end.
   */
  public boolean pingExpired() {
    if (state == State.OPEN && System.currentTimeMillis() > silentUntilMillis) {
      engine.loop().execute(() -> end(CloseReason.PING_TIMEOUT, null));
      return true;
    }
    return false;
  }

  /** Reads no more until {@link #resumeReading}; what was read already still comes. */
  public void pauseReading() {
    paused = true;
  }

  /** Reads on. */
  public void resumeReading() {
    paused = false;
    if (transport != null) {
      transport.resumeReading();
    }
  }

  /** Ends the session once what was sent has been handed to the network. */
  public void close() {
    if (state == State.OPENING) {
      end(CloseReason.FORCED_CLOSE, null);
    } else if (state == State.OPEN) {
      state = State.CLOSING;
      closeOnceDrained();
    }
  }

  /** Ends the session at once. */
  public void abort(EngineException cause) {
    end(CloseReason.TRANSPORT_ERROR, cause);
  }

  private void closeOnceDrained() {
    boolean busy = !queue.isEmpty() || upgrading() || (transport != null && !transport.writable());
    if (state == State.CLOSING && !busy) {
      end(CloseReason.FORCED_CLOSE, null);
    }
  }

  private boolean upgrading() {
    return upgrade != null && upgrade.moving();
  }

  private void flush() {
    Transport to = transport;
    if (state == State.OPENING
        || state == State.CLOSED
        || to == null
        || !to.writable()
        || upgrading()
        || queue.isEmpty()) {
      return;
    }
    to.send(nextBatch(to));
  }

  /** All that waits; over polling no more than the server takes in one body, but at least one. */
  private List<EnginePacket> nextBatch(Transport to) {
    long most = handshake == null ? 0 : handshake.maxPayloadBytes();
    boolean bounded = most > 0 && to.name().equals(EngineSettings.POLLING);
    List<EnginePacket> batch = new ArrayList<>(bounded ? 4 : queue.size());
    long bytes = 0;
    while (!queue.isEmpty()) {
      bytes += bounded ? bytesInPayload(queue.getFirst().packet) : 0;
      if (!batch.isEmpty() && bytes > most) {
        break;
      }
      Queued next = queue.removeFirst();
      batch.add(next.packet);
      if (next.sent != null) {
        underway.add(next.sent);
      }
    }
    return batch;
  }

  /** With its type and a separator. */
  private static long bytesInPayload(EnginePacket packet) {
    byte[] binary = packet.binary();
    if (binary != null) {
      return (binary.length + 2L) / 3 * 4 + 2;
    }
    return Utf8Length.of(packet.text()) + 2L;
  }

  private void received(EnginePacket packet) {
    switch (packet.type()) {
      case OPEN -> handshakeCame(packet.text());
      case PING -> {
        answerPing();
        awaitPing();
        flush();
      }
      case MESSAGE -> {
        byte[] binary = packet.binary();
        if (handshake == null) {
          throw new PacketFormatException("a message before the handshake");
        } else if (binary != null) {
          listener.binary(binary);
        } else {
          listener.text(packet.text());
        }
      }
      default -> {
        // noop releases a poll; the others mean nothing on an open session
      }
    }
  }

  // A server that pings and does not read gets one answer, not a queue of them.
  private void answerPing() {
    Queued first = queue.peekFirst();
    if (first == null || first.packet.type() != EnginePacket.Type.PONG) {
      queue.addFirst(new Queued(EnginePacket.of(EnginePacket.Type.PONG), null));
    }
  }

  private void handshakeCame(String text) {
    if (state != State.OPENING) {
      return;
    }
    OpenPacket open = OpenPacket.parse(text, JSON);
    handshake = open;
    state = State.OPEN;
    if (transport instanceof PollingTransport polling) {
      polling.opened(open.sid());
    }
    engine.webSocketWorked(transport().equals(EngineSettings.WEBSOCKET));
    awaitPing();
    listener.opened();
    flush();
    if (state == State.OPEN
        && engine.settings().upgrade()
        && transport instanceof PollingTransport from
        && transports.contains(EngineSettings.WEBSOCKET)
        && open.upgrades().contains(EngineSettings.WEBSOCKET)) {
      upgrade = new Upgrade(engine, this, from, open.sid());
      upgrade.start();
    }
  }

  private void awaitPing() {
    OpenPacket open = handshake;
    if (open == null) {
      return;
    }
    silence.cancel();
    long millis =
        Math.min(LONGEST_SILENCE_MILLIS, open.pingInterval().toMillis())
            + Math.min(LONGEST_SILENCE_MILLIS, open.pingTimeout().toMillis());
    silentUntilMillis = System.currentTimeMillis() + millis;
    silence =
        engine
            .loop()
            .schedule(() -> end(CloseReason.PING_TIMEOUT, null), Duration.ofMillis(millis));
  }

  /** The WebSocket takes over from here. */
  void moveTo(Transport webSocket) {
    transport = webSocket;
    upgrade = null;
    engine.webSocketWorked(true);
    webSocket.send(List.of(EnginePacket.of(EnginePacket.Type.UPGRADE)));
    listener.upgraded();
    flush();
    closeOnceDrained();
  }

  /** The session stays where it is. */
  void upgradeFailed() {
    upgrade = null;
    flush();
    closeOnceDrained();
  }

  /** Listens to the transport that carries the session from now on. */
  Events events() {
    return new Events();
  }

  private void failed(EngineException cause) {
    engine.webSocketWorked(false);
    if (state == State.OPENING && engine.settings().tryAllTransports() && transports.size() > 1) {
      transports.remove(transport());
      openWith(transports.get(0));
    } else {
      end(CloseReason.TRANSPORT_ERROR, cause);
    }
  }

  private void end(CloseReason reason, @Nullable EngineException cause) {
    if (state == State.CLOSED) {
      return;
    }
    state = State.CLOSED;
    silence.cancel();
    queue.clear();
    underway.clear();
    if (upgrade != null) {
      upgrade.abort();
    }
    Transport last = transport;
    if (last != null) {
      if (reason == CloseReason.TRANSPORT_ERROR) {
        last.abort();
      } else {
        last.close();
      }
    }
    listener.closed(reason, cause);
  }

  /** What comes from one transport; once another has taken over, nothing of it counts. */
  final class Events implements Transport.Listener {
    private @Nullable Transport source;

    void of(Transport carrier) {
      source = carrier;
    }

    private boolean current() {
      return source == transport && state != State.CLOSED;
    }

    @Override
    public void ready() {
      // the open packet says more
    }

    @Override
    public void packet(EnginePacket packet) {
      if (current()) {
        received(packet);
      }
    }

    @Override
    public void drained() {
      if (current()) {
        List<Runnable> sent = List.copyOf(underway);
        underway.clear();
        flush();
        sent.forEach(Runnable::run);
        closeOnceDrained();
      }
    }

    @Override
    public boolean reading() {
      return !paused;
    }

    @Override
    public void failed(EngineException cause) {
      if (current()) {
        EngineSession.this.failed(cause);
      }
    }

    @Override
    public void closed() {
      if (current()) {
        end(CloseReason.TRANSPORT_CLOSE, null);
      }
    }
  }
}
