package dev.switchboard.redis;

import dev.switchboard.protocol.engine.EngineBus;
import dev.switchboard.protocol.engine.EngineBusFactory;
import dev.switchboard.protocol.engine.EngineMessage;
import dev.switchboard.protocol.json.PacketFormatException;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets clients' requests reach any node of a cluster, over Redis: no sticky sessions are needed.
 * Speaks as {@code RedisEngine} of {@code @socket.io/cluster-engine} does, so that nodes may be
 * ours, the reference's, or both.
 *
 * <p>It has two connections of its own, which are there once this is made unless the settings are
 * lazy, and which closing this closes. Any thread.
 */
public final class RedisEngineBus implements EngineBusFactory, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RedisEngineBus.class);
  private static final String CHANNEL_PREFIX = "engine.io";

  private final RedisConnections connections;
  private final String channelPrefix;

  private RedisEngineBus(Redis redis, String channelPrefix) {
    this.channelPrefix = Objects.requireNonNull(channelPrefix, "channelPrefix");
    if (channelPrefix.isEmpty()) {
      throw new IllegalArgumentException("channelPrefix must not be empty");
    }
    this.connections = RedisConnections.open(redis);
  }

  /**
   * On the reference's channels, {@code engine.io#}. Connects, and so waits for Redis unless it is
   * lazy: call it where the server is set up.
   *
   * @throws io.lettuce.core.RedisException if Redis cannot be reached
   */
  public static RedisEngineBus create(Redis redis) {
    return create(redis, CHANNEL_PREFIX);
  }

  /**
   * On channels of another name.
   *
   * @param channelPrefix what all channels begin with; the same on all nodes
   */
  public static RedisEngineBus create(Redis redis, String channelPrefix) {
    return new RedisEngineBus(redis, channelPrefix);
  }

  @Override
  public EngineBus open(String nodeId, Consumer<EngineMessage> receiver) {
    return new Node(nodeId, receiver);
  }

  /** Closes the connections; to be called after the server is closed. Idempotent. */
  @Override
  public void close() {
    connections.close();
  }

  /** One engine's end. */
  private final class Node implements EngineBus {
    private final Consumer<EngineMessage> receiver;
    private final String toAll = channelPrefix + "#";
    private final String toNode;
    private final Subscriptions.Handler handler = this::read;

    Node(String nodeId, Consumer<EngineMessage> receiver) {
      this.receiver = receiver;
      this.toNode = channelOf(nodeId);
      connections.subscriptions().subscribe(toAll, handler);
      connections.subscriptions().subscribe(toNode, handler);
    }

    private String channelOf(String nodeId) {
      return channelPrefix + "#" + nodeId + "#";
    }

    @Override
    public CompletionStage<Void> publish(EngineMessage message) {
      String recipient = message.recipientId();
      String channel = recipient == null ? toAll : channelOf(recipient);
      return connections.publish(channel, EngineCodec.encode(message)).thenAccept(receivers -> {});
    }

    private void read(String channel, byte[] bytes) {
      try {
        EngineCodec.decode(bytes).ifPresent(receiver);
      } catch (PacketFormatException e) {
        log.debug("A message between engines could not be read: {}", e.getMessage());
      }
    }

    @Override
    public void close() {
      connections.subscriptions().unsubscribe(toAll, handler);
      connections.subscriptions().unsubscribe(toNode, handler);
    }
  }
}
