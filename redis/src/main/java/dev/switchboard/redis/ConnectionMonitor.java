package dev.switchboard.redis;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import java.net.SocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the log and the listener what becomes of the connections: each change once. Any thread. */
final class ConnectionMonitor {
  private static final Logger log = LoggerFactory.getLogger("dev.switchboard.redis");

  private final RedisListener listener;
  private final Map<String, Boolean> states = new ConcurrentHashMap<>();
  private final AtomicBoolean failing = new AtomicBoolean();
  private volatile boolean closed;

  ConnectionMonitor(RedisListener listener) {
    this.listener = listener;
  }

  void up(String connection) {
    Boolean before = states.put(connection, true);
    if (closed || Boolean.TRUE.equals(before)) {
      return;
    }
    succeeded();
    if (before == null) {
      log.debug("Redis is connected ({})", connection);
      tell(to -> to.connected(connection));
    } else {
      log.info("Redis is connected again ({})", connection);
      tell(to -> to.reconnected(connection));
    }
  }

  void down(String connection) {
    if (Boolean.TRUE.equals(states.replace(connection, false)) && !closed) {
      log.warn("the connection to Redis is lost ({}); connecting anew", connection);
      tell(to -> to.disconnected(connection));
    }
  }

  void failed(Throwable cause) {
    if (!closed && failing.compareAndSet(false, true)) {
      log.warn("Redis fails: {}", cause.toString());
      tell(to -> to.failed(cause));
    }
  }

  void succeeded() {
    // read first: this runs for every message
    if (failing.get() && failing.compareAndSet(true, false) && !closed) {
      log.info("Redis answers again");
      tell(RedisListener::recovered);
    }
  }

  /** What comes now is our own doing. */
  void close() {
    closed = true;
  }

  /** Tells of one connection under one name. */
  RedisConnectionStateListener observer(String name) {
    return new RedisConnectionStateListener() {
      @Override
      public void onRedisConnected(RedisChannelHandler<?, ?> connection, SocketAddress address) {
        up(name);
      }

      @Override
      public void onRedisDisconnected(RedisChannelHandler<?, ?> connection) {
        if (!connection.isClosed()) {
          down(name);
        }
      }
    };
  }

  /** Tells of all connections of a client, by the address of the server. */
  RedisConnectionStateListener observerOfNodes(Runnable onUp) {
    Map<RedisChannelHandler<?, ?>, String> names = new ConcurrentHashMap<>();
    return new RedisConnectionStateListener() {
      @Override
      public void onRedisConnected(RedisChannelHandler<?, ?> connection, SocketAddress address) {
        String name = String.valueOf(address);
        names.put(connection, name);
        up(name);
        onUp.run();
      }

      @Override
      public void onRedisDisconnected(RedisChannelHandler<?, ?> connection) {
        String name = names.remove(connection);
        if (name != null && !connection.isClosed()) {
          down(name);
        }
      }
    };
  }

  private void tell(Consumer<RedisListener> event) {
    try {
      event.accept(listener);
    } catch (RuntimeException e) {
      log.warn("a RedisListener failed", e);
    }
  }
}
