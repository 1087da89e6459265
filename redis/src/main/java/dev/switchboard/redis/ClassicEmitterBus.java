package dev.switchboard.redis;

import dev.switchboard.protocol.cluster.ClusterMessage;
import dev.switchboard.protocol.json.Json;
import java.util.concurrent.CompletionStage;

/**
 * An emitter's messages in the classic format, byte for byte as the reference's emitter writes
 * them. It subscribes to nothing, so that no server waits for its answer. Any thread.
 */
final class ClassicEmitterBus implements EmitterBus {
  private final RedisConnections connections;
  private final ClassicSettings settings;
  private final Json json;

  ClassicEmitterBus(RedisConnections connections, ClassicSettings settings, Json json) {
    this.connections = connections;
    this.settings = settings;
    this.json = json;
  }

  @Override
  public CompletionStage<Void> publish(String namespace, ClusterMessage message) {
    ClassicChannels channels = new ClassicChannels(settings, namespace);
    ClassicCodec codec = ClassicCodec.ofEmitter(namespace, json, settings.parser());
    CompletionStage<Long> sent =
        message instanceof ClusterMessage.Broadcast broadcast
            ? connections.publish(
                channels.of(broadcast.options().rooms()), codec.broadcast(broadcast))
            : connections.publish(channels.requests(), codec.request(message));
    return sent.thenAccept(receivers -> {});
  }

  @Override
  public void close() {
    connections.close();
  }
}
