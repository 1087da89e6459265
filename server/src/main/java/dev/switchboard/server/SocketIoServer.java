package dev.switchboard.server;

import dev.switchboard.protocol.Call;
import dev.switchboard.protocol.Event;
import dev.switchboard.protocol.cluster.AdapterFactory;
import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.socket.EncodedPacket;
import dev.switchboard.protocol.socket.Packet;
import dev.switchboard.protocol.socket.PacketDecoder;
import dev.switchboard.protocol.socket.Parser;
import dev.switchboard.protocol.socket.ParserLimits;
import dev.switchboard.server.cluster.LocalAdapter;
import dev.switchboard.server.cluster.PresenceSettings;
import dev.switchboard.server.cluster.RecoverySettings;
import dev.switchboard.server.cluster.Replies;
import dev.switchboard.server.engine.ConnectionError;
import dev.switchboard.server.engine.EngineListener;
import dev.switchboard.server.engine.EngineServer;
import dev.switchboard.server.engine.EngineSession;
import dev.switchboard.server.engine.EngineSettings;
import dev.switchboard.server.engine.EventLoop;
import dev.switchboard.server.engine.LimitSettings;
import dev.switchboard.server.engine.OutboundMessage;
import dev.switchboard.server.engine.OutputBatch;
import dev.switchboard.server.engine.SessionListener;
import dev.switchboard.server.http.ClientBundle;
import dev.switchboard.server.http.HttpRoutes;
import dev.switchboard.server.netty.NettyServer;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Socket.IO server.
 *
 * <pre>{@code
 * var io = SocketIoServer.create(config -> config.port(3000));
 * io.onConnection(socket -> socket.on("chat", args -> io.emit("chat", args.get(0))));
 * io.start();
 * }</pre>
 *
 * <p>Any thread may call any method. The methods that send, and {@link #use} and {@link
 * #onConnection}, are those of the main namespace, {@code /}.
 */
public final class SocketIoServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SocketIoServer.class);
  private static final SecureRandom random = new SecureRandom();
  private static final int ID_BYTES = 15;

  /** How long disconnect handlers are waited for when the server is closed. */
  private static final Duration FAREWELL = Duration.ofSeconds(5);

  private final ServerConfig config;
  private final EngineSettings settings;
  private final Json json;
  private final Parser parser;
  private final ParserLimits parserLimits;
  private final RecoverySettings recovery;
  private final boolean recovers;
  private final Executor executor;
  private final @Nullable ExecutorService ownExecutor;
  private final @Nullable Relief relief;
  private final ScheduledThreadPoolExecutor timers;
  private final Acks acks;
  private final Map<EventLoop, Turn> turns = new ConcurrentHashMap<>();
  private final List<ServerListener> listeners;
  private final Namespaces namespaces;
  private final Namespace main;
  private final @Nullable StickySessionsHint stickySessions;
  private final EngineServer engine;
  private final NettyServer network;
  private final Underway farewells = new Underway();
  private final AtomicBoolean closing = new AtomicBoolean();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private volatile @Nullable InetSocketAddress address;

  private SocketIoServer(ServerConfig config) {
    this.config = config;
    settings = config.engine.build();
    json = config.json == null ? Json.create() : config.json;
    parser = config.parser == null ? Parser.text(json) : config.parser;
    LimitSettings limits = settings.limits();
    parserLimits =
        new ParserLimits(
            limits.attachments(),
            settings.maxHttpBufferSize(),
            limits.jsonDepth(),
            limits.numberLength(),
            limits.namespaceLength());
    recovers = config.recovery != null;
    recovery = config.recovery == null ? RecoverySettings.DEFAULT : config.recovery;
    listeners = new CopyOnWriteArrayList<>(config.listeners);
    Executor given = config.handlerExecutor;
    if (given == null) {
      ExecutorService own = HandlerExecutors.create();
      ownExecutor = own;
      given = own;
    } else {
      ownExecutor = null;
    }
    relief = runsInPlace(given) ? null : new Relief(given);
    timers =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              var thread = new Thread(task, "switchboard-timers");
              thread.setDaemon(true);
              return thread;
            });
    timers.setRemoveOnCancelPolicy(true);
    executor = new PatientExecutor(given, timers);
    acks = new Acks(executor, timers);
    AdapterFactory adapters = config.adapters;
    if (adapters == null) {
      adapters = recovers ? LocalAdapter.factory(recovery) : LocalAdapter.factory();
    }
    namespaces = new Namespaces(this, adapters, config.cleanupEmptyChildNamespaces);
    main = namespaces.declare("/");
    stickySessions =
        config.adapters != null && settings.cluster() == null ? new StickySessionsHint() : null;
    engine = new EngineServer(settings, new Sessions());
    network = network();
  }

  private NettyServer network() {
    HttpRoutes routes = config.http;
    if (config.serveClient) {
      ClientBundle.addTo(routes, settings.path(), engine.cors());
    }
    NettyServer.Builder builder =
        NettyServer.builder(engine).settings(config.network).proxies(config.proxies).routes(routes);
    if (config.tls != null) {
      builder.tls(config.tls);
    }
    if (relief != null) {
      builder.handlerExecutor(executor); // routes may block, which is no matter there
    }
    return builder.build();
  }

  /**
   * Sets a server up. It accepts nobody before {@link #start}.
   *
   * @throws IllegalArgumentException if a setting is wrong; the message says what to change
   */
  public static SocketIoServer create(Consumer<ServerConfig> setUp) {
    var config = new ServerConfig();
    setUp.accept(config);
    return new SocketIoServer(config);
  }

  // ---- life ----

  /**
   * Begins to accept connections.
   *
   * @return completes when the port is bound, or fails if it cannot be
   */
  public CompletableFuture<SocketIoServer> start() {
    return network
        .start(config.host, config.port)
        .thenApply(
            bound -> {
              address = bound;
              return this;
            });
  }

  /**
   * Reads the certificates again, for connections that come from now on; those that are open stay.
   * Blocks while it reads.
   *
   * @throws IllegalArgumentException if they cannot be used; the old ones stay
   * @throws IllegalStateException if the server has no TLS
   */
  public void reloadTls() {
    network.reloadTls();
  }

  /**
   * The port that is bound.
   *
   * @throws IllegalStateException before {@link #start} has completed
   */
  public int port() {
    InetSocketAddress bound = address;
    if (bound == null) {
      throw new IllegalStateException("the server is not started: wait for start() to complete");
    }
    return bound.getPort();
  }

  /**
   * Closes the server: its sockets are disconnected with {@code server shutting down}, their
   * handlers run, the adapters, connections and the port are closed. Idempotent.
   *
   * @return completes when all is closed and the disconnect handlers have returned, which are
   *     waited for during 5 s
   */
  public CompletableFuture<Void> shutdown() {
    if (!closing.compareAndSet(false, true)) {
      return closed;
    }
    engine.drain();
    namespaces.all().forEach(Namespace::closePresence); // one farewell, not one for each socket
    for (Namespace namespace : namespaces.all()) {
      for (Socket socket : namespace.sockets()) {
        socket.close(DisconnectReason.SERVER_SHUTTING_DOWN, "");
      }
    }
    namespaces.all().forEach(Namespace::close);
    engine.close();
    CompletableFuture<Void> handled =
        farewells.none().completeOnTimeout(null, FAREWELL.toMillis(), TimeUnit.MILLISECONDS);
    CompletableFuture.allOf(network.close(), handled)
        .whenComplete(
            (done, failure) -> {
              engine.leaveCluster(); // the last words of its sessions are on their way
              timers.shutdown(); // what the executor refused is still offered again
              if (relief != null) {
                relief.close();
              }
              if (ownExecutor != null) {
                ownExecutor.shutdown(); // what is queued still runs
              }
              if (failure == null) {
                closed.complete(null);
              } else {
                closed.completeExceptionally(failure);
              }
            });
    return closed;
  }

  /**
   * {@link #shutdown}, waiting for it: not to be called by handlers, whose own end it would wait
   * for.
   */
  @Override
  public void close() {
    shutdown().join();
  }

  // ---- namespaces ----

  /**
   * The namespace of that name, created if need be. A missing leading slash is added; upper and
   * lower case differ. If the pattern of a dynamic namespace is found in the name, it gets the
   * middlewares and handlers of that one. A namespace that was asked for so is there to stay.
   */
  public Namespace of(String name) {
    return namespaces.declare(name);
  }

  /**
   * All namespaces in whose name the pattern is found (as JavaScript's {@code test}: anchor it to
   * mean the whole name).
   */
  public ParentNamespace of(Pattern pattern) {
    return namespaces.declare(
        (name, auth) -> CompletableFuture.completedFuture(pattern.matcher(name).find()), pattern);
  }

  /** All namespaces whose name the predicate accepts. It must not block. */
  public ParentNamespace of(Predicate<String> predicate) {
    return namespaces.declare(
        (name, auth) -> CompletableFuture.completedFuture(predicate.test(name)), null);
  }

  /** All namespaces that the predicate accepts, which may take its time. */
  public ParentNamespace ofDynamic(NamespacePredicate predicate) {
    return namespaces.declare(predicate, null);
  }

  /** The main namespace, {@code /}. */
  public Namespace main() {
    return main;
  }

  /** See {@link Namespace#use}. */
  public SocketIoServer use(Middleware middleware) {
    main.use(middleware);
    return this;
  }

  /** See {@link Namespace#onConnection}. */
  public SocketIoServer onConnection(Consumer<Socket> handler) {
    main.onConnection(handler);
    return this;
  }

  /** Adds an observer. */
  public SocketIoServer listener(ServerListener observer) {
    listeners.add(observer);
    return this;
  }

  // ---- sending in the main namespace ----

  /** See {@link Namespace#to(String...)}. */
  public Target to(String... rooms) {
    return main.to(rooms);
  }

  /** See {@link Namespace#to(Collection)}. */
  public Target to(Collection<String> rooms) {
    return main.to(rooms);
  }

  /** See {@link Namespace#in}. */
  public Target in(String... rooms) {
    return main.in(rooms);
  }

  /** See {@link Namespace#except}. */
  public Target except(String... rooms) {
    return main.except(rooms);
  }

  /** See {@link Namespace#local}. */
  public Target local() {
    return main.local();
  }

  /** See {@link Target#asVolatile}. */
  public Target asVolatile() {
    return main.asVolatile();
  }

  /** See {@link Target#compress}. */
  public Target compress(boolean on) {
    return main.compress(on);
  }

  /** See {@link Target#timeout}. */
  public Target timeout(Duration timeout) {
    return main.timeout(timeout);
  }

  /** See {@link Namespace#emit(String, Object...)}. */
  public void emit(String event, @Nullable Object... args) {
    main.emit(event, args);
  }

  /** See {@link Namespace#emit(Event, Object)}. */
  public <T> void emit(Event<T> event, T arg) {
    main.emit(event, arg);
  }

  /** See {@link Namespace#send}. */
  public void send(@Nullable Object... args) {
    main.send(args);
  }

  /** See {@link Namespace#call(Call, Object)}. */
  public <Q, R> CompletableFuture<Replies<R>> call(Call<Q, R> call, Q arg) {
    return main.call(call, arg);
  }

  /** See {@link Namespace#call(String, Object...)}. */
  public CompletableFuture<Replies<Object>> call(String event, @Nullable Object... args) {
    return main.call(event, args);
  }

  /** See {@link Namespace#fetchSockets}. */
  public CompletableFuture<List<RemoteSocket>> fetchSockets() {
    return main.fetchSockets();
  }

  /** See {@link Namespace#socketsJoin}. */
  public void socketsJoin(String... rooms) {
    main.socketsJoin(rooms);
  }

  /** See {@link Namespace#socketsLeave}. */
  public void socketsLeave(String... rooms) {
    main.socketsLeave(rooms);
  }

  /** See {@link Namespace#disconnectSockets}. */
  public void disconnectSockets(boolean close) {
    main.disconnectSockets(close);
  }

  /** See {@link Namespace#serverSideEmit}. */
  public void serverSideEmit(String event, @Nullable Object... args) {
    main.serverSideEmit(event, args);
  }

  /** See {@link Namespace#serverSideEmitWithAck}. */
  public CompletableFuture<Replies<Object>> serverSideEmitWithAck(
      String event, @Nullable Object... args) {
    return main.serverSideEmitWithAck(event, args);
  }

  /** See {@link Namespace#serverCount}. */
  public CompletionStage<Integer> serverCount() {
    return main.serverCount();
  }

  /** See {@link Namespace#presence}. */
  public Presence presence() {
    return main.presence();
  }

  /** Plain HTTP routes on the same port: health checks, pages, files. */
  public HttpRoutes http() {
    return config.http;
  }

  /**
   * The Engine.IO server below: for other transports than the one built in, and for tests without a
   * network.
   */
  public EngineServer engine() {
    return engine;
  }

  /**
   * How many clients are connected to this server, over whichever transport. The reference's {@code
   * engine.clientsCount}.
   */
  public int clientsCount() {
    return engine.clientsCount();
  }

  // ---- for the parts of the server ----

  Namespaces namespaces() {
    return namespaces;
  }

  Json json() {
    return json;
  }

  Parser parser() {
    return parser;
  }

  PacketDecoder newDecoder() {
    return parser.newDecoder(parserLimits);
  }

  OutboundMessage encode(Packet packet) {
    EncodedPacket encoded = parser.encode(packet);
    return OutboundMessage.of(encoded.text(), encoded.binary());
  }

  LimitSettings limits() {
    return settings.limits();
  }

  boolean recovers() {
    return recovers;
  }

  RecoverySettings recovery() {
    return recovery;
  }

  PresenceSettings presenceSettings() {
    return config.presence;
  }

  Executor executor() {
    return executor;
  }

  ScheduledThreadPoolExecutor timers() {
    return timers;
  }

  Acks acks() {
    return acks;
  }

  Duration connectTimeout() {
    return config.connectTimeout;
  }

  Duration requestsTimeout() {
    return config.requestsTimeout;
  }

  Turn turn(EventLoop loop) {
    return turns.computeIfAbsent(loop, one -> new Turn(one, executor, relief));
  }

  /** The calling thread is about to wait for answers to what it sent. */
  void flushOutput() {
    OutputBatch.flushCurrent();
  }

  /** 20 random characters of the URL-safe Base64 alphabet. */
  String newId() {
    byte[] bytes = new byte[ID_BYTES];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().encodeToString(bytes);
  }

  String newSocketId(EngineSession session, Namespace namespace) {
    if (config.socketIds != null) {
      String id = config.socketIds.apply(session);
      if (namespace.socket(id).isPresent()) {
        throw new IllegalStateException(
            "ServerConfig.socketIds gave an id that a connected socket has: ids must be unique");
      }
      return id;
    }
    if (session.protocol() == 3) {
      // clients of the second generation take the session's id for the socket's
      return namespace == main ? session.id() : namespace.name() + "#" + session.id();
    }
    return newId();
  }

  boolean isClosing() {
    return closing.get();
  }

  /** The disconnect handlers that are to run. */
  Underway farewells() {
    return farewells;
  }

  void namespaceEmptied(Namespace namespace) {
    namespaces.remove(namespace);
  }

  void disconnected(Socket socket, DisconnectReason reason) {
    notify(listener -> listener.onDisconnect(socket, reason));
  }

  /** Code of the application threw. */
  void handlerFailed(@Nullable Socket socket, String what, Throwable failure) {
    log.error("the handler of {} failed", what, failure);
    notify(listener -> listener.onHandlerFailure(socket, what, failure));
  }

  /** A client sent what its event's handler cannot take. */
  void peerMistake(Socket socket, String event, Throwable failure) {
    log.debug("{}: {} was not handled: {}", socket, event, failure.getMessage());
  }

  void notify(Consumer<ServerListener> news) {
    for (ServerListener listener : listeners) {
      try {
        news.accept(listener);
      } catch (RuntimeException e) {
        log.error("a listener failed", e);
      }
    }
  }

  /** Whether the executor runs tasks on the calling thread, as {@code Runnable::run} does. */
  private static boolean runsInPlace(Executor executor) {
    Thread caller = Thread.currentThread();
    var inPlace = new AtomicBoolean();
    var asked = new AtomicBoolean(true);
    executor.execute(
        () -> {
          if (asked.get() && Thread.currentThread() == caller) {
            inPlace.set(true);
          }
        });
    boolean result = inPlace.get();
    asked.set(false);
    return result;
  }

  /** What the engine tells. */
  private final class Sessions implements EngineListener {
    @Override
    public SessionListener onOpen(EngineSession session) {
      return new Connection(SocketIoServer.this, session);
    }

    @Override
    public void onConnectionError(ConnectionError error) {
      if (stickySessions != null) {
        stickySessions.note(error);
      }
      SocketIoServer.this.notify(listener -> listener.onConnectionError(error));
    }
  }
}
