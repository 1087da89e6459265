package dev.switchboard.server.netty;

import dev.switchboard.server.engine.EngineServer;
import dev.switchboard.server.engine.EngineSettings;
import dev.switchboard.server.http.HttpRoutes;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listening socket that speaks HTTP/1.1 and WebSocket, and hands the engine its requests.
 *
 * <p>Every method may be called from any thread; none blocks. A server starts once and closes once;
 * several may run in a JVM. Its threads keep the JVM alive until it is closed.
 */
public final class NettyServer {
  private static final Duration CLOSE_GRACE = Duration.ofSeconds(3);
  private static final Duration LOOPS_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration HANDLER_IDLE = Duration.ofSeconds(10);
  private static final int HANDLER_THREADS = 16;
  private static final int MAX_WAITING_REQUESTS = 1_024;
  private static final int MIN_READ_BYTES = 64;
  private static final int FIRST_READ_BYTES = 1_024;
  private static final int MAX_READ_BYTES = 64 * 1_024;
  private static final Logger log = LoggerFactory.getLogger(NettyServer.class);

  private final NettySettings settings;
  private final ServerParts parts;
  private final @Nullable Tls tls;
  private final ConnectionGate gate;
  private final @Nullable ExecutorService ownExecutor;
  private final CompletableFuture<InetSocketAddress> started = new CompletableFuture<>();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private @Nullable LoopGroup loops;
  private @Nullable Channel listening;
  private boolean closing;

  private NettyServer(Builder builder) {
    this.settings = builder.settings;
    this.ownExecutor = builder.executor == null ? handlerThreads() : null;
    EngineSettings engine = builder.engineSettings;
    this.parts =
        new ServerParts(
            engine.limits(),
            engine.compression(),
            builder.proxies,
            engine.requestPath(),
            builder.engine,
            new RouteRunner(
                builder.routes,
                ownExecutor != null ? ownExecutor : Objects.requireNonNull(builder.executor)),
            engine.maxHttpBufferSize(),
            builder.maxRouteBodyBytes,
            builder.subprotocols,
            builder.tls != null);
    this.tls = builder.tls == null ? null : new Tls(builder.tls);
    this.gate = new ConnectionGate(builder.maxConnections);
  }

  private static ExecutorService handlerThreads() {
    var executor =
        new ThreadPoolExecutor(
            HANDLER_THREADS,
            HANDLER_THREADS,
            HANDLER_IDLE.toSeconds(),
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MAX_WAITING_REQUESTS),
            new DefaultThreadFactory("switchboard-http", true));
    executor.allowCoreThreadTimeOut(true);
    return executor;
  }

  /** Builds a server for an engine, at the path that the engine's settings name. */
  public static Builder builder(EngineServer engine) {
    return new Builder(engine.settings(), ExchangeHandler.of(engine));
  }

  static Builder builder(EngineSettings settings, ExchangeHandler engine) {
    return new Builder(settings, engine);
  }

  /**
   * Starts to listen.
   *
   * @param host the address to listen on; {@code 0.0.0.0} for all of IPv4, {@code ::} for all
   * @param port 0 for any free one
   * @return the address, once connections are accepted; fails with a {@link BindException} if it is
   *     taken
   * @throws IllegalStateException if the server was started or closed before, or no transport works
   */
  public CompletableFuture<InetSocketAddress> start(String host, int port) {
    synchronized (this) {
      if (loops != null || closing) {
        throw new IllegalStateException("a server starts once: build another");
      }
      LoopGroup opened = LoopGroup.open(settings);
      loops = opened;
      var address = new InetSocketAddress(host, port);
      ChannelFuture bound = bootstrap(opened).bind(address);
      listening = bound.channel();
      bound.addListener(done -> bound(bound, opened.transport(), address));
    }
    return started;
  }

  private void bound(ChannelFuture bound, NettyTransport transport, InetSocketAddress wanted) {
    if (bound.isSuccess()) {
      bound.channel().pipeline().addLast(new AcceptFailures());
      var address = (InetSocketAddress) bound.channel().localAddress();
      log.info("Listening on {} with {} and {} loops", address, transport, settings.loops());
      started.complete(address);
    } else {
      // The native transports have exceptions of their own.
      var failure =
          new BindException("cannot listen on " + wanted + ": " + bound.cause().getMessage());
      failure.initCause(bound.cause());
      var unused = close().thenRun(() -> started.completeExceptionally(failure));
    }
  }

  private ServerBootstrap bootstrap(LoopGroup loops) {
    return new ServerBootstrap()
        .group(loops.group())
        .channel(loops.transport().serverChannel())
        .option(ChannelOption.SO_BACKLOG, settings.backlog())
        .option(ChannelOption.SO_REUSEADDR, true)
        .childOption(ChannelOption.TCP_NODELAY, settings.tcpNoDelay())
        .childOption(
            ChannelOption.WRITE_BUFFER_WATER_MARK,
            new WriteBufferWaterMark(settings.lowWaterMarkBytes(), settings.highWaterMarkBytes()))
        .childOption(
            ChannelOption.RECVBUF_ALLOCATOR,
            new AdaptiveRecvByteBufAllocator(MIN_READ_BYTES, FIRST_READ_BYTES, MAX_READ_BYTES))
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                accept(channel, loops.loops().get(channel.eventLoop()));
              }
            });
  }

  private void accept(Channel channel, @Nullable NettyEventLoop loop) {
    ConnectionGate.Admission admission = gate.enter(channel);
    if (admission == ConnectionGate.Admission.OVERRUN || loop == null) {
      Channels.close(channel);
      return;
    }
    if (tls != null) {
      tls.secure(channel);
    }
    new HttpConnection(parts, loop, channel, admission == ConnectionGate.Admission.FULL).open();
  }

  /**
   * Reads the files of the TLS settings anew, for the connections to come; those that are open keep
   * what they have. Reads files, so not for an event loop.
   *
   * @throws IllegalArgumentException if the files are not valid; then nothing changes
   * @throws IllegalStateException if the server has no TLS
   */
  public void reloadTls() {
    if (tls == null) {
      throw new IllegalStateException("the server was built without TLS");
    }
    tls.reload();
  }

  ServerParts parts() {
    return parts;
  }

  /** The connections that are open. */
  public int connections() {
    return gate.open();
  }

  /**
   * Stops to listen, ends every connection once the answer that it waits for is given, or after
   * three seconds, and ends the threads. Repeated calls return the same future.
   */
  public CompletableFuture<Void> close() {
    LoopGroup opened;
    synchronized (this) {
      if (closing) {
        return closed;
      }
      closing = true;
      opened = loops;
    }
    if (opened == null || listening == null) {
      closed.complete(null);
      return closed;
    }
    listening.close().addListener(done -> endConnections(opened));
    return closed;
  }

  private void endConnections(LoopGroup opened) {
    for (NettyEventLoop loop : opened.loops().values()) {
      loop.execute(loop::shutDownConnections);
    }
    CompletableFuture<Void> unused =
        gate.whenEmpty()
            .completeOnTimeout(null, CLOSE_GRACE.toMillis(), TimeUnit.MILLISECONDS)
            .thenRun(() -> endLoops(opened));
  }

  private void endLoops(LoopGroup opened) {
    for (NettyEventLoop loop : opened.loops().values()) {
      loop.execute(loop::end);
    }
    opened
        .group()
        .shutdownGracefully(0, LOOPS_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
        .addListener(
            done -> {
              if (ownExecutor != null) {
                ownExecutor.shutdown();
              }
              closed.complete(null);
            });
  }

  /** Builds a {@link NettyServer}. */
  public static final class Builder {
    private static final int DEFAULT_MAX_ROUTE_BODY_BYTES = 1_000_000;

    private final EngineSettings engineSettings;
    private final ExchangeHandler engine;
    private NettySettings settings = NettySettings.defaults();
    private ProxySettings proxies = ProxySettings.none();
    private HttpRoutes routes = new HttpRoutes();
    private @Nullable Executor executor;
    private @Nullable TlsSettings tls;
    private int maxRouteBodyBytes = DEFAULT_MAX_ROUTE_BODY_BYTES;
    private List<String> subprotocols = List.of();
    private int maxConnections = ConnectionGate.defaultMax();

    private Builder(EngineSettings engineSettings, ExchangeHandler engine) {
      this.engineSettings = engineSettings;
      this.engine = engine;
    }

    /** Threads and sockets. */
    public Builder settings(NettySettings settings) {
      this.settings = Objects.requireNonNull(settings, "settings");
      return this;
    }

    /** The proxies whose word about the client is believed. Default: none. */
    public Builder proxies(ProxySettings proxies) {
      this.proxies = Objects.requireNonNull(proxies, "proxies");
      return this;
    }

    /** Default: none, so that connections are not encrypted. */
    public Builder tls(TlsSettings tls) {
      this.tls = Objects.requireNonNull(tls, "tls");
      return this;
    }

    /** Plain HTTP routes beside the engine's path; more may be added later. Default: none. */
    public Builder routes(HttpRoutes routes) {
      this.routes = Objects.requireNonNull(routes, "routes");
      return this;
    }

    /**
     * Runs the routes' handlers, which may block, and what else takes long. It is not shut down
     * with the server. Default: sixteen threads at most.
     */
    public Builder handlerExecutor(Executor executor) {
      this.executor = Objects.requireNonNull(executor, "executor");
      return this;
    }

    /**
     * The greatest body of a request for a route; more is answered 413. Default 1,000,000 bytes.
     * The engine's requests have its own {@code maxHttpBufferSize}.
     */
    public Builder maxRouteBodyBytes(int maxRouteBodyBytes) {
      if (maxRouteBodyBytes < 0) {
        throw new IllegalArgumentException(
            "maxRouteBodyBytes must be at least 0, not " + maxRouteBodyBytes);
      }
      this.maxRouteBodyBytes = maxRouteBodyBytes;
      return this;
    }

    /**
     * The WebSocket subprotocols that may be accepted, the most wanted first. Default none: the
     * connection opens without one, whatever the client offers.
     */
    public Builder subprotocols(List<String> subprotocols) {
      this.subprotocols = List.copyOf(subprotocols);
      return this;
    }

    /**
     * TCP connections that may be open; more are answered 503 with Retry-After. Default: nine
     * tenths of the files that the process may open.
     */
    public Builder maxConnections(int maxConnections) {
      if (maxConnections < 1) {
        throw new IllegalArgumentException(
            "maxConnections must be at least 1, not " + maxConnections);
      }
      this.maxConnections = maxConnections;
      return this;
    }

    /**
     * The server; not started.
     *
     * @throws IllegalArgumentException if the TLS files are not valid
     */
    public NettyServer build() {
      return new NettyServer(this);
    }
  }
}
