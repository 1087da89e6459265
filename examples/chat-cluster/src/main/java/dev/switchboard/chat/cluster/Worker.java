package dev.switchboard.chat.cluster;

import dev.switchboard.chat.ChatServer;
import dev.switchboard.redis.Redis;
import dev.switchboard.redis.RedisAdapters;
import dev.switchboard.redis.RedisEngineBus;
import dev.switchboard.server.ServerConfig;
import dev.switchboard.server.netty.ProxySettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * One node of the chat, as a process. Environment variables say how it is to be, as containers have
 * it:
 *
 * <ul>
 *   <li>{@code PORT}: the port to listen on; default 3000
 *   <li>{@code REDIS_URL}: the Redis between the nodes; default {@code redis://localhost:6379}
 *   <li>{@code ADAPTER}: how the nodes speak over Redis, see {@link Backplane}; default classic
 *   <li>{@code ENGINE}: {@code cluster} if the load balancer does not tie a client to a node, so
 *       that the nodes have to share its requests; default {@code sticky}
 *   <li>{@code TRUSTED_PROXIES}: the networks of the load balancers, whose word on a client's
 *       address counts; default {@code 127.0.0.1}
 *   <li>{@code DRAIN_SECONDS}: how long the node stays, not ready any more, between SIGTERM and its
 *       end, so that load balancers see it; default 0
 * </ul>
 */
public final class Worker {
  private final ChatServer chat;
  private final List<AutoCloseable> connections;
  private final Duration drain;

  private Worker(ChatServer chat, List<AutoCloseable> connections, Duration drain) {
    this.chat = chat;
    this.connections = connections;
    this.drain = drain;
  }

  /** Starts the node, and ends with the process. */
  public static void main(String[] args) {
    try {
      Worker worker = start(System.getenv());
      Runtime.getRuntime().addShutdownHook(new Thread(worker::end, "worker-end"));
      System.out.println("listens on port " + worker.chat.port());
    } catch (RuntimeException e) {
      System.err.println("cannot start: " + e);
      System.exit(1);
    }
  }

  private static Worker start(Map<String, String> environment) {
    int port = Integer.parseInt(environment.getOrDefault("PORT", "3000"));
    String adapter = environment.getOrDefault("ADAPTER", "classic").toUpperCase(Locale.ROOT);
    String[] proxies = environment.getOrDefault("TRUSTED_PROXIES", "127.0.0.1").split(",");
    String drain = environment.getOrDefault("DRAIN_SECONDS", "0");
    Redis redis = Redis.at(environment.getOrDefault("REDIS_URL", "redis://localhost:6379"));

    List<AutoCloseable> connections = new ArrayList<>();
    RedisAdapters adapters = Backplane.valueOf(adapter).open(redis);
    connections.add(adapters);
    Consumer<ServerConfig> settings =
        config ->
            config
                .adapter(adapters)
                .proxies(ProxySettings.trusting(proxies))
                .presence(
                    presence ->
                        presence.heartbeat(Duration.ofSeconds(1)).lease(Duration.ofSeconds(5)));
    if (environment.getOrDefault("ENGINE", "sticky").equals("cluster")) {
      RedisEngineBus bus = RedisEngineBus.create(redis);
      connections.add(bus);
      settings = settings.andThen(config -> config.engineBus(bus));
    }
    ChatServer chat = ChatServer.start(port, settings).join();
    return new Worker(chat, connections, Duration.ofSeconds(Long.parseLong(drain)));
  }

  private void end() {
    chat.retire();
    try {
      Thread.sleep(drain.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // then at once
    }
    chat.close();
    for (AutoCloseable connection : connections) {
      try {
        connection.close();
      } catch (Exception e) {
        System.err.println("cannot close the connection to Redis: " + e);
      }
    }
  }
}
