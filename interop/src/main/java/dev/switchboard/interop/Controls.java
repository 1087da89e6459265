package dev.switchboard.interop;

import dev.switchboard.protocol.socket.Args;
import dev.switchboard.server.AckTimeoutException;
import dev.switchboard.server.Namespace;
import dev.switchboard.server.RemoteSocket;
import dev.switchboard.server.Socket;
import dev.switchboard.server.Target;
import dev.switchboard.server.cluster.Replies;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The control events of one socket: each does what its argument says, and tells what came of it.
 */
final class Controls {
  private static final Map<String, Object> NOTHING = Map.of();
  private static final long DEFAULT_TIMEOUT_MILLIS = 2000;

  private final Socket socket;
  private final Namespace namespace;
  private final String node;
  private final String adapter;
  private final Watchers watchers;
  private final @Nullable EmitterControl emitter;

  Controls(
      Socket socket,
      String node,
      String adapter,
      Watchers watchers,
      @Nullable EmitterControl emitter) {
    this.socket = socket;
    this.namespace = socket.namespace();
    this.node = node;
    this.adapter = adapter;
    this.watchers = watchers;
    this.emitter = emitter;
  }

  /** What a control event does. It may throw. */
  @FunctionalInterface
  private interface Control {
    CompletionStage<Map<String, Object>> run(Query q);
  }

  void register() {
    on("whoami", q -> done(whoami()));
    on("data", this::data);
    on("join", this::join);
    on("leave", this::leave);
    on("emit", this::emit);
    on("fetchSockets", this::fetchSockets);
    on("socketsJoin", q -> after(() -> target(q).socketsJoin(rooms(q))));
    on("socketsLeave", q -> after(() -> target(q).socketsLeave(rooms(q))));
    on("disconnectSockets", q -> after(() -> target(q).disconnectSockets(q.flag("close"))));
    on("serverSideEmit", this::serverSideEmit);
    on("serverCount", q -> namespace.serverCount().thenApply(count -> Map.of("count", count)));
    on("watch", q -> after(() -> watchers.add(socket)));
    on("ask", this::ask);
    on("emitter", this::emitter);
    on("allRooms", q -> CompletableFuture.failedStage(new IllegalStateException("unsupported")));
  }

  private void on(String name, Control control) {
    socket.on(
        "ctl:" + name,
        (args, ack) ->
            run(control, Query.of(args.get(0)))
                .whenComplete(
                    (result, failure) -> ack.send(failure == null ? ok(result) : error(failure))));
  }

  private static CompletionStage<Map<String, Object>> run(Control control, Query q) {
    try {
      return control.run(q);
    } catch (RuntimeException e) {
      return CompletableFuture.failedStage(e);
    }
  }

  private static Map<String, Object> ok(Map<String, Object> result) {
    Map<String, Object> answer = new HashMap<>(result);
    answer.put("ok", true);
    return answer;
  }

  private static Map<String, Object> error(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return Map.of("ok", false, "error", Objects.toString(cause.getMessage(), cause.toString()));
  }

  private static CompletionStage<Map<String, Object>> done(Map<String, Object> result) {
    return CompletableFuture.completedStage(result);
  }

  private static CompletionStage<Map<String, Object>> after(Runnable action) {
    action.run();
    return done(NOTHING);
  }

  private Map<String, Object> whoami() {
    return Map.of(
        "node", node,
        "id", socket.id(),
        "nsp", namespace.name(),
        "adapter", adapter,
        "rooms", Watchers.sorted(socket.rooms()),
        "recovered", socket.recovered(),
        "auth", socket.handshake().auth());
  }

  private CompletionStage<Map<String, Object>> data(Query q) {
    q.object("set")
        .forEach(
            (key, value) -> {
              if (value != null) {
                socket.data().put(String.valueOf(key), value);
              } else {
                socket.data().remove(String.valueOf(key));
              }
            });
    return done(NOTHING);
  }

  private CompletionStage<Map<String, Object>> join(Query q) {
    return socket.join(q.rooms("rooms")).thenApply(joined -> ownRooms());
  }

  private CompletionStage<Map<String, Object>> leave(Query q) {
    socket.leave(rooms(q));
    return done(ownRooms());
  }

  private Map<String, Object> ownRooms() {
    return Map.of("rooms", Watchers.sorted(socket.rooms()));
  }

  private CompletionStage<Map<String, Object>> emit(Query q) {
    Target target = target(q);
    if (!q.flag("ack")) {
      target.emit(q.text("event"), args(q));
      return done(NOTHING);
    }
    return target.timeout(timeout(q)).call(q.text("event"), args(q)).thenApply(Controls::responses);
  }

  private CompletionStage<Map<String, Object>> fetchSockets(Query q) {
    return target(q)
        .fetchSockets()
        .thenApply(sockets -> Map.of("sockets", sockets.stream().map(Controls::describe).toList()));
  }

  private static Map<String, @Nullable Object> describe(RemoteSocket remote) {
    Map<String, @Nullable Object> description = new HashMap<>();
    description.put("id", remote.id());
    description.put("rooms", Watchers.sorted(remote.rooms()));
    description.put("data", remote.data());
    for (String part : List.of("auth", "query", "url")) {
      description.put(part, remote.handshake().get(part));
    }
    return description;
  }

  private CompletionStage<Map<String, Object>> serverSideEmit(Query q) {
    if (!q.flag("ack")) {
      return after(() -> namespace.serverSideEmit(q.text("event"), args(q)));
    }
    return namespace.serverSideEmitWithAck(q.text("event"), args(q)).thenApply(Controls::responses);
  }

  private CompletionStage<Map<String, Object>> ask(Query q) {
    return socket
        .timeout(timeout(q))
        .call(q.text("event"), args(q))
        .thenApply(answer -> answer(false, answer.values()))
        .exceptionally(
            failure -> {
              if (failure.getCause() instanceof AckTimeoutException
                  || failure instanceof AckTimeoutException) {
                return answer(true, List.of());
              }
              throw new CompletionException(failure);
            });
  }

  private CompletionStage<Map<String, Object>> emitter(Query q) {
    if (emitter == null) {
      throw new IllegalStateException("without an adapter there is no emitter");
    }
    return emitter.run(q).thenApply(done -> NOTHING);
  }

  private static Map<String, Object> answer(
      boolean timedOut, List<? extends @Nullable Object> answer) {
    return Map.of("timedOut", timedOut, "answer", answer);
  }

  private static Map<String, Object> responses(Replies<Object> replies) {
    return Map.of("timedOut", !replies.complete(), "responses", replies.values());
  }

  /** The sockets that the argument names. */
  private Target target(Query q) {
    Target target = q.text("from").equals("socket") ? socket.broadcast() : namespace.all();
    target = target.to(q.rooms("to")).except(q.rooms("except"));
    if (q.flag("local")) {
      target = target.local();
    }
    if (q.flag("volatile")) {
      target = target.asVolatile();
    }
    return q.isOff("compress") ? target.compress(false) : target;
  }

  private static String[] rooms(Query q) {
    return q.rooms("rooms").toArray(String[]::new);
  }

  private static @Nullable Object[] args(Query q) {
    return Args.ofList(q.list("args")).values().toArray();
  }

  private static Duration timeout(Query q) {
    return Duration.ofMillis(q.number("timeout").orElse(DEFAULT_TIMEOUT_MILLIS));
  }
}
