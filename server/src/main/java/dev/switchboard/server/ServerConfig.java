package dev.switchboard.server;

import dev.switchboard.protocol.cluster.AdapterFactory;
import dev.switchboard.protocol.engine.EngineBusFactory;
import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.socket.Parser;
import dev.switchboard.server.cluster.Cluster;
import dev.switchboard.server.cluster.PresenceSettings;
import dev.switchboard.server.cluster.RecoverySettings;
import dev.switchboard.server.engine.ClusterSettings;
import dev.switchboard.server.engine.CorsSettings;
import dev.switchboard.server.engine.EngineSession;
import dev.switchboard.server.engine.EngineSettings;
import dev.switchboard.server.engine.LimitSettings;
import dev.switchboard.server.http.HttpRoutes;
import dev.switchboard.server.netty.NettySettings;
import dev.switchboard.server.netty.ProxySettings;
import dev.switchboard.server.netty.TlsSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * How a server is to be, while it is being set up: {@code SocketIoServer.create(config ->
 * config.port(3000))}. What is left alone has the reference's default, unless its documentation
 * says otherwise.
 *
 * <p>Used by one thread; the server copies what it needs.
 */
public final class ServerConfig {
  final EngineSettings.Builder engine = new EngineSettings.Builder().path("/socket.io");
  final List<ServerListener> listeners = new ArrayList<>();
  String host = "0.0.0.0";
  int port = 3000;
  private final LimitSettings.Builder limits = new LimitSettings.Builder();
  final HttpRoutes http = new HttpRoutes();
  NettySettings network = NettySettings.defaults();
  ProxySettings proxies = ProxySettings.none();
  @Nullable TlsSettings tls;
  boolean serveClient;
  Duration connectTimeout = Duration.ofSeconds(15);
  Duration requestsTimeout = Cluster.DEFAULT_TIMEOUT;
  boolean cleanupEmptyChildNamespaces = true;
  @Nullable RecoverySettings recovery;
  PresenceSettings presence = PresenceSettings.DEFAULT;
  @Nullable AdapterFactory adapters;
  @Nullable Parser parser;
  @Nullable Json json;
  @Nullable Executor handlerExecutor;
  @Nullable Function<EngineSession, String> socketIds;

  ServerConfig() {}

  /** The address to bind; default all. */
  public ServerConfig host(String address) {
    host = Objects.requireNonNull(address, "host");
    return this;
  }

  /** The port to bind; 0 takes any that is free. Default 3000. */
  public ServerConfig port(int number) {
    if (number < 0 || number > 65_535) {
      throw new IllegalArgumentException("port must be between 0 and 65535, not " + number);
    }
    port = number;
    return this;
  }

  /** The path that clients connect to; default {@code /socket.io}. */
  public ServerConfig path(String value) {
    engine.path(value);
    return this;
  }

  /**
   * Which pages of other origins may connect; default none but those of the server's own origin.
   */
  public ServerConfig cors(Consumer<CorsSettings.Builder> changes) {
    engine.cors(changes);
    return this;
  }

  /** How connections are: heartbeat, transports, sizes, cookie, compression, hooks. */
  public ServerConfig engine(Consumer<EngineSettings.Builder> changes) {
    changes.accept(engine);
    return this;
  }

  /** What clients may use up. Called again, it changes what was set before. */
  public ServerConfig limits(Consumer<LimitSettings.Builder> changes) {
    changes.accept(limits);
    engine.limits(limits.build());
    return this;
  }

  /** The network: event loops, io_uring or epoll, backlog. */
  public ServerConfig network(UnaryOperator<NettySettings> changes) {
    network = changes.apply(network);
    return this;
  }

  /**
   * The proxies in front whose word on the client's address, scheme and host is taken; default
   * none.
   */
  public ServerConfig proxies(ProxySettings trusted) {
    proxies = Objects.requireNonNull(trusted, "proxies");
    return this;
  }

  /** Serves over TLS; default plain. {@link SocketIoServer#reloadTls} takes new certificates. */
  public ServerConfig tls(TlsSettings certificates) {
    tls = Objects.requireNonNull(certificates, "tls");
    return this;
  }

  /**
   * Whether the official client's files are served below the path, as {@code
   * /socket.io/socket.io.js} and its kin; default false (the reference has true).
   */
  public ServerConfig serveClient(boolean on) {
    serveClient = on;
    return this;
  }

  /** Adds plain HTTP routes on the same port; {@link SocketIoServer#http} adds more later. */
  public ServerConfig http(Consumer<HttpRoutes> routes) {
    routes.accept(http);
    return this;
  }

  /**
   * After how long a connection without a namespace is closed; default 15 s (the reference has 45
   * s).
   */
  public ServerConfig connectTimeout(Duration timeout) {
    connectTimeout = positive(timeout, "connectTimeout");
    return this;
  }

  /**
   * How long acknowledgements of broadcasts and replies of other servers are waited for; default 5
   * s.
   */
  public ServerConfig requestsTimeout(Duration timeout) {
    requestsTimeout = positive(timeout, "requestsTimeout");
    return this;
  }

  /**
   * Whether namespaces that were created for clients go when they are empty; default true (the
   * reference has false, so that they pile up).
   */
  public ServerConfig cleanupEmptyChildNamespaces(boolean on) {
    cleanupEmptyChildNamespaces = on;
    return this;
  }

  /** Turns connection state recovery on, with its defaults. */
  public ServerConfig recovery() {
    return recovery(settings -> settings);
  }

  /** Turns connection state recovery on. */
  public ServerConfig recovery(UnaryOperator<RecoverySettings> changes) {
    recovery = changes.apply(RecoverySettings.DEFAULT);
    return this;
  }

  /** How nodes tell each other who is online; see {@link Namespace#presence}. */
  public ServerConfig presence(UnaryOperator<PresenceSettings> changes) {
    presence = changes.apply(presence);
    return this;
  }

  /** What joins this server to others; default nothing: it is alone. */
  public ServerConfig adapter(AdapterFactory factory) {
    adapters = Objects.requireNonNull(factory, "adapter");
    return this;
  }

  /**
   * Lets clients' requests reach any server of a cluster, so that no sticky sessions are needed;
   * default nothing: a polling client's requests have to reach the server that it connected to.
   * What broadcasts between servers is {@link #adapter}, beside it.
   *
   * <p>Polling clients are connected 300 ms later than without: until then the server that their
   * WebSocket reaches can have them.
   */
  public ServerConfig engineBus(EngineBusFactory bus) {
    return engineBus(bus, settings -> settings);
  }

  /** As {@link #engineBus(EngineBusFactory)}, with other times. */
  public ServerConfig engineBus(EngineBusFactory bus, UnaryOperator<ClusterSettings> changes) {
    engine.cluster(changes.apply(ClusterSettings.of(bus)));
    return this;
  }

  /** How packets are written; default {@link Parser#text}. Clients must use the same. */
  public ServerConfig parser(Parser packetParser) {
    parser = Objects.requireNonNull(packetParser, "parser");
    return this;
  }

  /** How values become JSON; default {@link Json#create}. */
  public ServerConfig json(Json codec) {
    json = Objects.requireNonNull(codec, "json");
    return this;
  }

  /**
   * Where handlers run; default virtual threads where the JVM has them (21 and later), else a pool
   * of at most 256 threads. {@code Runnable::run} means the event loop: for handlers that never
   * block, and were measured.
   */
  public ServerConfig handlerExecutor(Executor executor) {
    handlerExecutor = Objects.requireNonNull(executor, "handlerExecutor");
    return this;
  }

  /**
   * How socket ids are made; default 20 random characters. They must be unique, and hard to guess,
   * since each is the name of a room too.
   */
  public ServerConfig socketIds(Function<EngineSession, String> generator) {
    socketIds = Objects.requireNonNull(generator, "socketIds");
    return this;
  }

  /** Adds an observer. */
  public ServerConfig listener(ServerListener observer) {
    listeners.add(Objects.requireNonNull(observer, "listener"));
    return this;
  }

  private static Duration positive(Duration duration, String name) {
    if (duration.isNegative() || duration.isZero()) {
      throw new IllegalArgumentException(name + " must be positive, not " + duration);
    }
    return duration;
  }
}
