package dev.switchboard.server;

import dev.switchboard.protocol.cluster.BroadcastOptions;
import dev.switchboard.protocol.socket.Args;
import dev.switchboard.server.cluster.Replies;
import java.lang.reflect.Type;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Whom a {@link Target} speaks to: one namespace, or all that came of a dynamic one. */
interface Audience {
  void broadcast(String event, Args args, BroadcastOptions options);

  <R> CompletableFuture<Replies<R>> broadcastWithAck(
      String event, Args args, BroadcastOptions options, Type replyType);

  CompletableFuture<List<RemoteSocket>> fetchSockets(BroadcastOptions options);

  void socketsJoin(BroadcastOptions options, List<String> rooms);

  void socketsLeave(BroadcastOptions options, List<String> rooms);

  void disconnectSockets(BroadcastOptions options, boolean close);
}
