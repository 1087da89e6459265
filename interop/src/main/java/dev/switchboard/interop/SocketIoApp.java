package dev.switchboard.interop;

import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.socket.Parser;
import dev.switchboard.redis.RedisEngineBus;
import dev.switchboard.server.ServerConfig;
import dev.switchboard.server.SocketIoServer;
import dev.switchboard.server.engine.LimitSettings;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** What all Socket.IO apps share: the settings that the environment can change, and the start. */
final class SocketIoApp {
  /** Always with milliseconds, which Java leaves out when they are zero. */
  private static final DateTimeFormatter JAVASCRIPT_DATE =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  /** So that the ids of two nodes differ. */
  private static final long SALT = ProcessHandle.current().pid() << 32;

  private static final AtomicLong ids = new AtomicLong();

  private SocketIoApp() {}

  /**
   * A server for an app.
   *
   * @param profile the app's own settings; the environment's win over them
   */
  static SocketIoServer create(Environment environment, Consumer<ServerConfig> profile) {
    return SocketIoServer.create(
        config -> {
          config.host(environment.host()).port(environment.port());
          config.network(defaults -> environment.network());
          if (environment.handlers() == Environment.HandlerPlace.EVENTLOOP) {
            config.handlerExecutor(Runnable::run);
          }
          profile.accept(config);
          override(environment, config);
        });
  }

  private static void override(Environment environment, ServerConfig config) {
    if (environment.has("EIO3")) {
      config.engine(engine -> engine.allowEio3(true));
    }
    if (environment.text("PARSER", "").equals("msgpack")) {
      config.parser(Parser.msgpack(Json.create()));
    }
    if (environment.has("SHORT_IDS")) {
      config.socketIds(session -> "id-" + Long.toString(ids.incrementAndGet() + SALT, 36));
    }
    if (environment.text("ENGINE", "").equals("cluster")) {
      config.engineBus(RedisEngineBus.create(Adapters.redis(environment)));
    }
    if (environment.has("LIMITS")) {
      config.limits(limits -> shorten(limits, environment.object("LIMITS")));
    }
    environment
        .millis("PING_INTERVAL")
        .ifPresent(interval -> config.engine(engine -> engine.pingInterval(interval)));
    environment
        .millis("PING_TIMEOUT")
        .ifPresent(timeout -> config.engine(engine -> engine.pingTimeout(timeout)));
  }

  /** Time-outs that tests do not want to wait for, as a JSON object: {@code LIMITS}. */
  private static void shorten(LimitSettings.Builder limits, Map<?, ?> wanted) {
    wanted.forEach(
        (name, millis) -> {
          Duration timeout = Duration.ofMillis(((Number) millis).longValue());
          switch ((String) name) {
            case "headersTimeoutMs" -> limits.headersTimeout(timeout);
            case "bodyTimeoutMs" -> limits.bodyTimeout(timeout);
            case "keepAliveTimeoutMs" -> limits.keepAliveTimeout(timeout);
            case "attachmentsTimeoutMs" -> limits.attachmentTimeout(timeout);
            case "fragmentsTimeoutMs" -> limits.fragmentTimeout(timeout);
            default -> throw new IllegalArgumentException("unknown limit in LIMITS: " + name);
          }
        });
  }

  /** Makes it one of several servers, if the environment asks for that. */
  static void adapt(Environment environment, ServerConfig config) {
    String name = environment.text("ADAPTER", Adapters.NONE);
    if (!name.equals(Adapters.NONE)) {
      config.adapter(Adapters.named(name).create(environment));
    }
  }

  /** Starts it; completes with its port. */
  static CompletableFuture<Integer> start(SocketIoServer io) {
    return io.start().thenApply(SocketIoServer::port);
  }

  /** The time as JavaScript writes dates in JSON. */
  static String now() {
    return JAVASCRIPT_DATE.format(Instant.now());
  }
}
