package dev.switchboard.interop;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.redis.Redis;
import dev.switchboard.redis.RedisAdapters;
import dev.switchboard.server.RequestTimeoutException;
import dev.switchboard.server.SocketIoServer;
import dev.switchboard.testkit.TestClient;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two nodes while Redis is away, hangs, or cuts their connections. */
class RedisOutageIT {
  private static final Duration SOON = Duration.ofSeconds(30);

  private RedisProcess redis;

  private enum Kind {
    CLASSIC,
    SHARDED,
    STREAMS;

    RedisAdapters over(Redis redis) {
      return switch (this) {
        case CLASSIC -> RedisAdapters.classic(redis);
        case SHARDED -> RedisAdapters.sharded(redis);
        case STREAMS -> RedisAdapters.streams(redis);
      };
    }
  }

  /** Two servers and a client on each, both in a room. */
  private final class Cluster implements AutoCloseable {
    final RedisAdapters adaptersHere;
    final RedisAdapters adaptersThere;
    final SocketIoServer here;
    final SocketIoServer there;
    final TestClient ada;
    final TestClient grace;
    private final AtomicInteger probes = new AtomicInteger();

    Cluster(Kind kind) {
      Redis where =
          Redis.at(redis.url()).with(settings -> settings.commandTimeout(Duration.ofSeconds(1)));
      adaptersHere = kind.over(where);
      adaptersThere = kind.over(where);
      here = server(adaptersHere);
      there = server(adaptersThere);
      ada = TestClient.connect(here);
      grace = TestClient.connect(there);
      here.socketsJoin("lobby");
      there.socketsJoin("lobby");
      awaitTheWay();
    }

    private SocketIoServer server(RedisAdapters adapters) {
      return SocketIoServer.create(
          config -> config.adapter(adapters).requestsTimeout(Duration.ofSeconds(2)));
    }

    /** Waits until what is sent to a room on one node reaches the other, in both directions. */
    void awaitTheWay() {
      awaitTheWay(here, grace);
      awaitTheWay(there, ada);
    }

    private void awaitTheWay(SocketIoServer from, TestClient to) {
      String event = "probe-" + probes.incrementAndGet();
      await()
          .atMost(SOON)
          .until(
              () -> {
                from.to("lobby").emit(event);
                return to.waiting(event) > 0;
              });
    }

    @Override
    public void close() {
      ada.close();
      grace.close();
      here.close();
      there.close();
      adaptersHere.close();
      adaptersThere.close();
    }
  }

  @BeforeEach
  void startRedis() throws Exception {
    redis = RedisProcess.start();
  }

  @AfterEach
  void stopRedis() {
    redis.close();
  }

  @ParameterizedTest
  @EnumSource
  void aNodeServesItsOwnClientsWhileRedisIsAwayAndTheOthersWhenItIsBack(Kind kind)
      throws Exception {
    try (var cluster = new Cluster(kind)) {
      redis.kill();
      for (int i = 0; i < 20; i++) {
        cluster.here.to("lobby").emit("news", i);
        assertThat(cluster.ada.next("news").get(0)).isEqualTo(i);
      }
      var fetching = cluster.here.fetchSockets();
      assertThatThrownBy(() -> fetching.get(20, SECONDS))
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOfSatisfying(
              RequestTimeoutException.class, timeout -> assertThat(timeout.partial()).hasSize(1));
      redis.restart();
      cluster.awaitTheWay();
      assertThat(cluster.here.fetchSockets().get(20, SECONDS)).hasSize(2);
    }
  }

  @ParameterizedTest
  @EnumSource
  void nobodyWaitsForARedisThatHangs(Kind kind) throws Exception {
    try (var cluster = new Cluster(kind)) {
      redis.pause();
      for (int i = 0; i < 20; i++) {
        cluster.here.to("lobby").emit("news", i);
        assertThat(cluster.ada.next("news").get(0)).isEqualTo(i);
      }
      var counting = cluster.here.serverCount().toCompletableFuture();
      assertThatThrownBy(() -> counting.get(20, SECONDS)).isInstanceOf(ExecutionException.class);
      redis.resume();
      cluster.awaitTheWay();
      assertThat(cluster.here.fetchSockets().get(20, SECONDS)).hasSize(2);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aSubscriptionThatWasCutIsBackSoon(Kind kind) throws Exception {
    try (var cluster = new Cluster(kind)) {
      for (int i = 0; i < 3; i++) {
        redis.command("CLIENT", "KILL", "TYPE", "pubsub");
        cluster.awaitTheWay();
      }
      // nor is anything doubled, now that it was subscribed to again and again
      cluster.here.to("lobby").emit("news", 1);
      cluster.here.to("lobby").emit("news", 2);
      assertThat(cluster.grace.next("news").get(0)).isEqualTo(1);
      assertThat(cluster.grace.next("news").get(0)).isEqualTo(2);
    }
  }
}
