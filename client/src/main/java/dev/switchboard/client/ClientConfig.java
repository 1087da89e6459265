package dev.switchboard.client;

import dev.switchboard.client.engine.EngineSettings;
import dev.switchboard.client.engine.NetworkSettings;
import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.socket.Parser;
import dev.switchboard.protocol.socket.ParserLimits;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * How a client is to be, while it is being set up: {@code SocketIoClient.connect(url, config ->
 * config.auth(token))}. What is left alone has the default of the JavaScript client, unless its
 * documentation says otherwise.
 *
 * <p>Used by one thread; the client copies what it needs.
 */
public final class ClientConfig {
  /** What the HTTP client and the WebSocket write themselves. */
  private static final Set<String> OWN_HEADERS =
      Set.of("connection", "content-length", "content-type", "expect", "host", "upgrade");

  private static final Json JSON = Json.create();
  private static final Parser TEXT = Parser.text(JSON);
  private static final Parser MSGPACK = Parser.msgpack(JSON);

  private String path = "/socket.io/";
  private final StringBuilder query = new StringBuilder();
  private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
  private List<String> transports = List.of(EngineSettings.POLLING, EngineSettings.WEBSOCKET);
  private boolean upgrade = true;
  private boolean rememberUpgrade;
  private boolean tryAllTransports;
  private Duration timeout = Duration.ofSeconds(20);
  private NetworkSettings network = NetworkSettings.DEFAULT;
  private ReconnectionSettings reconnection = ReconnectionSettings.DEFAULT;
  private LimitSettings limits = LimitSettings.DEFAULT;
  private Parser parser = TEXT;
  private Json json = JSON;
  private @Nullable Duration ackTimeout;
  private int retries;
  private Auth auth = Auth.NONE;
  private @Nullable Executor listenerExecutor;
  boolean forceNew;

  ClientConfig() {}

  /**
   * The path of the handshake; default {@code /socket.io}. A slash at its end makes no difference.
   */
  public ClientConfig path(String value) {
    if (!value.startsWith("/")) {
      throw new IllegalArgumentException("path must start with a slash, as in /socket.io");
    }
    path = value.endsWith("/") ? value : value + "/";
    return this;
  }

  /** Adds a parameter to the query of every request, behind those of the URL. */
  public ClientConfig query(String name, String value) {
    query
        .append(query.isEmpty() ? "" : "&")
        .append(URLEncoder.encode(name, StandardCharsets.UTF_8))
        .append('=')
        .append(URLEncoder.encode(value, StandardCharsets.UTF_8));
    return this;
  }

  /** Adds a header to every request, that of the WebSocket too. */
  public ClientConfig header(String name, String value) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (OWN_HEADERS.contains(lower) || lower.startsWith("sec-websocket-")) {
      throw new IllegalArgumentException(
          "the header " + name + " is written by the client itself: leave it out");
    }
    headers.put(name, Objects.requireNonNull(value, "value"));
    return this;
  }

  /**
   * What the server gets as {@code handshake.auth}: a record, a bean or a map, the same at each
   * connection.
   */
  public ClientConfig auth(Object value) {
    Objects.requireNonNull(value, "auth");
    auth = () -> CompletableFuture.completedFuture(value);
    return this;
  }

  /**
   * Asked for {@code handshake.auth} anew at each connection. May block: it runs where listeners
   * run. If it throws, there is a connect error, and it is asked again after a while.
   */
  public ClientConfig auth(Supplier<? extends @Nullable Object> supplier) {
    Objects.requireNonNull(supplier, "auth");
    auth = () -> CompletableFuture.completedFuture(supplier.get());
    return this;
  }

  /** As {@link #auth(Supplier)}, for what comes later: a token that has to be refreshed. */
  public ClientConfig authAsync(
      Supplier<? extends CompletionStage<? extends @Nullable Object>> supplier) {
    auth = Objects.requireNonNull(supplier, "auth")::get;
    return this;
  }

  /**
   * The transports to use, the first one first; default {@code polling}, from which the connection
   * moves to {@code websocket}. {@code transports("websocket")} saves the round trips.
   */
  public ClientConfig transports(String... names) {
    transports = List.of(names);
    return this;
  }

  /** Whether a connection moves from polling to WebSocket when it can; default true. */
  public ClientConfig upgrade(boolean on) {
    upgrade = on;
    return this;
  }

  /**
   * Whether a connection that is made anew starts on WebSocket if the one before had moved to it;
   * default false.
   */
  public ClientConfig rememberUpgrade(boolean on) {
    rememberUpgrade = on;
    return this;
  }

  /** Whether the next transport is tried when the handshake fails on the first; default false. */
  public ClientConfig tryAllTransports(boolean on) {
    tryAllTransports = on;
    return this;
  }

  /**
   * How long a connection may take to be made, and after it the server's answer to a namespace;
   * default 20 s. (The JavaScript client waits for the latter for ever.)
   */
  public ClientConfig timeout(Duration longest) {
    timeout = positive(longest, "timeout");
    return this;
  }

  /** How a lost connection is made anew. */
  public ClientConfig reconnection(UnaryOperator<ReconnectionSettings> changes) {
    reconnection = changes.apply(reconnection);
    return this;
  }

  /** What the client may use up. */
  public ClientConfig limits(UnaryOperator<LimitSettings> changes) {
    limits = changes.apply(limits);
    return this;
  }

  /** TLS and proxies. */
  public ClientConfig network(UnaryOperator<NetworkSettings> changes) {
    network = changes.apply(network);
    return this;
  }

  /**
   * How packets are written; default {@link Parser#text}. The server must use the same. It runs on
   * the thread that all clients share, and must not block.
   */
  public ClientConfig parser(Parser packetParser) {
    parser = Objects.requireNonNull(packetParser, "parser");
    return this;
  }

  /** The parser of {@code socket.io-msgpack-parser}. */
  public ClientConfig msgpack() {
    return parser(MSGPACK);
  }

  /** How values become JSON, with the default parser; default {@link Json#create}. */
  public ClientConfig json(Json codec) {
    json = Objects.requireNonNull(codec, "json");
    return parser(Parser.text(codec));
  }

  /** How long calls wait that do not say it themselves; default for ever. */
  public ClientConfig ackTimeout(Duration longest) {
    ackTimeout = positive(longest, "ackTimeout");
    return this;
  }

  /**
   * Sends every event, but volatile ones, until the server has acknowledged it: one after the
   * other, and again after {@code ackTimeout} or when the connection is back. The server gets each
   * at least once and in order; its handlers must acknowledge them.
   *
   * @param most how often an event is sent again before it is given up
   */
  public ClientConfig retries(int most, Duration ackTimeout) {
    if (most < 1) {
      throw new IllegalArgumentException("retries must be at least 1, not " + most);
    }
    retries = most;
    return ackTimeout(ackTimeout);
  }

  /** Whether the socket gets a connection of its own; default false. */
  public ClientConfig forceNew(boolean on) {
    forceNew = on;
    return this;
  }

  /**
   * Where listeners run, those of one socket one at a time; default virtual threads where the JVM
   * has them (21 and later), else a pool of at most 256 threads.
   */
  public ClientConfig listenerExecutor(Executor executor) {
    listenerExecutor = Objects.requireNonNull(executor, "listenerExecutor");
    return this;
  }

  ManagerSettings managerSettings(Endpoint endpoint) {
    String both =
        endpoint.query().isEmpty() || query.isEmpty()
            ? endpoint.query() + query
            : endpoint.query() + "&" + query;
    var engine =
        new EngineSettings(
            path,
            both,
            headers,
            transports,
            upgrade,
            rememberUpgrade,
            tryAllTransports,
            timeout,
            limits.maxMessageBytes(),
            network);
    var standard = ParserLimits.DEFAULT;
    var parserLimits =
        new ParserLimits(
            limits.maxAttachments(),
            limits.maxMessageBytes(),
            standard.maxDepth(),
            standard.maxNumberLength(),
            standard.maxNamespaceLength());
    return new ManagerSettings(
        endpoint.origin(), engine, reconnection, timeout, parser, parserLimits);
  }

  SocketSettings socketSettings() {
    return new SocketSettings(
        auth, json, limits, ackTimeout, retries, ListenerThreads.of(listenerExecutor));
  }

  private static Duration positive(Duration duration, String name) {
    if (duration.isNegative() || duration.isZero()) {
      throw new IllegalArgumentException(name + " must be positive, not " + duration);
    }
    return duration;
  }
}
