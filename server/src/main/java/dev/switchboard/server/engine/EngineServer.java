package dev.switchboard.server.engine;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The Engine.IO server: routes requests to sessions, opens and closes them. The transport's library
 * feeds it.
 *
 * <p>The {@code handle} methods are called on the loop of the request; the others on any thread.
 */
public final class EngineServer {
  private final EngineSettings settings;
  private final EngineListener listener;
  private final Cors cors;
  private final SessionRegistry sessions = new SessionRegistry();
  private final Gatekeeper gatekeeper;
  private final Intake intake;
  private final @Nullable EngineCluster cluster;
  private final LongSupplier nanoTime;
  // One a loop, for as long as the server lives: loops are few and live as long.
  private final ConcurrentHashMap<EventLoop, Flusher> flushers = new ConcurrentHashMap<>();

  /** A server without sessions. */
  public EngineServer(EngineSettings settings, EngineListener listener) {
    this(settings, listener, System::nanoTime);
  }

  EngineServer(EngineSettings settings, EngineListener listener, LongSupplier nanoTime) {
    this.settings = Objects.requireNonNull(settings, "settings");
    this.nanoTime = nanoTime;
    this.listener = Objects.requireNonNull(listener, "listener");
    this.cors = new Cors(settings.cors());
    this.gatekeeper = new Gatekeeper(settings.limits(), nanoTime);
    this.intake = new Intake(this, gatekeeper, nanoTime);
    ClusterSettings nodes = settings.cluster();
    this.cluster = nodes == null ? null : new EngineCluster(this, nodes);
  }

  /** The settings that the server was made with. */
  public EngineSettings settings() {
    return settings;
  }

  /** The answers to pages of other origins, for paths beside the engine's too. */
  public Cors cors() {
    return cors;
  }

  EngineListener listener() {
    return listener;
  }

  /** The other nodes, if requests may reach any of them. */
  @Nullable EngineCluster cluster() {
    return cluster;
  }

  long nanoTime() {
    return nanoTime.getAsLong();
  }

  /** The messages that a new session may bring in, if they are limited. */
  @Nullable TokenBucket newInboundRate() {
    int rate = settings.limits().inboundRate();
    return rate == 0 ? null : new TokenBucket(rate, 2 * rate, nanoTime());
  }

  /** The number of open sessions. */
  public int clientsCount() {
    return sessions.size();
  }

  /** How many requests named a session that is not here: a sign of missing sticky sessions. */
  public long unknownSids() {
    return gatekeeper.unknownSids();
  }

  /** Calls the action with each open session. Sessions that come or go meanwhile may be missed. */
  public void forEachSession(Consumer<EngineSession> action) {
    sessions.all().forEach(action);
  }

  /** A request for the engine's path. Called on the exchange's loop. */
  public void handle(HttpExchange exchange) {
    intake.take(new HttpRequest(exchange, settings.hooks()));
  }

  /** A WebSocket handshake for the engine's path. Called on the exchange's loop. */
  public void handle(WebSocketExchange exchange) {
    intake.take(new WebSocketRequest(exchange, settings.hooks()));
  }

  /**
   * A request whose body exceeds {@code maxHttpBufferSize}, found out before the body was read; its
   * body is empty. The engine ends the session that it names and answers 413.
   */
  public void handleTooLarge(HttpExchange exchange) {
    HttpRequest request = new HttpRequest(exchange, settings.hooks());
    cors.addHeaders(request.info(), request.headers());
    request.respondEmpty(413, true);
    endPolling(request.info(), "Max payload size exceeded");
  }

  /**
   * A request whose body does not come together with its head. A session takes one POST at a time,
   * and this one counts already. {@link #handleComplete}, {@link #handleTooLarge} or {@link
   * #handleAborted} follows.
   */
  public void handleBegun(RequestInfo request) {
    onPolling(request, PollingTransport::onBodyAwaited);
  }

  /** The body of a request that was begun is complete; {@link #handle(HttpExchange)} follows. */
  public void handleComplete(RequestInfo request) {
    onPolling(request, PollingTransport::onBodyComplete);
  }

  private void onPolling(RequestInfo request, Consumer<PollingTransport> action) {
    EngineSession session = find(request);
    if (session != null) {
      session.executeNow(() -> session.onPolling(action));
    }
  }

  /**
   * A request whose connection ended, or was ended, before its body was complete. The engine ends
   * the session that it names; there is no answer.
   */
  public void handleAborted(RequestInfo request) {
    endPolling(request, "data request connection closed prematurely");
  }

  private void endPolling(RequestInfo request, String description) {
    EngineSession session = find(request);
    if (session != null && session.polls()) {
      session.executeNow(() -> session.end(CloseReason.TRANSPORT_ERROR, description));
    }
  }

  /** The session that a request names, if it may. */
  @Nullable EngineSession find(RequestInfo request) {
    String sid = request.query().get("sid");
    EngineSession session = sid == null ? null : sessions.find(sid);
    boolean strange =
        session != null
            && settings.bindToAddress()
            && !session.remoteAddress().equals(request.remoteAddress());
    return strange ? null : session;
  }

  /** The session of that id, if it is of this node. */
  @Nullable EngineSession find(String sid) {
    return sessions.find(sid);
  }

  boolean isTaken(String id) {
    return sessions.find(id) != null;
  }

  boolean add(EngineSession session) {
    return sessions.add(session);
  }

  /** Takes a place for a session that another node hands over; false if there is none. */
  boolean takePlace(String address) {
    return gatekeeper.place(address) == null;
  }

  /** Refuses a request that came to a session too late, and tells the listener. */
  void refuseLate(Request request, EngineError error, Map<String, Object> context) {
    intake.refuseLate(request, error, context);
  }

  /** A session is over. */
  void closed(EngineSession session) {
    sessions.remove(session);
    gatekeeper.release(gatekeeper.countsAddresses() ? session.remoteAddress() : "");
  }

  Flusher flusher(EventLoop loop) {
    return flushers.computeIfAbsent(loop, Flusher::new);
  }

  /** From now on handshakes are answered 503 with Retry-After; open sessions go on. */
  public void drain() {
    gatekeeper.drain();
  }

  /** Drains, and closes all sessions at once; the reason is {@code forced close}. */
  public void close() {
    drain();
    forEachSession(session -> session.closeNow(CloseReason.FORCED_CLOSE, ""));
    if (cluster != null) {
      cluster.dismissGuests();
    }
  }

  /**
   * Leaves the other nodes, if there are any: once the loops have done what {@link #close} asked.
   */
  public void leaveCluster() {
    if (cluster != null) {
      cluster.close();
    }
  }
}
