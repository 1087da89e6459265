package dev.switchboard.redis;

import dev.switchboard.protocol.cluster.ClusterMessage;
import dev.switchboard.protocol.json.Json;
import java.util.concurrent.CompletionStage;

/**
 * An emitter's messages in the sharded adapter's format, on the channels that its nodes listen to.
 * The reference has no such emitter. It subscribes to nothing, so that no server waits for its
 * answer. Any thread.
 */
final class ShardedEmitterBus implements EmitterBus {
  private final RedisConnections connections;
  private final ShardedSettings settings;
  private final Json json;

  ShardedEmitterBus(RedisConnections connections, ShardedSettings settings, Json json) {
    this.connections = connections;
    this.settings = settings;
    this.json = json;
  }

  @Override
  public CompletionStage<Void> publish(String namespace, ClusterMessage message) {
    var codec = new ClusterCodec(ClusterCodec.EMITTER, namespace, json);
    var channels = new ShardedChannels(settings, namespace);
    return connections
        .shardPublish(channels.of(message), codec.plain(message))
        .thenAccept(receivers -> {});
  }

  @Override
  public void close() {
    connections.close();
  }
}
