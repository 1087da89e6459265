package dev.switchboard.redis;

import dev.switchboard.protocol.cluster.Adapter;
import dev.switchboard.protocol.cluster.AdapterContext;
import dev.switchboard.protocol.cluster.ClusterMessage;
import dev.switchboard.protocol.cluster.ClusterReply;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One namespace over shard channels (Redis 7). Messages are handed on by the threads of the
 * subscribing connections, those of one channel one after the other. Any thread; nothing blocks.
 */
final class ShardedAdapter implements Adapter {
  private static final CompletionStage<String> NO_OFFSET = CompletableFuture.completedFuture("");
  private static final CompletionStage<Void> DONE = CompletableFuture.completedFuture(null);

  private final RedisConnections connections;
  private final ShardSubscriptions subscriptions;
  private final ClusterCodec codec;
  private final ShardedChannels channels;
  private final String ownResponses;
  private final Subscriptions.Handler handler;
  private final Set<String> rooms = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean closed = new AtomicBoolean();

  ShardedAdapter(AdapterContext context, ShardedSettings settings, RedisConnections connections) {
    this.connections = connections;
    this.subscriptions = connections.shardSubscriptions();
    String uid = Uids.next();
    this.codec = new ClusterCodec(uid, context.namespace(), context.json());
    this.channels = new ShardedChannels(settings, context.namespace());
    this.ownResponses = channels.responsesTo(uid);
    this.handler = new IncomingMessages(codec, context);
    subscriptions.subscribe(channels.all(), handler);
    subscriptions.subscribe(ownResponses, handler);
  }

  /** Completes at once: local delivery waits for it, and this bus has no log. */
  @Override
  public CompletionStage<String> publish(ClusterMessage message) {
    connections.shardPublish(channels.of(message), codec.plain(message));
    return NO_OFFSET;
  }

  @Override
  public CompletionStage<Void> reply(String serverId, ClusterReply reply) {
    return connections
        .shardPublish(channels.responsesTo(serverId), codec.plain(reply))
        .thenAccept(receivers -> {});
  }

  @Override
  public CompletionStage<Integer> serverCount() {
    // our own subscription may not be confirmed yet
    return connections.shardSubscribers(channels.all()).thenApply(count -> Math.max(1, count));
  }

  @Override
  public CompletionStage<Void> roomOpened(String room) {
    if (!channels.hasChannel(room)) {
      return DONE;
    }
    rooms.add(room);
    return subscriptions.subscribe(channels.room(room), handler);
  }

  @Override
  public void roomClosed(String room) {
    if (channels.hasChannel(room)) {
      rooms.remove(room);
      subscriptions.unsubscribe(channels.room(room), handler);
    }
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      rooms.forEach(room -> subscriptions.unsubscribe(channels.room(room), handler));
      subscriptions.unsubscribe(ownResponses, handler);
      subscriptions.unsubscribe(channels.all(), handler);
    }
  }
}
