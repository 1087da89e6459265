package dev.switchboard.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.switchboard.protocol.cluster.ClusterMessage;
import dev.switchboard.protocol.json.Json;
import io.lettuce.core.XAddArgs;
import java.util.concurrent.CompletionStage;

/**
 * An emitter's messages as entries of the streams adapter's streams, all of them, as the
 * reference's emitter for it does. Any thread.
 */
final class StreamsEmitterBus implements EmitterBus {
  private final RedisConnections connections;
  private final StreamsSettings settings;
  private final StreamNames names;
  private final Json json;

  StreamsEmitterBus(RedisConnections connections, StreamsSettings settings, Json json) {
    this.connections = connections;
    this.settings = settings;
    this.names = new StreamNames(settings);
    this.json = json;
  }

  @Override
  public CompletionStage<Void> publish(String namespace, ClusterMessage message) {
    var codec = new ClusterCodec(ClusterCodec.EMITTER, namespace, json);
    var entry = codec.entry(message, settings.onlyPlaintext());
    byte[] stream = names.all().get(names.indexOf(namespace)).getBytes(UTF_8);
    Object[] fields = new StreamFields(entry, false).toArray();
    XAddArgs args = XAddArgs.Builder.maxlen(settings.maxLen()).approximateTrimming();
    return connections.send(to -> to.xadd(stream, args, fields)).thenAccept(id -> {});
  }

  @Override
  public void close() {
    connections.close();
  }
}
