package dev.switchboard.server.engine;

import dev.switchboard.protocol.engine.EnginePacket;
import dev.switchboard.protocol.engine.EngineRevision;
import dev.switchboard.protocol.engine.PacketCodec;
import dev.switchboard.protocol.json.PacketFormatException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Engine.IO session: a client's connection, whichever transport carries it at the moment.
 *
 * <p>Owned by its event loop. {@link #send}, {@link #sendVolatile}, {@link #close}, {@link
 * #closeNow}, {@link #execute} and the accessors may be called from any thread.
 *
 * <p>How output works: a message goes into the {@link Outbox}; the session is then marked dirty,
 * once, and put on the list of its loop's {@link Flusher}, at once or when the thread's {@link
 * OutputBatch} is flushed. The flusher writes all that waits, if the transport can take it; else it
 * stays until the transport can (a GET comes, the channel becomes writable).
 *
 * <p>How the move to another loop works, at an upgrade: the old loop does all that the old
 * transport needs, sets the new transport, and publishes the new loop's flusher as its last act.
 * From then on the session is the new loop's.
 */
public final class EngineSession {
  private static final Logger log = LoggerFactory.getLogger(EngineSession.class);

  private static final int OPEN = 0;
  private static final int CLOSING = 1;
  private static final int CLOSED = 2;

  private static final int CLEAN = 0;
  private static final int GATHERED = 1;
  private static final int SCHEDULED = 2;

  /** What a packet counts for beside its data. */
  private static final int PACKET_BYTES = 64;

  private static final VarHandle STATE;
  private static final VarHandle FLUSH_STATE;
  private static final VarHandle UPGRADE;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      STATE = lookup.findVarHandle(EngineSession.class, "state", int.class);
      FLUSH_STATE = lookup.findVarHandle(EngineSession.class, "flushState", int.class);
      UPGRADE = lookup.findVarHandle(EngineSession.class, "upgrade", UpgradeAttempt.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final EngineServer server;
  private final String id;
  private final CompactRequest request;
  private final boolean eio3;
  private final Outbox outbox = new Outbox();
  private final @Nullable TokenBucket inboundRate;
  private final StallWatch stallWatch = new StallWatch(this, outbox);
  private final Heartbeat heartbeat = new Heartbeat(this);
  private SessionListener listener = new Opening();
  private boolean readingPaused;
  // What came by way of other nodes though the session does not read.
  private long unwantedBytes;

  private volatile Flusher flusher;
  private volatile Transport transport;
  private volatile @Nullable UpgradeAttempt upgrade;

  private volatile int state;

  // CLEAN, GATHERED: on an OutputBatch's list, SCHEDULED: on a flusher's list.
  private volatile int flushState;

  /** The next on the list of a flusher; whoever scheduled the session owns it. */
  @Nullable EngineSession nextDirty;

  EngineSession(
      EngineServer server,
      String id,
      int protocol,
      RequestInfo request,
      Flusher flusher,
      Function<EngineSession, Transport> transport) {
    this.server = server;
    this.id = id;
    this.eio3 = protocol == 3;
    this.request = new CompactRequest(request);
    this.inboundRate = server.newInboundRate();
    this.flusher = flusher;
    this.transport = transport.apply(this);
  }

  /** The secret id of the session, 20 characters. Never log it. */
  public String id() {
    return id;
  }

  /** 4 or 3. */
  public int protocol() {
    return eio3 ? 3 : 4;
  }

  /**
   * The request of the handshake. It is kept packed, and unpacked at each call: keep the result.
   */
  public RequestInfo request() {
    return request.expand();
  }

  EngineRevision revision() {
    return eio3 ? EngineRevision.V3 : EngineRevision.V4;
  }

  String remoteAddress() {
    return request.remoteAddress();
  }

  /** The transport of the moment, {@code polling} or {@code websocket}. */
  public String transport() {
    return transport.name();
  }

  /** Whether messages can be sent: false once it closes, from whichever side. */
  public boolean isOpen() {
    return state == OPEN;
  }

  /** The loop of the moment: it changes once, at the upgrade; prefer {@link #execute}. */
  public EventLoop loop() {
    return flusher.loop();
  }

  Flusher flusher() {
    return flusher;
  }

  EngineSettings settings() {
    return server.settings();
  }

  boolean readingPaused() {
    return readingPaused;
  }

  /**
   * Runs a task on the session's loop, after an upgrade on the new one. Tasks run in the order in
   * which one thread hands them over, but for those handed over while the session moves.
   */
  public void execute(Runnable task) {
    Flusher owner = flusher;
    owner
        .loop()
        .execute(
            () -> {
              if (flusher == owner) {
                task.run();
              } else {
                execute(task);
              }
            });
  }

  /** Runs a task on the session's loop: at once if that is where the caller is. */
  void executeNow(Runnable task) {
    if (loop().inLoop()) {
      task.run();
    } else {
      execute(task);
    }
  }

  // Output

  /**
   * Queues a message. Messages leave in the order in which they were queued. From the session's
   * loop nothing is written before the end of the turn; from a thread that has an {@link
   * OutputBatch} open, not before that is flushed.
   *
   * @return false if the session is closed, or just closes because too much waits; the message is
   *     dropped
   */
  public boolean send(OutboundMessage message) {
    if (state != OPEN || isOverLimit() || !outbox.offer(message)) {
      return false;
    }
    signal();
    return true;
  }

  /**
   * Queues a message if nothing waits and the transport can take it at once (a GET is pending; the
   * channel is writable); else drops it.
   */
  public boolean sendVolatile(OutboundMessage message) {
    if (state != OPEN || !transport.writable() || !outbox.offerIfEmpty(message)) {
      return false;
    }
    signal();
    return true;
  }

  /** Queues a packet of the engine's own. On the loop. */
  void enqueue(OutboundMessage packet) {
    if (state == OPEN && !isOverLimit() && outbox.offer(packet)) {
      signal();
    }
  }

  private boolean isOverLimit() {
    boolean over = stallWatch.isOver();
    if (over) {
      overflow();
    }
    return over;
  }

  /** Too much waits. Any thread. */
  void overflow() {
    closeNow(CloseReason.TRANSPORT_ERROR, "outbound buffer exceeded");
  }

  private void signal() {
    OutputBatch batch = OutputBatch.current();
    if (batch != null) {
      if (FLUSH_STATE.compareAndSet(this, CLEAN, GATHERED)) {
        batch.add(this);
      }
      return;
    }
    while (true) {
      int before = flushState;
      if (before == SCHEDULED) {
        return;
      }
      if (FLUSH_STATE.compareAndSet(this, before, SCHEDULED)) {
        flusher.add(this);
        return;
      }
    }
  }

  /** For a batch that hands over: whether the session still has to be put on its flusher's list. */
  boolean claimGathered() {
    return FLUSH_STATE.compareAndSet(this, GATHERED, SCHEDULED);
  }

  /** The flusher took the session from its list; on that one's loop. */
  void flushDirty(Flusher by) {
    if (flusher != by) {
      flusher.add(this);
      return;
    }
    flushState = CLEAN;
    flush();
  }

  /** Whether HTTP polling carries the session. Any thread. */
  boolean polls() {
    return transport instanceof PollingTransport;
  }

  long unsentBytes() {
    return transport.unsentBytes();
  }

  /** Whether something waits to be written. */
  boolean hasWaiting() {
    return !outbox.isEmpty();
  }

  /** Writes what waits, if the transport can take it. On the loop. */
  void flush() {
    if (state == CLOSED || outbox.isEmpty()) {
      return;
    }
    if (!transport.writable()) {
      if (state == OPEN) {
        stallWatch.notTaken();
      }
      return;
    }
    stallWatch.stop();
    Outbox.Node first = outbox.take();
    if (first != null) {
      transport.write(first);
    }
  }

  // Input, on the loop

  /** A packet came as text. */
  void receive(String packet) {
    try {
      receive(PacketCodec.decode(packet, revision()));
    } catch (PacketFormatException e) {
      malformed(e);
    }
  }

  /** A packet came as binary. */
  void receive(byte[] packet) {
    try {
      receive(PacketCodec.decode(packet, revision()));
    } catch (PacketFormatException e) {
      malformed(e);
    }
  }

  /** What came is no packet. */
  void malformed(PacketFormatException e) {
    log.debug("A client sent what is no packet: {}", e.getMessage());
    end(CloseReason.PARSE_ERROR, "");
  }

  void receive(EnginePacket packet) {
    if (state != OPEN) {
      if (packet.type() == EnginePacket.Type.CLOSE) {
        end(CloseReason.TRANSPORT_CLOSE, "");
      }
      return;
    }
    heartbeat.received(packet.type() == EnginePacket.Type.PONG);
    switch (packet.type()) {
      case MESSAGE -> {
        if (inboundRate == null || inboundRate.take(server.nanoTime())) {
          deliver(packet);
        } else {
          end(CloseReason.TRANSPORT_ERROR, "inbound rate exceeded");
        }
      }
      case CLOSE -> {
        STATE.compareAndSet(this, OPEN, CLOSING);
        transport.peerCloses();
      }
      case PING -> receivePing();
      case PONG -> receivePong();
      case OPEN, UPGRADE, NOOP -> {}
    }
  }

  private void receivePing() {
    if (eio3) {
      heartbeat.ping();
      enqueue(ControlPackets.PONG);
    } else {
      end(CloseReason.TRANSPORT_ERROR, "invalid heartbeat direction");
    }
  }

  private void receivePong() {
    if (eio3) {
      end(CloseReason.TRANSPORT_ERROR, "invalid heartbeat direction");
    } else {
      heartbeat.pong();
    }
  }

  private void deliver(EnginePacket message) {
    byte[] binary = message.binary();
    try {
      if (binary == null) {
        listener.onText(message.text());
      } else {
        listener.onBinary(binary);
      }
    } catch (RuntimeException e) {
      failed(e);
    }
  }

  private void failed(RuntimeException e) {
    log.error("A session's listener failed; the session is closed", e);
    end(CloseReason.TRANSPORT_ERROR, "internal error");
  }

  /**
   * Stops reading from the peer until {@link #resumeReading}; on the session's loop. The heartbeat
   * does not run out meanwhile.
   */
  public void pauseReading() {
    if (!readingPaused && state != CLOSED) {
      readingPaused = true;
      transport.reading(false);
    }
  }

  /** Reads on. On the session's loop. */
  public void resumeReading() {
    if (readingPaused) {
      readingPaused = false;
      unwantedBytes = 0;
      if (state != CLOSED) {
        transport.reading(true);
      }
      if (state == OPEN) {
        heartbeat.readingResumed();
      }
    }
  }

  /** An HTTP request for this session came. */
  void onRequest(HttpRequest request) {
    if (state == CLOSED) {
      server.refuseLate(request, EngineError.SESSION_UNKNOWN, Map.of());
    } else if (transport instanceof PollingTransport polling) {
      polling.onRequest(request);
    } else {
      refuseMoved(request);
    }
  }

  /** Tells the transport, if the session polls. */
  void onPolling(Consumer<PollingTransport> action) {
    if (transport instanceof PollingTransport polling) {
      action.accept(polling);
    }
  }

  /** A polling request came when a WebSocket carried the session. */
  void refuseMoved(HttpRequest request) {
    server.refuseLate(
        request,
        EngineError.BAD_REQUEST,
        Map.of("name", "TRANSPORT_MISMATCH", "transport", "polling"));
  }

  long nanoTime() {
    return server.nanoTime();
  }

  // Opening and closing

  /** Sends the open packet, and tells the server's listener. On the loop, once. */
  void open() {
    Opening opening = (Opening) listener;
    outbox.offer(Opening.packet(this));
    OutboundMessage initial = settings().initialPacket();
    if (initial != null) {
      outbox.offer(initial);
    }
    if (polls()) {
      // The answer to the handshake has these and nothing else: the rest goes with the next GET.
      flush();
    } else {
      signal();
    }
    heartbeat.start();
    EngineCluster cluster = server.cluster();
    if (cluster != null && Opening.offersUpgrade(this)) {
      opening.delay(this, cluster.settings().delayedConnectionTimeout());
    } else {
      announce(opening);
    }
  }

  private void announce(Opening opening) {
    opening.stop();
    try {
      listener = server.listener().onOpen(this);
      opening.passOn(listener);
    } catch (RuntimeException e) {
      failed(e);
    }
  }

  /** Tells the server's listener now, if it was not told yet. On the loop. */
  void announce() {
    if (listener instanceof Opening opening) {
      announce(opening);
    }
  }

  /** Sends what waits, then closes. The reason that the listener sees is {@code forced close}. */
  public void close() {
    if (STATE.compareAndSet(this, OPEN, CLOSING)) {
      execute(this::beginClose);
    }
  }

  private void beginClose() {
    if (state == CLOSED) {
      return;
    }
    heartbeat.stop();
    stallWatch.stop();
    // A slow WebSocket gets it nevertheless, since it closes when all is written; what a polling
    // client has no GET for waits for that GET.
    if (transport.writable() || transport instanceof WebSocketTransport) {
      Outbox.Node first = outbox.take();
      if (first != null) {
        transport.write(first);
      }
    }
    transport.beginClose();
  }

  /** Closes at once with a reason of the caller's; what waits is dropped. */
  public void closeNow(CloseReason reason, String description) {
    if (state != CLOSED) {
      STATE.compareAndSet(this, OPEN, CLOSING);
      execute(() -> end(reason, description));
    }
  }

  boolean isClosing() {
    return state == CLOSING;
  }

  boolean isClosed() {
    return state == CLOSED;
  }

  /** The session is over. On the loop. */
  void end(CloseReason reason, String description) {
    if (state == CLOSED) {
      return;
    }
    if (listener instanceof Opening opening) {
      opening.stop();
      if (opening.hasMessages()) {
        announce(opening);
        if (isClosed()) {
          return;
        }
      }
    }
    state = CLOSED;
    heartbeat.stop();
    stallWatch.stop();
    outbox.close();
    UpgradeAttempt underway = upgrade;
    if (underway != null) {
      underway.abandon();
    }
    transport.close(reason);
    server.closed(this);
    log.debug("A session closed: {} {}", reason, description);
    try {
      listener.onClose(reason, description);
    } catch (RuntimeException e) {
      log.error("A session's listener failed at its close", e);
    }
  }

  // The upgrade

  /** Whether this attempt may go on: the session polls, and there is no other. Any thread. */
  boolean claimUpgrade(UpgradeAttempt attempt) {
    if (state == CLOSED
        || !settings().allowUpgrades()
        || !polls()
        || !UPGRADE.compareAndSet(this, null, attempt)) {
      return false;
    }
    if (polls()) {
      return true;
    }
    upgrade = null;
    return false;
  }

  boolean isUpgrading(UpgradeAttempt attempt) {
    return upgrade == attempt;
  }

  /** Ends a GET that waits, with a noop unless there is something better. */
  void answerNoop() {
    if (hasWaiting()) {
      flush();
    } else if (transport instanceof PollingTransport polling) {
      polling.answerNoop();
    }
  }

  /** The attempt is over: another may come. */
  void upgradeOver(UpgradeAttempt attempt) {
    UPGRADE.compareAndSet(this, attempt, null);
  }

  /** Moves to the WebSocket. On the old loop; nothing may touch the session there afterwards. */
  void moveTo(WebSocketTransport candidate, Runnable arrived) {
    leavePolling();
    transport = candidate;
    Flusher next = server.flusher(candidate.loop());
    flusher = next;
    next.loop().execute(arrived);
  }

  /** Moves to a WebSocket that another node holds. On the loop, where it stays. */
  void moveTo(RemoteTransport remote) {
    leavePolling();
    transport = remote;
    if (readingPaused) {
      remote.reading(false);
    }
    moved();
  }

  private void leavePolling() {
    heartbeat.stop();
    stallWatch.stop();
    if (listener instanceof Opening opening) {
      opening.stop();
    }
    ((PollingTransport) transport).discard();
  }

  /** The move is done. On the new loop. */
  void moved() {
    upgrade = null;
    if (state == CLOSING) {
      beginClose();
      return;
    }
    if (state == CLOSED) {
      return;
    }
    heartbeat.start();
    announce();
    if (isClosed()) {
      return;
    }
    try {
      listener.onUpgrade();
    } catch (RuntimeException e) {
      failed(e);
      return;
    }
    flush();
  }

  // Other nodes

  EngineCluster cluster() {
    return Objects.requireNonNull(server.cluster());
  }

  /** The transport, if the session polls. On the loop. */
  @Nullable PollingTransport polling() {
    return transport instanceof PollingTransport polling && state != CLOSED ? polling : null;
  }

  /** The attempt to upgrade that is underway. On the loop. */
  @Nullable UpgradeAttempt upgrade() {
    return upgrade;
  }

  /** A packet came by way of another node, which may send more although reading is paused. */
  void receiveRemote(EnginePacket packet) {
    if (readingPaused) {
      byte[] binary = packet.binary();
      unwantedBytes += PACKET_BYTES + (binary == null ? packet.text().length() : binary.length);
      EngineSettings settings = settings();
      if (unwantedBytes > settings.limits().inboundBytes() + 2L * settings.maxHttpBufferSize()) {
        end(CloseReason.TRANSPORT_ERROR, "inbound buffer exceeded");
        return;
      }
    }
    receive(packet);
  }

  /** The node that holds the client's request or WebSocket says that it is gone. */
  void lostRemotely(boolean error) {
    if (transport instanceof RemoteTransport remote) {
      remote.lost();
    }
    if (error) {
      end(CloseReason.TRANSPORT_ERROR, "the connection to another node was lost");
    } else {
      receive(EnginePacket.of(EnginePacket.Type.CLOSE));
    }
  }

  /** Whether the server's listener knows the session. */
  boolean isAnnounced() {
    return !(listener instanceof Opening);
  }

  /**
   * Ends here without a word to anybody, since another node goes on with the session; returns what
   * the client sent so far. Nobody was told of it yet.
   */
  List<EnginePacket> handOver() {
    Opening opening = (Opening) listener;
    leavePolling();
    state = CLOSED;
    outbox.close();
    server.closed(this);
    return opening.takeMessages();
  }

  /** Goes on with what another node began and handed over. On the loop, once. */
  void adopt(List<EnginePacket> packets) {
    moved();
    packets.forEach(this::receive);
  }
}
