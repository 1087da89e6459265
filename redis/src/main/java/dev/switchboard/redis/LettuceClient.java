package dev.switchboard.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import io.lettuce.core.resource.EpollProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** A Lettuce client of either kind: all that differs between one server and a Redis Cluster. */
sealed interface LettuceClient {
  /** Opens a connection for commands. Blocks. */
  StatefulConnection<byte[], byte[]> connect();

  /** Opens a connection for subscriptions. Blocks. */
  StatefulRedisPubSubConnection<byte[], byte[]> connectPubSub();

  /** The commands of a connection that {@link #connect} opened. */
  RedisClusterAsyncCommands<byte[], byte[]> commands(StatefulConnection<byte[], byte[]> connection);

  /**
   * The commands of the connection to the server that has a key now, without Lettuce's
   * redirections: what it redirects, it also sends again after a reconnect, even if that was given
   * up.
   *
   * @return fails, or completes later, while there is no such connection
   */
  CompletableFuture<? extends RedisClusterAsyncCommands<byte[], byte[]>> ownerOf(
      byte[] key, StatefulConnection<byte[], byte[]> connection);

  /** Asks every server there is the same, and adds up. */
  CompletionStage<Long> sum(
      StatefulConnection<byte[], byte[]> connection,
      Function<RedisClusterAsyncCommands<byte[], byte[]>, CompletionStage<Long>> question);

  /** Whether one connection is many, one a node, which {@link #observeNodes} tells of. */
  boolean tellsOfNodes();

  /** Has the states of all connections of the client told, where one connection is many. */
  void observeNodes(RedisConnectionStateListener listener);

  void stopObservingNodes(RedisConnectionStateListener listener);

  /** Finds out anew which server has which slots; nothing to do where there is one server. */
  void refreshTopology();

  /** Closes the client if it is our own. */
  void close();

  /**
   * For one server.
   *
   * @param resources those of our own client, or null if the client was handed in
   */
  record Single(RedisClient client, @Nullable ClientResources resources) implements LettuceClient {
    @Override
    public StatefulConnection<byte[], byte[]> connect() {
      return client.connect(ByteArrayCodec.INSTANCE);
    }

    @Override
    public StatefulRedisPubSubConnection<byte[], byte[]> connectPubSub() {
      return client.connectPubSub(ByteArrayCodec.INSTANCE);
    }

    @Override
    public RedisClusterAsyncCommands<byte[], byte[]> commands(
        StatefulConnection<byte[], byte[]> connection) {
      return ((StatefulRedisConnection<byte[], byte[]>) connection).async();
    }

    @Override
    public CompletableFuture<RedisClusterAsyncCommands<byte[], byte[]>> ownerOf(
        byte[] key, StatefulConnection<byte[], byte[]> connection) {
      return CompletableFuture.completedFuture(commands(connection));
    }

    @Override
    public CompletionStage<Long> sum(
        StatefulConnection<byte[], byte[]> connection,
        Function<RedisClusterAsyncCommands<byte[], byte[]>, CompletionStage<Long>> question) {
      return question.apply(commands(connection));
    }

    @Override
    public boolean tellsOfNodes() {
      return false;
    }

    @Override
    public void observeNodes(RedisConnectionStateListener listener) {}

    @Override
    public void stopObservingNodes(RedisConnectionStateListener listener) {}

    @Override
    public void refreshTopology() {}

    @Override
    public void close() {
      if (resources != null) {
        shutDown(client.shutdownAsync(0, 2, TimeUnit.SECONDS), resources);
      }
    }
  }

  /**
   * For a Redis Cluster.
   *
   * @param resources those of our own client, or null if the client was handed in
   */
  record Cluster(RedisClusterClient client, @Nullable ClientResources resources)
      implements LettuceClient {
    @Override
    public StatefulConnection<byte[], byte[]> connect() {
      return client.connect(ByteArrayCodec.INSTANCE);
    }

    @Override
    public StatefulRedisPubSubConnection<byte[], byte[]> connectPubSub() {
      return client.connectPubSub(ByteArrayCodec.INSTANCE);
    }

    @Override
    public RedisClusterAsyncCommands<byte[], byte[]> commands(
        StatefulConnection<byte[], byte[]> connection) {
      return ((StatefulRedisClusterConnection<byte[], byte[]>) connection).async();
    }

    @Override
    public CompletableFuture<? extends RedisClusterAsyncCommands<byte[], byte[]>> ownerOf(
        byte[] key, StatefulConnection<byte[], byte[]> connection) {
      var cluster = (StatefulRedisClusterConnection<byte[], byte[]>) connection;
      RedisClusterNode owner = cluster.getPartitions().getPartitionBySlot(SlotHash.getSlot(key));
      if (owner == null) {
        return CompletableFuture.failedFuture(new RedisException("nobody has the slot"));
      }
      try {
        return cluster.getConnectionAsync(owner.getNodeId()).thenApply(server -> server.async());
      } catch (RedisException e) {
        return CompletableFuture.failedFuture(e); // it left the cluster at this moment
      }
    }

    /**
     * Asks replicas too: a subscriber may be connected to one, and each server counts its own
     * subscribers alone.
     */
    @Override
    public CompletionStage<Long> sum(
        StatefulConnection<byte[], byte[]> connection,
        Function<RedisClusterAsyncCommands<byte[], byte[]>, CompletionStage<Long>> question) {
      var cluster = (StatefulRedisClusterConnection<byte[], byte[]>) connection;
      List<CompletableFuture<Long>> answers = new ArrayList<>();
      for (RedisClusterNode node : cluster.getPartitions()) {
        if (isUp(node)) {
          answers.add(
              cluster
                  .getConnectionAsync(node.getNodeId())
                  .thenCompose(server -> question.apply(server.async())));
        }
      }
      CompletableFuture<Long> sum = CompletableFuture.completedFuture(0L);
      for (CompletableFuture<Long> answer : answers) {
        sum = sum.thenCombine(answer, Long::sum);
      }
      return sum;
    }

    private static boolean isUp(RedisClusterNode node) {
      Set<RedisClusterNode.NodeFlag> flags = node.getFlags();
      return !flags.contains(RedisClusterNode.NodeFlag.FAIL)
          && !flags.contains(RedisClusterNode.NodeFlag.NOADDR)
          && !flags.contains(RedisClusterNode.NodeFlag.HANDSHAKE);
    }

    @Override
    public boolean tellsOfNodes() {
      return true;
    }

    @Override
    public void observeNodes(RedisConnectionStateListener listener) {
      client.addListener(listener);
    }

    @Override
    public void stopObservingNodes(RedisConnectionStateListener listener) {
      client.removeListener(listener);
    }

    @Override
    public void refreshTopology() {
      var unused = client.refreshPartitionsAsync();
    }

    @Override
    public void close() {
      if (resources != null) {
        shutDown(client.shutdownAsync(0, 2, TimeUnit.SECONDS), resources);
      }
    }
  }

  /**
   * A client of our own.
   *
   * @param onAttempt is told the number of each try to connect anew
   */
  static LettuceClient open(Redis.Place place, RedisSettings settings, OnAttempt onAttempt) {
    if (place instanceof Redis.Place.HandedIn handedIn) {
      return handedIn.client();
    }
    ClientResources resources =
        DefaultClientResources.builder()
            .reconnectDelay(new BackOff(settings.backOff(), onAttempt))
            .build();
    try {
      return open(place, settings, resources);
    } catch (RuntimeException e) {
      resources.shutdown(0, 0, TimeUnit.SECONDS);
      throw e;
    }
  }

  private static LettuceClient open(
      Redis.Place place, RedisSettings settings, ClientResources resources) {
    if (place instanceof Redis.Place.Cluster cluster) {
      Collection<RedisURI> nodes = cluster.nodes();
      RedisClusterClient client = RedisClusterClient.create(resources, nodes);
      var options = ClusterClientOptions.builder(clientOptions(settings).build());
      client.setOptions(
          options
              // others count subscribers on the masters alone
              .nodeFilter(node -> node.is(RedisClusterNode.NodeFlag.UPSTREAM))
              .validateClusterNodeMembership(false)
              .topologyRefreshOptions(
                  ClusterTopologyRefreshOptions.builder()
                      .adaptiveRefreshTriggersTimeout(Duration.ofMillis(500))
                      .enablePeriodicRefresh(Duration.ofSeconds(15))
                      .build())
              .build());
      return new Cluster(client, resources);
    }
    RedisClient client = RedisClient.create(resources, ((Redis.Place.Server) place).uri());
    client.setOptions(clientOptions(settings).build());
    return new Single(client, resources);
  }

  private static ClientOptions.Builder clientOptions(RedisSettings settings) {
    var socket =
        SocketOptions.builder()
            .connectTimeout(settings.connectTimeout())
            // a line that was cut without a word is noticed within 16 s
            .keepAlive(
                SocketOptions.KeepAliveOptions.builder()
                    .enable()
                    .idle(Duration.ofSeconds(10))
                    .interval(Duration.ofSeconds(3))
                    .count(2)
                    .build());
    if (EpollProvider.isAvailable()) {
      socket.tcpUserTimeout(
          SocketOptions.TcpUserTimeoutOptions.builder()
              .enable()
              .tcpUserTimeout(Duration.ofSeconds(15))
              .build());
    }
    return ClientOptions.builder()
        .socketOptions(socket.build())
        // a backstop: the bound is kept elsewhere, and not for what looks after the connection
        .requestQueueSize((int) Math.min(Integer.MAX_VALUE, settings.maxPending() + 1000L));
  }

  private static void shutDown(CompletableFuture<Void> client, ClientResources resources) {
    client.whenComplete((done, failure) -> resources.shutdown(0, 2, TimeUnit.SECONDS));
  }

  /** Is told of each try to connect anew. */
  @FunctionalInterface
  interface OnAttempt {
    void attempt(int number);
  }

  /** The back-off of the settings, as Lettuce asks for it. */
  final class BackOff extends Delay {
    private final IntFunction<Duration> delays;
    private final OnAttempt onAttempt;

    private BackOff(IntFunction<Duration> delays, OnAttempt onAttempt) {
      this.delays = delays;
      this.onAttempt = onAttempt;
    }

    @Override
    public Duration createDelay(long attempt) {
      int number = (int) Math.min(Integer.MAX_VALUE, attempt);
      onAttempt.attempt(number);
      return delays.apply(number);
    }
  }
}
