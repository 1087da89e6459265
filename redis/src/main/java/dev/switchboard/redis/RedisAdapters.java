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
  private final AdapterFactory factory;
  private final Runnable beforeClose;

  private RedisAdapters(
      RedisConnections connections, AdapterFactory factory, Runnable beforeClose) {
    this.connections = connections;
    this.factory = factory;
    this.beforeClose = beforeClose;
  }

  private static RedisAdapters of(
      Redis redis, BiFunction<AdapterContext, RedisConnections, Adapter> adapter) {
    RedisConnections connections = RedisConnections.open(redis);
    return new RedisAdapters(connections, context -> adapter.apply(context, connections), () -> {});
  }

  /**
   * Speaks as {@code createAdapter} of {@code @socket.io/redis-adapter} does. Connects, and so
   * waits for Redis unless it is lazy: call it where the server is set up.
   *
   * @throws io.lettuce.core.RedisException if Redis cannot be reached
   */
  public static RedisAdapters classic(Redis redis, ClassicSettings settings) {
    Objects.requireNonNull(settings, "settings");
    return of(redis, (context, connections) -> new ClassicAdapter(context, settings, connections));
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
    return of(redis, (context, connections) -> new ShardedAdapter(context, settings, connections));
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

  /**
   * Speaks as {@code createAdapter} of {@code @socket.io/redis-streams-adapter} does: messages that
   * are published while Redis is away arrive when it is back, and clients that were cut off get
   * what they missed, if the server's recovery is on. Redis 6.2 and later. Connects as {@link
   * #classic(Redis, ClassicSettings)} does.
   *
   * @throws io.lettuce.core.RedisException if Redis cannot be reached
   */
  public static RedisAdapters streams(Redis redis, StreamsSettings settings) {
    Objects.requireNonNull(settings, "settings");
    RedisConnections connections = RedisConnections.open(redis);
    Streams streams = new Streams(connections, settings);
    return new RedisAdapters(connections, streams::create, streams::close);
  }

  /** With the reference's defaults. */
  public static RedisAdapters streams(Redis redis) {
    return streams(redis, StreamsSettings.DEFAULT);
  }

  /** Over the application's client, which stays open. */
  public static RedisAdapters streams(RedisClient client) {
    return streams(Redis.of(client));
  }

  /** Over the application's client for a Redis Cluster, which stays open. */
  public static RedisAdapters streams(RedisClusterClient client) {
    return streams(Redis.of(client));
  }

  @Override
  public Adapter create(AdapterContext context) {
    return factory.create(context);
  }

  /** The shard channels that are to be subscribed to; for tests. */
  List<String> shardChannels() {
    return connections.shardSubscriptions().wanted();
  }

  /** Closes the connections; to be called after the server is closed. Idempotent. */
  @Override
  public void close() {
    beforeClose.run();
    connections.close();
  }
}
