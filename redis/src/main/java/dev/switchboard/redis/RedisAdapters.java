package dev.switchboard.redis;

import dev.switchboard.protocol.cluster.Adapter;
import dev.switchboard.protocol.cluster.AdapterContext;
import dev.switchboard.protocol.cluster.AdapterFactory;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;

/**
 * Adapters over one Redis server. All namespaces share two connections, which closing this closes;
 * the client that was handed in stays open. Any thread.
 */
public final class RedisAdapters implements AdapterFactory, AutoCloseable {
  private final StatefulRedisConnection<byte[], byte[]> publisher;
  private final StatefulRedisPubSubConnection<byte[], byte[]> subscriber;
  private final ClassicSettings settings;

  private RedisAdapters(RedisClient client, ClassicSettings settings) {
    this.settings = settings;
    this.publisher = client.connect(ByteArrayCodec.INSTANCE);
    try {
      this.subscriber = client.connectPubSub(ByteArrayCodec.INSTANCE);
    } catch (RuntimeException e) {
      publisher.close();
      throw e;
    }
  }

  /**
   * Speaks as {@code createAdapter} of {@code @socket.io/redis-adapter} does. Connects, and so
   * waits for Redis: call it where the server is set up.
   *
   * @throws io.lettuce.core.RedisConnectionException if Redis cannot be reached
   */
  public static RedisAdapters classic(RedisClient client, ClassicSettings settings) {
    return new RedisAdapters(client, settings);
  }

  @Override
  public Adapter create(AdapterContext context) {
    return new ClassicAdapter(context, settings, publisher, subscriber);
  }

  /** Closes the connections; to be called after the server is closed. */
  @Override
  public void close() {
    subscriber.close();
    publisher.close();
  }
}
