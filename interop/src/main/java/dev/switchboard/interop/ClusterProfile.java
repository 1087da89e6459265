package dev.switchboard.interop;

import dev.switchboard.server.ConnectRejected;
import dev.switchboard.server.Namespace;
import dev.switchboard.server.Socket;
import dev.switchboard.server.SocketIoServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The app that does what it is told by control events, alone or as one node of several. */
final class ClusterProfile {
  private static final Pattern DYNAMIC = Pattern.compile("^/dyn-\\d+\\z");

  private final String node;
  private final String adapter;
  private final @Nullable EmitterControl emitter;
  private final Watchers watchers = new Watchers();

  private ClusterProfile(String node, String adapter, @Nullable EmitterControl emitter) {
    this.node = node;
    this.adapter = adapter;
    this.emitter = emitter;
  }

  static CompletableFuture<Integer> start(Environment environment) {
    String name = environment.text("ADAPTER", Adapters.NONE);
    Adapters adapter = name.equals(Adapters.NONE) ? null : Adapters.named(name);
    SocketIoServer io =
        SocketIoApp.create(
            environment,
            config -> {
              SocketIoApp.adapt(environment, config);
              if (environment.has("RECOVERY")) {
                config.recovery(
                    recovery ->
                        recovery
                            .maxDisconnectionDuration(Duration.ofSeconds(60))
                            .skipMiddlewares(true));
              }
            });
    EmitterControl emitter =
        adapter == null ? null : new EmitterControl(adapter.emitter(environment));
    new ClusterProfile(environment.node(), name, emitter).register(io);
    return SocketIoApp.start(io);
  }

  private void register(SocketIoServer io) {
    for (String name : List.of("/", "/chat", "/guarded")) {
      Namespace namespace = io.of(name);
      handleServerSideEvents(namespace);
      namespace.onConnection(this::connected);
    }
    io.of("/guarded")
        .use(
            socket -> {
              if (!"let-me-in".equals(socket.handshake().auth().get("token"))) {
                throw new ConnectRejected("not authorized", Map.of("code", "E_AUTH"));
              }
            });
    io.of(DYNAMIC).onCreated(this::handleServerSideEvents).onConnection(this::connected);
  }

  private void connected(Socket socket) {
    watchers.tellOfTheEndOf(socket);
    new Controls(socket, node, adapter, watchers, emitter).register();
  }

  private void handleServerSideEvents(Namespace namespace) {
    namespace.on(
        "sse:notify",
        args -> {
          List<@Nullable Object> values = new ArrayList<>();
          values.add(node);
          values.addAll(args.values());
          namespace.local().emit("sse:seen", values.toArray());
        });
    namespace.reply("sse:ask", args -> Map.of("node", node, "args", args.values()));
    namespace.on("sse:silent", args -> {});
  }
}
