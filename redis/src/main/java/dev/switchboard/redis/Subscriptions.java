package dev.switchboard.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.pubsub.RedisPubSubListener;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.pubsub.api.async.RedisPubSubAsyncCommands;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The plain channels and patterns that one connection is subscribed to, and who gets their
 * messages. Any thread; handlers run on the connection's thread, one message after the other, and
 * must not block.
 *
 * <p>What is written down here is what is wanted, and Redis is made to agree: all is subscribed to
 * anew when the connection is back, what was not confirmed is asked for again, and what nobody
 * wants is unsubscribed from.
 */
final class Subscriptions implements RedisPubSubListener<byte[], byte[]> {
  private static final Logger log = LoggerFactory.getLogger(Subscriptions.class);

  /** So many names go into one command, so that it does not hold up others. */
  private static final int BATCH = 512;

  private final CompletableFuture<StatefulRedisPubSubConnection<byte[], byte[]>> connection;
  private final Map<String, Wanted> channels = new ConcurrentHashMap<>();
  private final Map<String, Wanted> patterns = new ConcurrentHashMap<>();
  private volatile boolean closed;

  Subscriptions(CompletableFuture<StatefulRedisPubSubConnection<byte[], byte[]>> connection) {
    this.connection = connection;
  }

  /** Takes the messages of a channel or a pattern. */
  @FunctionalInterface
  interface Handler {
    /** A message came; what this throws is logged, and the next message comes all the same. */
    void message(String channel, byte[] message);
  }

  /** A subscription that is wanted. */
  private static final class Wanted {
    private final Handler handler;
    private final CompletableFuture<Void> confirmed = new CompletableFuture<>();
    private boolean asked;
    private boolean there;

    Wanted(Handler handler) {
      this.handler = handler;
    }
  }

  /**
   * Subscribes to a channel; one handler a channel, the last one stays.
   *
   * @return completes when Redis has confirmed it
   */
  CompletionStage<Void> subscribe(String channel, Handler handler) {
    return add(channels, channel, handler);
  }

  /** Subscribes to all channels that match a pattern in Redis's sense. */
  CompletionStage<Void> psubscribe(String pattern, Handler handler) {
    return add(patterns, pattern, handler);
  }

  /** Unsubscribes, unless another handler has taken the channel over. */
  void unsubscribe(String channel, Handler handler) {
    remove(channels, channel, handler);
  }

  /** Unsubscribes, unless another handler has taken the pattern over. */
  void punsubscribe(String pattern, Handler handler) {
    remove(patterns, pattern, handler);
  }

  private CompletionStage<Void> add(Map<String, Wanted> names, String name, Handler handler) {
    Wanted wanted = new Wanted(handler);
    synchronized (this) {
      names.put(name, wanted);
      ask(names, List.of(name));
    }
    return wanted.confirmed;
  }

  private synchronized void remove(Map<String, Wanted> names, String name, Handler handler) {
    Wanted wanted = names.get(name);
    if (wanted != null && wanted.handler == handler) {
      names.remove(name);
      withdraw(names, name.getBytes(UTF_8));
    }
  }

  /** The connection goes: Redis is asked for nothing any more. */
  void close() {
    closed = true;
  }

  /** The connection is there, or back: nothing of what was said on it before counts. */
  synchronized void renew() {
    for (Map<String, Wanted> names : List.of(channels, patterns)) {
      for (Wanted wanted : names.values()) {
        wanted.asked = false;
        wanted.there = false;
      }
    }
    retry();
  }

  /** Asks for what Redis has not confirmed and is not being asked for. */
  synchronized void retry() {
    for (Map<String, Wanted> names : List.of(channels, patterns)) {
      List<String> missing = new ArrayList<>();
      names.forEach(
          (name, wanted) -> {
            if (!wanted.there && !wanted.asked) {
              missing.add(name);
            }
          });
      for (int from = 0; from < missing.size(); from += BATCH) {
        ask(names, missing.subList(from, Math.min(from + BATCH, missing.size())));
      }
    }
  }

  private void ask(Map<String, Wanted> names, List<String> some) {
    RedisPubSubAsyncCommands<byte[], byte[]> commands = commands();
    if (commands == null) {
      return; // renew() does it once there is a connection
    }
    Map<String, Wanted> asking = new HashMap<>();
    for (String name : some) {
      Wanted wanted = names.get(name);
      if (wanted != null) {
        wanted.asked = true;
        asking.put(name, wanted);
      }
    }
    byte[][] wire = asking.keySet().stream().map(n -> n.getBytes(UTF_8)).toArray(byte[][]::new);
    var sent = names == channels ? commands.subscribe(wire) : commands.psubscribe(wire);
    sent.whenComplete(
        (done, failure) -> {
          synchronized (this) {
            asking.values().forEach(wanted -> wanted.asked = false);
          }
        });
  }

  private void withdraw(Map<String, Wanted> names, byte[] name) {
    RedisPubSubAsyncCommands<byte[], byte[]> commands = commands();
    if (commands != null) {
      var unused = names == channels ? commands.unsubscribe(name) : commands.punsubscribe(name);
    }
  }

  private @Nullable RedisPubSubAsyncCommands<byte[], byte[]> commands() {
    StatefulRedisPubSubConnection<byte[], byte[]> open =
        closed || connection.isCompletedExceptionally() ? null : connection.getNow(null);
    return open == null ? null : open.async();
  }

  @Override
  public void message(byte[] channel, byte[] message) {
    deliver(channels, channel, new String(channel, UTF_8), message);
  }

  @Override
  public void message(byte[] pattern, byte[] channel, byte[] message) {
    deliver(patterns, pattern, new String(channel, UTF_8), message);
  }

  private void deliver(Map<String, Wanted> names, byte[] name, String channel, byte[] message) {
    Wanted wanted = names.get(names == channels ? channel : new String(name, UTF_8));
    if (wanted == null) {
      return;
    }
    try {
      wanted.handler.message(channel, message);
    } catch (RuntimeException e) {
      log.warn("a message of Redis could not be handled", e);
    }
  }

  @Override
  public void subscribed(byte[] channel, long count) {
    confirm(channels, channel);
  }

  @Override
  public void psubscribed(byte[] pattern, long count) {
    confirm(patterns, pattern);
  }

  private void confirm(Map<String, Wanted> names, byte[] name) {
    Wanted wanted;
    synchronized (this) {
      wanted = names.get(new String(name, UTF_8));
      if (wanted == null) {
        withdraw(names, name); // Lettuce remembers what was unsubscribed from while it was away
        return;
      }
      wanted.there = true;
    }
    wanted.confirmed.complete(null);
  }

  @Override
  public void unsubscribed(byte[] channel, long count) {
    lost(channels, channel);
  }

  @Override
  public void punsubscribed(byte[] pattern, long count) {
    lost(patterns, pattern);
  }

  /** Unsubscribed from and wanted again meanwhile: the answer to that may be under way. */
  private synchronized void lost(Map<String, Wanted> names, byte[] name) {
    Wanted wanted = names.get(new String(name, UTF_8));
    if (wanted != null) {
      wanted.there = false;
    }
  }
}
