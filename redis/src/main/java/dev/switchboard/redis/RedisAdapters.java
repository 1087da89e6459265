package dev.switchboard.redis;

import dev.switchboard.protocol.cluster.Adapter;
import dev.switchboard.protocol.cluster.AdapterContext;
import dev.switchboard.protocol.cluster.AdapterFactory;
import io.lettuce.core.RedisClient;
import io.lettuce.core.cluster.RedisClusterClient;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;

/**
 * Adapters over Redis for one server. All its namespaces share two connections, which are there
 * once this is made unless the settings are lazy, and which closing this closes. Any thread.
 */
public final class RedisAdapters implements AdapterFactory, AutoCloseable {
  private final RedisConnections connections;
  private final BiFunction<AdapterContext, RedisConnections, Adapter> adapter;

  private RedisAdapters(
      Redis redis, BiFunction<AdapterContext, RedisConnections, Adapter> adapter) {
    this.connections = RedisConnections.open(redis);
    this.adapter = adapter;
  }

  /**
   * Speaks as {@code createAdapter} of {@code @socket.io/redis-adapter} does. Connects, and so
   * waits for Redis unless it is lazy: call it where the server is set up.
   *
   * @throws io.lettuce.core.RedisException if Redis cannot be reached
   */
  public static RedisAdapters classic(Redis redis, ClassicSettings settings) {
    Objects.requireNonNull(settings, "settings");
    return new RedisAdapters(
        redis, (context, connections) -> new ClassicAdapter(context, settings, connections));
  }

  /** With the reference's defaults. */
  public static RedisAdapters classic(Redis redis) {
    return classic(redis, ClassicSettings.DEFAULT);
  }

  /** Over the application's client, which stays open. */
  public static RedisAdapters classic(RedisClient client) {
    return classic(Redis.of(client));
  }

  /** Over the application's client for a Redis Cluster, which stays open. */
  public static RedisAdapters classic(RedisClusterClient client) {
    return classic(Redis.of(client));
  }

  /**
   * Speaks as {@code createShardedAdapter} of {@code @socket.io/redis-adapter} does, over the shard
   * channels of Redis 7 and later. Connects as {@link #classic(Redis, ClassicSettings)} does.
   *
   * @throws io.lettuce.core.RedisException if Redis cannot be reached
   */
  public static RedisAdapters sharded(Redis redis, ShardedSettings settings) {
    Objects.requireNonNull(settings, "settings");
    return new RedisAdapters(
        redis, (context, connections) -> new ShardedAdapter(context, settings, connections));
  }

  /** With the reference's defaults. */
  public static RedisAdapters sharded(Redis redis) {
    return sharded(redis, ShardedSettings.DEFAULT);
  }

  /** Over the application's client, which stays open. */
  public static RedisAdapters sharded(RedisClient client) {
    return sharded(Redis.of(client));
  }

  /** Over the application's client for a Redis Cluster, which stays open. */
  public static RedisAdapters sharded(RedisClusterClient client) {
    return sharded(Redis.of(client));
  }

  @Override
  public Adapter create(AdapterContext context) {
    return adapter.apply(context, connections);
  }

  /** The shard channels that are to be subscribed to; for tests. */
  List<String> shardChannels() {
    return connections.shardSubscriptions().wanted();
  }

  /** Closes the connections; to be called after the server is closed. Idempotent. */
  @Override
  public void close() {
    connections.close();
  }
}
