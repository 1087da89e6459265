package dev.switchboard.interop;

import dev.switchboard.protocol.socket.Args;
import dev.switchboard.server.ConnectRejected;
import dev.switchboard.server.DisconnectReason;
import dev.switchboard.server.IncomingEvent;
import dev.switchboard.server.ServerConfig;
import dev.switchboard.server.ServerListener;
import dev.switchboard.server.Socket;
import dev.switchboard.server.SocketIoServer;
import dev.switchboard.server.engine.Admission;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The app for peers that break the rules, with low limits, in several variants. */
final class BadInputProfile {
  private static final Pattern DYNAMIC = Pattern.compile("^/dyn-[0-9]{1,4}\\z");

  private BadInputProfile() {}

  /** The variants by the names of their profiles. */
  static Map<String, Consumer<ServerConfig>> variants() {
    return Map.of(
        "badinput", config -> {},
        "badinput-eio3", config -> config.engine(engine -> engine.allowEio3(true)),
        "badinput-polling", config -> config.engine(engine -> engine.transports("polling")),
        "badinput-websocket", config -> config.engine(engine -> engine.transports("websocket")),
        "badinput-noupgrade", config -> config.engine(engine -> engine.allowUpgrades(false)),
        "badinput-timers", BadInputProfile::shortTimers,
        "badinput-large", config -> config.engine(engine -> engine.maxHttpBufferSize(1_000_000)),
        "badinput-cors", BadInputProfile::oneOrigin,
        "badinput-deflate", BadInputProfile::deflate);
  }

  private static void shortTimers(ServerConfig config) {
    config
        .connectTimeout(Duration.ofMillis(900))
        .engine(
            engine ->
                engine
                    .pingInterval(Duration.ofMillis(400))
                    .pingTimeout(Duration.ofMillis(300))
                    .upgradeTimeout(Duration.ofMillis(700)));
  }

  /** One origin is allowed, and a query with {@code deny} is not. */
  private static void oneOrigin(ServerConfig config) {
    config
        .cors(cors -> cors.origin("http://allowed.example"))
        .engine(
            engine ->
                engine.hooks(
                    hooks ->
                        hooks.allowRequest(
                            request ->
                                CompletableFuture.completedFuture(
                                    request.query().containsKey("deny")
                                        ? Admission.refuse("Forbidden")
                                        : Admission.allow()))));
  }

  private static void deflate(ServerConfig config) {
    config.engine(
        engine ->
            engine
                .maxHttpBufferSize(1_000_000)
                .compression(compression -> compression.webSocket(true)));
  }

  static CompletableFuture<Integer> start(Environment environment, Consumer<ServerConfig> variant) {
    SocketIoServer io =
        SocketIoApp.create(
            environment,
            config -> {
              config
                  .connectTimeout(Duration.ofMillis(1500))
                  .engine(
                      engine ->
                          engine
                              .pingInterval(Duration.ofSeconds(20))
                              .pingTimeout(Duration.ofSeconds(5))
                              .upgradeTimeout(Duration.ofSeconds(1))
                              .maxHttpBufferSize(10_000));
              variant.accept(config);
            });
    if (environment.text("TRACE", "").equals("disconnects")) {
      io.listener(new DisconnectTrace());
    }
    io.onConnection(BadInputProfile::handle);
    io.of("/static").onConnection(BadInputProfile::handle);
    io.of(DYNAMIC).onConnection(BadInputProfile::handle);
    io.of("/deny")
        .use(
            socket -> {
              throw new ConnectRejected("denied", Map.of("code", 42));
            });
    return SocketIoApp.start(io);
  }

  private static void handle(Socket socket) {
    // a middleware, not handlers: it learns whether the client wants an acknowledgement
    socket.use(
        event -> {
          switch (event.name()) {
            case "echo" -> answer(event, "echo", event.args().values().toArray());
            case "kind" -> answer(event, "kind", kind(event.args()));
            case "polluted" -> event.ack().send(Map.of("polluted", "no"));
            case "ask" -> socket.call("asked").thenAccept(args -> answered(socket, args));
            default -> {}
          }
        });
  }

  /** Prints why each socket ended, for tests that sit at the other end. */
  private static final class DisconnectTrace implements ServerListener {
    @Override
    public void onDisconnect(Socket socket, DisconnectReason reason) {
      System.out.println("DISCONNECT " + socket.id() + " " + reason.text());
    }
  }

  private static void answered(Socket socket, Args args) {
    List<@Nullable Object> values = args.values();
    socket.emit("answered", values);
  }

  private static void answer(IncomingEvent event, String name, @Nullable Object... values) {
    if (event.wantsAck()) {
      event.ack().send(values);
    } else {
      event.socket().emit(name, values);
    }
  }

  /** What JavaScript calls the first argument. */
  private static String kind(Args args) {
    if (args.size() == 0) {
      return "undefined";
    }
    Object value = args.get(0);
    if (value == null) {
      return "null";
    } else if (value instanceof byte[]) {
      return "binary";
    } else if (value instanceof List<?>) {
      return "array";
    } else if (value instanceof String) {
      return "string";
    } else if (value instanceof Number) {
      return "number";
    } else if (value instanceof Boolean) {
      return "boolean";
    }
    return "object";
  }
}
