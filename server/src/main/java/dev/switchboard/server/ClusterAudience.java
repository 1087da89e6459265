package dev.switchboard.server;

import dev.switchboard.protocol.cluster.BroadcastOptions;
import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.json.JsonOutput;
import dev.switchboard.protocol.json.JsonValue;
import dev.switchboard.protocol.socket.Args;
import dev.switchboard.server.cluster.Replies;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The sockets of one namespace on all nodes. Any thread. */
final class ClusterAudience implements Audience {
  private final Namespace namespace;

  ClusterAudience(Namespace namespace) {
    this.namespace = namespace;
  }

  @Override
  public void broadcast(String event, Args args, BroadcastOptions options) {
    Namespace.checkEventName(event);
    Args sent = namespace.recovers() && !options.isVolatile() ? frozen(args) : args;
    namespace.cluster().broadcast(event, sent, options);
  }

  @Override
  public <R> CompletableFuture<Replies<R>> broadcastWithAck(
      String event, Args args, BroadcastOptions options, Type replyType) {
    Namespace.checkEventName(event);
    CompletableFuture<Replies<R>> replies =
        namespace
            .cluster()
            .broadcastWithAck(event, args, options)
            .thenApply(all -> firstValues(all, replyType));
    namespace.server().flushOutput();
    return replies;
  }

  @Override
  public CompletableFuture<List<RemoteSocket>> fetchSockets(BroadcastOptions options) {
    return namespace
        .cluster()
        .fetchSockets(options)
        .thenApply(
            replies -> {
              List<RemoteSocket> found = new ArrayList<>(replies.values().size());
              replies.values().forEach(snapshot -> found.add(new RemoteSocket(snapshot, this)));
              if (!replies.complete()) {
                throw new RequestTimeoutException("fetchSockets", found, replies.missing());
              }
              return List.copyOf(found);
            });
  }

  @Override
  public void socketsJoin(BroadcastOptions options, List<String> names) {
    names.forEach(namespace::checkRoomName);
    namespace.cluster().socketsJoin(options, names);
  }

  @Override
  public void socketsLeave(BroadcastOptions options, List<String> names) {
    namespace.cluster().socketsLeave(options, names);
  }

  @Override
  public void disconnectSockets(BroadcastOptions options, boolean close) {
    namespace.cluster().disconnectSockets(options, close);
  }

  /** The first value of each answer, as a type. */
  @SuppressWarnings("unchecked") // the codec gives what the type says, or throws
  static <R> Replies<R> firstValues(Replies<Args> replies, Type type) {
    List<R> values = new ArrayList<>(replies.values().size());
    replies.values().forEach(args -> values.add((R) args.get(0, type)));
    return new Replies<>(
        Collections.unmodifiableList(values), replies.expected(), replies.complete());
  }

  /**
   * The arguments as JSON: what is logged must not change when the application changes its objects.
   */
  private Args frozen(Args args) {
    Json json = namespace.json();
    List<JsonValue> values = new ArrayList<>(args.size());
    for (Object value : args.values()) {
      if (value instanceof JsonValue alreadyJson) {
        values.add(alreadyJson);
      } else {
        var out = new JsonOutput();
        json.write(value, out);
        List<byte[]> attachments = out.attachments().stream().map(byte[]::clone).toList();
        values.add(new JsonValue(out.toString(StandardCharsets.UTF_8), attachments));
      }
    }
    return Args.ofList(values);
  }
}
