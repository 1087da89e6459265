package dev.switchboard.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The connections to one Redis, shared by all namespaces of one factory: one for commands, one for
 * subscriptions, and further ones for commands that wait for news. Any thread; nothing blocks but
 * {@link #open} of what is not lazy.
 *
 * <p>An adapter sends its commands by {@link #send}, which bounds and times them; subscribes to
 * plain channels and patterns by {@link #subscriptions}; does everything else about subscriptions
 * on {@link #subscriber} and sees to them anew {@link #onSubscriberUp}; and counts servers by
 * {@link #subscribers} or {@link #shardSubscribers}.
 */
final class RedisConnections implements AutoCloseable {
  private static final long TICK_MILLIS = 100;

  private final RedisSettings settings;
  private final LettuceClient client;
  private final ConnectionMonitor monitor;
  private final CommandQueue queue;
  private final Subscriptions subscriptions;
  private final ScheduledThreadPoolExecutor timers = newTimers();
  private final ExecutorService connecting =
      Executors.newCachedThreadPool(RedisConnections::daemon);
  private final RedisConnectionStateListener nodes;
  private final CompletableFuture<StatefulConnection<byte[], byte[]>> commands =
      new CompletableFuture<>();
  private final CompletableFuture<StatefulRedisPubSubConnection<byte[], byte[]>> subscriber =
      new CompletableFuture<>();
  private final List<Runnable> onSubscriberUp = new CopyOnWriteArrayList<>();
  private final List<Runnable> onCommandsDown = new CopyOnWriteArrayList<>();
  private final RedisConnectionStateListener down = onDown();
  private final List<StatefulConnection<byte[], byte[]>> opened = new ArrayList<>();
  private volatile @Nullable RedisClusterAsyncCommands<byte[], byte[]> ready;
  private @Nullable ShardSubscriptions shards;
  private volatile boolean closed;

  private RedisConnections(Redis redis) {
    this.settings = redis.settings();
    this.monitor = new ConnectionMonitor(settings.listener());
    this.queue = new CommandQueue(settings, monitor);
    this.client = LettuceClient.open(redis.place(), settings, queue::reconnecting);
    this.subscriptions = new Subscriptions(subscriber);
    this.nodes = monitor.observerOfNodes(queue::reconnected);
    client.observeNodes(nodes);
    client.observeNodes(down);
    onSubscriberUp.add(subscriptions::renew);
    onCommandsDown.add(queue::disconnected);
    timers.scheduleWithFixedDelay(this::expire, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    timers.scheduleWithFixedDelay(subscriptions::retry, 1, 1, TimeUnit.SECONDS);
  }

  /**
   * Connects: at once in this thread, or in the background if the settings say so.
   *
   * @throws RedisException if Redis cannot be reached at once, and the settings do not allow for
   *     that
   */
  static RedisConnections open(Redis redis) {
    RedisConnections connections = new RedisConnections(redis);
    if (connections.settings.lazy()) {
      connections.openLater("commands", connections.client::connect, connections::commandsUp);
      connections.openLater(
          "subscriber", connections.client::connectPubSub, connections::subscriberUp);
      return connections;
    }
    try {
      connections.commandsUp(connections.openNow("commands", connections.client::connect));
      connections.subscriberUp(
          connections.openNow("subscriber", connections.client::connectPubSub));
      return connections;
    } catch (RuntimeException e) {
      connections.close();
      throw e;
    }
  }

  /**
   * Sends a command on the shared connection. Commands of one thread are sent in the order of the
   * calls. One must not wait for news there: that holds up all others.
   *
   * @return fails if Redis is not connected yet, does not answer in time or refuses, or if too many
   *     commands wait; completed by an I/O thread, so do not block in what follows
   */
  <T> CompletionStage<T> send(
      Function<RedisClusterAsyncCommands<byte[], byte[]>, RedisFuture<T>> command) {
    return send(command, false);
  }

  /**
   * As {@link #send}, for what must not happen twice: if the connection is lost before the answer
   * came, it fails and is not sent again, though Redis may have done it.
   */
  private <T> CompletionStage<T> sendOnce(
      Function<RedisClusterAsyncCommands<byte[], byte[]>, RedisFuture<T>> command) {
    return send(command, true);
  }

  private <T> CompletionStage<T> send(
      Function<RedisClusterAsyncCommands<byte[], byte[]>, RedisFuture<T>> command, boolean once) {
    RedisClusterAsyncCommands<byte[], byte[]> to = ready;
    if (to == null) {
      return CompletableFuture.failedFuture(new RedisException("Redis is not connected yet"));
    }
    return queue.send(() -> command.apply(to), once);
  }

  /**
   * Sends a command straight to the server that has a key, neither bounded nor timed. Who completes
   * the future before Redis does can be sure that the command does not go out any more, or again.
   *
   * @return on a Redis Cluster it also fails while the key moves, after which {@link
   *     #refreshTopology} is of use
   */
  <T> CompletableFuture<T> sendToOwner(
      byte[] key, Function<RedisClusterAsyncCommands<byte[], byte[]>, RedisFuture<T>> command) {
    StatefulConnection<byte[], byte[]> open = ready == null ? null : commands.getNow(null);
    if (open == null) {
      return CompletableFuture.failedFuture(new RedisException("Redis is not connected yet"));
    }
    var owner = client.ownerOf(key, open);
    RedisClusterAsyncCommands<byte[], byte[]> to =
        owner.isCompletedExceptionally() ? null : owner.getNow(null);
    if (to == null) {
      return CompletableFuture.failedFuture(
          new RedisException("the server of " + new String(key, UTF_8) + " is not connected"));
    }
    try {
      return command.apply(to).toCompletableFuture();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Finds out anew which server has which keys. */
  void refreshTopology() {
    if (!closed) { // else the client's threads may be gone
      client.refreshTopology();
    }
  }

  /** Publishes to a plain channel. */
  CompletionStage<Long> publish(String channel, byte[] message) {
    return sendOnce(to -> to.publish(channel.getBytes(UTF_8), message));
  }

  /** Publishes to a shard channel. */
  CompletionStage<Long> shardPublish(String channel, byte[] message) {
    return sendOnce(to -> to.spublish(channel.getBytes(UTF_8), message));
  }

  /** The plain channels and patterns, subscribed to on the shared connection. */
  Subscriptions subscriptions() {
    return subscriptions;
  }

  /** The shard channels; Redis 7 and later. */
  synchronized ShardSubscriptions shardSubscriptions() {
    ShardSubscriptions known = shards;
    if (known == null) {
      known = new ShardSubscriptions(subscriber, this::refreshTopology, timers);
      shards = known;
    }
    return known;
  }

  /**
   * The shared connection for subscriptions; on a Redis Cluster a {@link
   * io.lettuce.core.cluster.pubsub.StatefulRedisClusterPubSubConnection}.
   */
  CompletionStage<StatefulRedisPubSubConnection<byte[], byte[]>> subscriber() {
    return subscriber;
  }

  /**
   * Runs each time that the shared connection for subscriptions is there, or back; on its thread.
   */
  void onSubscriberUp(Runnable action) {
    onSubscriberUp.add(action);
  }

  /** Runs each time that a connection for commands is lost; on its thread. */
  void onCommandsDown(Runnable action) {
    onCommandsDown.add(action);
  }

  void removeOnSubscriberUp(Runnable action) {
    onSubscriberUp.remove(action);
  }

  /**
   * Opens a connection of its own for commands that wait for news, in the background and until it
   * works. Closed with the rest at the latest.
   *
   * @param name for the log and the listener
   */
  CompletionStage<Dedicated> dedicated(String name) {
    CompletableFuture<Dedicated> result = new CompletableFuture<>();
    openLater(
        name,
        client::connect,
        connection -> result.complete(new Dedicated(connection, client.commands(connection))));
    return result;
  }

  /** A connection of one's own. Its commands are neither bounded nor timed here. */
  record Dedicated(
      StatefulConnection<byte[], byte[]> connection,
      RedisClusterAsyncCommands<byte[], byte[]> commands) {}

  /** To be called by who is done with it. */
  void release(Dedicated dedicated) {
    synchronized (opened) {
      opened.remove(dedicated.connection());
    }
    dedicated.connection().closeAsync();
  }

  /** How many connections are subscribed to a plain channel, on all servers of a Redis Cluster. */
  CompletionStage<Integer> subscribers(String channel) {
    byte[] name = channel.getBytes(UTF_8);
    return count(to -> to.pubsubNumsub(name));
  }

  /** How many connections are subscribed to a shard channel, on all servers of a Redis Cluster. */
  CompletionStage<Integer> shardSubscribers(String channel) {
    byte[] name = channel.getBytes(UTF_8);
    return count(to -> to.pubsubShardNumsub(name));
  }

  private CompletionStage<Integer> count(
      Function<RedisClusterAsyncCommands<byte[], byte[]>, RedisFuture<Map<byte[], Long>>>
          question) {
    if (ready == null) {
      return CompletableFuture.failedFuture(new RedisException("Redis is not connected yet"));
    }
    return commands
        .thenCompose(
            connection ->
                client.sum(
                    connection,
                    to ->
                        queue
                            .send(() -> question.apply(to), false)
                            .thenApply(RedisConnections::total)))
        .thenApply(Math::toIntExact);
  }

  private static long total(Map<byte[], Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /** For what is to happen later; nothing that takes long. */
  ScheduledExecutorService timers() {
    return timers;
  }

  RedisSettings settings() {
    return settings;
  }

  /** Tells the log and the listener of failures that come by another way than {@link #send}. */
  ConnectionMonitor monitor() {
    return monitor;
  }

  private void expire() {
    RedisClusterAsyncCommands<byte[], byte[]> to = ready;
    if (to != null) {
      queue.expire(to::ping);
    }
  }

  private void commandsUp(StatefulConnection<byte[], byte[]> connection) {
    connection.addListener(onUp(queue::reconnected));
    connection.addListener(down);
    ready = client.commands(connection);
    commands.complete(connection);
  }

  private void subscriberUp(StatefulRedisPubSubConnection<byte[], byte[]> connection) {
    connection.addListener(subscriptions);
    connection.addListener(onUp(() -> onSubscriberUp.forEach(Runnable::run)));
    subscriber.complete(connection);
    onSubscriberUp.forEach(Runnable::run);
  }

  private RedisConnectionStateListener onDown() {
    return new RedisConnectionStateListener() {
      @Override
      public void onRedisDisconnected(RedisChannelHandler<?, ?> connection) {
        if (!connection.isClosed()) { // by us, or after a look at a Redis Cluster's topology
          onCommandsDown.forEach(Runnable::run);
        }
      }
    };
  }

  private static RedisConnectionStateListener onUp(Runnable action) {
    return new RedisConnectionStateListener() {
      @Override
      public void onRedisConnected(RedisChannelHandler<?, ?> connection, SocketAddress address) {
        action.run();
      }
    };
  }

  private <C extends StatefulConnection<byte[], byte[]>> C openNow(
      String name, Supplier<C> connect) {
    C connection = connect.get();
    synchronized (opened) {
      if (closed) {
        connection.closeAsync();
        throw new RedisException("the connections to Redis were closed");
      }
      opened.add(connection);
    }
    if (!client.tellsOfNodes()) {
      connection.addListener(monitor.observer(name));
      monitor.up(name);
    }
    return connection;
  }

  private <C extends StatefulConnection<byte[], byte[]>> void openLater(
      String name, Supplier<C> connect, Consumer<C> then) {
    new Opening<>(name, connect, then).start();
  }

  /** Tries to connect until it works, on threads that may wait. */
  private final class Opening<C extends StatefulConnection<byte[], byte[]>> {
    private final String name;
    private final Supplier<C> connect;
    private final Consumer<C> then;
    private int attempt;

    Opening(String name, Supplier<C> connect, Consumer<C> then) {
      this.name = name;
      this.connect = connect;
      this.then = then;
    }

    void start() {
      try {
        connecting.execute(this::run);
      } catch (RejectedExecutionException e) {
        // closed meanwhile
      }
    }

    private void run() {
      try {
        then.accept(openNow(name, connect));
      } catch (RuntimeException e) {
        monitor.failed(e);
        attempt++;
        Duration delay = settings.backOff().apply(attempt);
        try {
          timers.schedule(this::start, delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException closed) {
          // nobody waits for it any more
        }
      }
    }
  }

  private static ScheduledThreadPoolExecutor newTimers() {
    var executor = new ScheduledThreadPoolExecutor(1, RedisConnections::daemon);
    executor.setRemoveOnCancelPolicy(true);
    return executor;
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "switchboard-redis");
    thread.setDaemon(true);
    return thread;
  }

  private synchronized void closeShards() {
    if (shards != null) {
      shards.close();
    }
  }

  /** Closes what was opened here, and the client if it is our own. Idempotent. */
  @Override
  public void close() {
    List<StatefulConnection<byte[], byte[]>> all;
    synchronized (opened) {
      if (closed) {
        return;
      }
      closed = true;
      all = List.copyOf(opened);
      opened.clear();
    }
    monitor.close();
    subscriptions.close();
    closeShards();
    timers.shutdownNow();
    connecting.shutdown();
    ready = null;
    queue.giveUpAll("the connections to Redis were closed");
    client.stopObservingNodes(nodes);
    client.stopObservingNodes(down);
    List<CompletableFuture<Void>> closing =
        all.stream().map(StatefulConnection::closeAsync).toList();
    CompletableFuture.allOf(closing.toArray(CompletableFuture<?>[]::new))
        .whenComplete((done, failure) -> client.close());
  }
}
