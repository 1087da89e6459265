package dev.switchboard.guide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.redis.Redis;
import dev.switchboard.redis.RedisAdapters;
import dev.switchboard.redis.RedisEmitter;
import dev.switchboard.redis.RedisEngineBus;
import dev.switchboard.redis.RedisListener;
import dev.switchboard.server.SocketIoServer;
import dev.switchboard.testkit.TestClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The guide's examples of Redis, on a server of their own. */
@Timeout(60)
class RedisGuideIT {
  private static Process server;
  private static String uri;

  @BeforeAll
  static void startRedis() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    server =
        new ProcessBuilder("redis-server", "--port", "" + port, "--bind", "127.0.0.1", "--save", "")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    uri = "redis://127.0.0.1:" + port;
    RedisClient client = RedisClient.create(uri);
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptionsInstanceOf(RedisConnectionException.class)
        .until(() -> client.connect().sync().ping().equals("PONG"));
    client.shutdownAsync(0, 0, TimeUnit.SECONDS);
  }

  @AfterAll
  static void stopRedis() throws InterruptedException {
    server.destroyForcibly().waitFor();
  }

  @Test
  void anEmitterReachesTheClientsOfAServer() {
    RedisAdapters adapters = RedisAdapters.classic(Redis.at(uri));
    SocketIoServer one = SocketIoServer.create(config -> config.adapter(adapters));
    try (adapters;
        one;
        RedisEmitter other = RedisEmitter.classic(Redis.at(uri));
        TestClient ada = TestClient.connect(one)) {
      one.socketsJoin("news", "guests");
      Awaitility.await("the server to listen")
          .atMost(Duration.ofSeconds(20))
          .until(
              () -> {
                other.emit("hello");
                return ada.waiting("hello") > 0;
              });
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () -> {
                emit();
                return !ada.isConnected();
              });
      assertThat(ada.next("posted").get(0)).isEqualTo("from a worker");
    }
  }

  private static void emit() {
    try (RedisEmitter emitter = RedisEmitter.classic(Redis.at(uri))) {
      emitter.to("news").except("muted").emit("posted", "from a worker");
      emitter.of("/chat").serverSideEmit("reload");
      emitter.to("guests").disconnectSockets();
    }
  }

  @Test
  void requestsReachAnyServer() {
    RedisAdapters adapters = RedisAdapters.classic(Redis.at(uri));
    RedisEngineBus engines = RedisEngineBus.create(Redis.at(uri));
    SocketIoServer three =
        SocketIoServer.create(config -> config.adapter(adapters).engineBus(engines));
    try (adapters;
        engines;
        three;
        TestClient ada = TestClient.connect(three)) {
      three.emit("posted", "to all");
      assertThat(ada.next("posted").get(0)).isEqualTo("to all");
    }
  }

  @Test
  void howRedisIsTalkedToCanBeSet() {
    AtomicInteger connections = new AtomicInteger();
    RedisListener alarm =
        new RedisListener() {
          @Override
          public void connected(String connection) {
            connections.incrementAndGet();
          }
        };
    Redis redis =
        Redis.at(uri)
            .with(
                settings ->
                    settings
                        .lazy(true) // connect in the background
                        .commandTimeout(Duration.ofSeconds(1))
                        .backOff(attempt -> Duration.ofMillis(Math.min(1000, 100 * attempt)))
                        .listener(alarm));
    RedisAdapters sharded = RedisAdapters.sharded(redis);
    try (sharded) {
      Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> connections.get() == 2);
    }
  }
}
