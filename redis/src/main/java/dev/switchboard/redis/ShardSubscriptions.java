package dev.switchboard.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.cluster.pubsub.StatefulRedisClusterPubSubConnection;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shard channels that this process is subscribed to, and who gets their messages. Any thread;
 * handlers run on the connections' threads, the messages of one channel one after the other, and
 * must not block.
 *
 * <p>What is written down here is what is wanted, and Redis is made to agree: what a connection
 * that was lost carried is asked for again, as is what Redis takes away because a slot moved to
 * another server, and every 30 s, and 5 s after slots have moved, all of it. Each channel is in one
 * of four states, and there is at most one command under way for it; what the state is, Redis's
 * messages about subscriptions tell, and not the ends of commands, which Lettuce cannot tell apart
 * with several channels in one.
 *
 * <p>On a Redis Cluster each channel belongs to a slot, and all channels of one SSUBSCRIBE must
 * belong to the same. The connections to the nodes are used one by one here: over Lettuce's
 * connection for all of them, a subscription that follows a moved slot ends up on yet another
 * connection, where it can neither be found again nor ended.
 */
final class ShardSubscriptions {
  private static final Logger log = LoggerFactory.getLogger(ShardSubscriptions.class);

  /** So many channels go into one command where slots do not matter. */
  private static final int BATCH = 512;

  private static final long RETRY_MILLIS = 200;
  private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long RECONCILE_SECONDS = 30;

  /** After slots have moved, when the servers have had time to agree. */
  private static final long RENEW_AFTER_MOVES_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final CompletionStage<StatefulRedisPubSubConnection<byte[], byte[]>> subscriber;
  private final Runnable refreshTopology;
  private final ScheduledExecutorService timers;
  private final Map<String, Channel> channels = new ConcurrentHashMap<>();
  private final IdentityHashMap<StatefulRedisPubSubConnection<byte[], byte[]>, Line> lines =
      new IdentityHashMap<>();
  private boolean closed;
  private boolean retryDue;
  private boolean renewDue;
  private long movedAt;

  /**
   * @param refreshTopology is called when a slot may have moved
   */
  ShardSubscriptions(
      CompletionStage<StatefulRedisPubSubConnection<byte[], byte[]>> subscriber,
      Runnable refreshTopology,
      ScheduledExecutorService timers) {
    this.subscriber = subscriber;
    this.refreshTopology = refreshTopology;
    this.timers = timers;
    subscriber.thenAccept(connection -> reconcile());
    timers.scheduleWithFixedDelay(this::reconcile, 1, 1, TimeUnit.SECONDS);
    timers.scheduleWithFixedDelay(
        this::renewAll, RECONCILE_SECONDS, RECONCILE_SECONDS, TimeUnit.SECONDS);
  }

  private enum State {
    /** Not subscribed, and nothing under way. */
    ABSENT,
    /** Asked for. */
    ASKED,
    SUBSCRIBED,
    /** Being unsubscribed from. */
    LEAVING
  }

  /** A channel that is wanted, or was. */
  private static final class Channel {
    final String name;
    final byte[] wire;
    final int slot;
    volatile Subscriptions.@Nullable Handler handler;
    volatile @Nullable Line line;
    CompletableFuture<Void> confirmed = new CompletableFuture<>();
    State state = State.ABSENT;
    long since;

    Channel(String name) {
      this.name = name;
      this.wire = name.getBytes(UTF_8);
      this.slot = SlotHash.getSlot(wire);
    }
  }

  /**
   * Subscribes to a channel; one handler a channel, the last one stays.
   *
   * @return completes when Redis has confirmed it
   */
  CompletionStage<Void> subscribe(String name, Subscriptions.Handler handler) {
    CompletionStage<Void> confirmed;
    synchronized (this) {
      Channel channel = channels.computeIfAbsent(name, Channel::new);
      channel.handler = handler;
      confirmed = channel.confirmed;
      if (channel.state == State.ABSENT) {
        ask(List.of(channel));
      }
    }
    return confirmed;
  }

  /** Unsubscribes, unless another handler has taken the channel over. */
  synchronized void unsubscribe(String name, Subscriptions.Handler handler) {
    Channel channel = channels.get(name);
    if (channel != null && channel.handler == handler) {
      channel.handler = null;
      channel.confirmed = new CompletableFuture<>();
      if (channel.state == State.ABSENT) {
        channels.remove(name);
      } else if (channel.state == State.SUBSCRIBED) {
        leave(channel);
      }
    }
  }

  /** The connections go: Redis is asked for nothing any more. */
  synchronized void close() {
    closed = true;
  }

  /** The names of the channels that are wanted. */
  List<String> wanted() {
    return channels.values().stream().filter(c -> c.handler != null).map(c -> c.name).toList();
  }

  /** Asks for what is wanted and not there, and gives up waiting for answers that did not come. */
  private synchronized void reconcile() {
    long now = System.nanoTime();
    List<Channel> missing = new ArrayList<>();
    for (Channel channel : List.copyOf(channels.values())) {
      boolean underWay = channel.state == State.ASKED || channel.state == State.LEAVING;
      if (underWay && now - channel.since > ANSWER_NANOS) {
        channel.state = State.ABSENT;
      }
      if (channel.state == State.ABSENT) {
        if (channel.handler == null) {
          channels.remove(channel.name);
        } else {
          missing.add(channel);
        }
      }
    }
    ask(missing);
    if (renewDue && now - movedAt > RENEW_AFTER_MOVES_NANOS) {
      renewAll();
    }
  }

  /** Asks for everything again: whatever went wrong unnoticed is put right. */
  private synchronized void renewAll() {
    renewDue = false;
    List<Channel> there = new ArrayList<>();
    for (Channel channel : channels.values()) {
      if (channel.state == State.SUBSCRIBED) {
        there.add(channel);
      }
    }
    ask(there);
  }

  private void ask(List<Channel> wanted) {
    if (wanted.isEmpty() || closed) {
      return;
    }
    StatefulRedisPubSubConnection<byte[], byte[]> connection =
        subscriber.toCompletableFuture().getNow(null);
    if (connection == null) {
      return; // reconcile() does it once there is a connection
    }
    if (connection instanceof StatefulRedisClusterPubSubConnection<byte[], byte[]> cluster) {
      Map<Integer, List<Channel>> bySlot = new HashMap<>();
      for (Channel channel : wanted) {
        bySlot.computeIfAbsent(channel.slot, slot -> new ArrayList<>()).add(channel);
      }
      bySlot.forEach((slot, some) -> ask(cluster, slot, some));
    } else {
      Line line = lineOf(connection);
      for (int from = 0; from < wanted.size(); from += BATCH) {
        ask(line, wanted.subList(from, Math.min(from + BATCH, wanted.size())));
      }
    }
  }

  private void ask(
      StatefulRedisClusterPubSubConnection<byte[], byte[]> cluster, int slot, List<Channel> some) {
    RedisClusterNode owner = cluster.getPartitions().getPartitionBySlot(slot);
    if (owner == null) {
      failed();
      return;
    }
    some.forEach(channel -> asked(channel, null));
    CompletableFuture<StatefulRedisPubSubConnection<byte[], byte[]>> opening;
    try {
      opening = cluster.getConnectionAsync(owner.getNodeId());
    } catch (RuntimeException e) {
      opening = CompletableFuture.failedFuture(e);
    }
    opening.whenComplete(
        (connection, failure) -> {
          synchronized (this) {
            if (failure == null) {
              ask(lineOf(connection), some);
            } else {
              some.forEach(channel -> lost(channel, null));
              failed();
            }
          }
        });
  }

  private void ask(Line line, List<Channel> some) {
    if (!line.connection.isOpen()) {
      some.forEach(channel -> channel.state = State.ABSENT);
      return; // asked for when it is back, or the slot is somebody else's
    }
    for (Channel channel : some) {
      Line before = channel.line;
      if (before != null && before != line) {
        before.connection.async().sunsubscribe(channel.wire); // the slot has moved
      }
      asked(channel, line);
    }
    byte[][] names = some.stream().map(channel -> channel.wire).toArray(byte[][]::new);
    line.connection
        .async()
        .ssubscribe(names)
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                synchronized (this) {
                  some.forEach(channel -> lost(channel, line));
                  failed();
                }
              }
            });
  }

  private static void asked(Channel channel, @Nullable Line line) {
    channel.state = State.ASKED;
    channel.since = System.nanoTime();
    if (line != null) {
      channel.line = line;
    }
  }

  /** A command did not get it. */
  private static void lost(Channel channel, @Nullable Line line) {
    if (channel.state == State.ASKED && (line == null || channel.line == line)) {
      channel.state = State.ABSENT;
    }
  }

  private void leave(Channel channel) {
    Line line = channel.line;
    if (line == null || closed) {
      return;
    }
    channel.state = State.LEAVING;
    channel.since = System.nanoTime();
    var unused = line.connection.async().sunsubscribe(channel.wire);
  }

  private void failed() {
    if (!retryDue) {
      retryDue = true;
      refreshTopology.run();
      try {
        timers.schedule(this::retry, RETRY_MILLIS, TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException closed) {
        // nobody waits for it any more
      }
    }
  }

  private synchronized void retry() {
    retryDue = false;
    reconcile();
  }

  private Line lineOf(StatefulRedisPubSubConnection<byte[], byte[]> connection) {
    Line line = lines.get(connection);
    if (line == null) {
      line = new Line(connection);
      lines.keySet().removeIf(known -> known != connection && !known.isOpen() && !carries(known));
      lines.put(connection, line);
      connection.addListener(line);
      connection.addListener(line.states);
    }
    return line;
  }

  private boolean carries(StatefulRedisPubSubConnection<byte[], byte[]> connection) {
    return channels.values().stream()
        .anyMatch(channel -> channel.line != null && channel.line.connection == connection);
  }

  /** A connection to one server, and what Redis says on it. */
  private final class Line extends RedisPubSubAdapter<byte[], byte[]> {
    final StatefulRedisPubSubConnection<byte[], byte[]> connection;
    final RedisConnectionStateListener states = new States();

    Line(StatefulRedisPubSubConnection<byte[], byte[]> connection) {
      this.connection = connection;
    }

    @Override
    public void smessage(byte[] name, byte[] message) {
      String text = new String(name, UTF_8);
      Channel channel = channels.get(text);
      if (channel == null || channel.line != this) {
        return;
      }
      Subscriptions.Handler handler = channel.handler;
      if (handler == null) {
        return;
      }
      try {
        handler.message(text, message);
      } catch (RuntimeException e) {
        log.warn("a message of Redis could not be handled", e);
      }
    }

    @Override
    public void ssubscribed(byte[] name, long count) {
      CompletableFuture<Void> confirmed = null;
      synchronized (ShardSubscriptions.this) {
        Channel channel = channels.get(new String(name, UTF_8));
        if (channel == null || channel.line != this) {
          // Lettuce remembers what was unsubscribed from while the connection was away
          var unused = connection.async().sunsubscribe(name);
        } else if (channel.state != State.LEAVING) {
          channel.state = State.SUBSCRIBED;
          if (channel.handler == null) {
            leave(channel);
          } else {
            confirmed = channel.confirmed;
          }
        }
      }
      if (confirmed != null) {
        confirmed.complete(null);
      }
    }

    /** Our own doing, or the slot belongs to another server from now on. */
    @Override
    public void sunsubscribed(byte[] name, long count) {
      synchronized (ShardSubscriptions.this) {
        Channel channel = channels.get(new String(name, UTF_8));
        if (channel == null || channel.line != this || channel.state == State.ASKED) {
          return;
        }
        boolean ours = channel.state == State.LEAVING;
        channel.state = State.ABSENT;
        if (channel.handler == null) {
          channels.remove(channel.name);
        } else if (ours) {
          ask(List.of(channel));
        } else {
          renewDue = true;
          movedAt = System.nanoTime();
          failed();
        }
      }
    }

    private void allAbsent() {
      synchronized (ShardSubscriptions.this) {
        for (Channel channel : channels.values()) {
          if (channel.line == this) {
            channel.state = State.ABSENT;
          }
        }
      }
    }

    /** What was said on a connection before it was lost counts no more. */
    private final class States implements RedisConnectionStateListener {
      @Override
      public void onRedisConnected(RedisChannelHandler<?, ?> handler, SocketAddress address) {
        allAbsent();
        reconcile();
      }

      @Override
      public void onRedisDisconnected(RedisChannelHandler<?, ?> handler) {
        allAbsent();
        synchronized (ShardSubscriptions.this) {
          failed();
        }
      }
    }
  }
}
