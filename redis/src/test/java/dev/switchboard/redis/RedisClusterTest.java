package dev.switchboard.redis;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.protocol.cluster.Adapter;
import dev.switchboard.protocol.cluster.BroadcastOptions;
import dev.switchboard.protocol.cluster.ClusterMessage;
import dev.switchboard.protocol.socket.Args;
import io.lettuce.core.cluster.RedisClusterClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The classic adapter on a Redis Cluster of three masters. */
class RedisClusterTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  private static RedisCluster cluster;

  @BeforeAll
  static void startRedis() throws Exception {
    cluster = RedisCluster.start();
  }

  @AfterAll
  static void stopRedis() throws Exception {
    cluster.close();
  }

  private static int count(Adapter adapter) throws Exception {
    return adapter.serverCount().toCompletableFuture().get(20, SECONDS);
  }

  @Test
  void allServersAreCountedWhicheverNodeTheyAreConnectedTo() throws Exception {
    List<RedisAdapters> servers = new ArrayList<>();
    var client = RedisClusterClient.create(cluster.nodes().get(0).uri());
    try {
      List<Adapter> adapters = new ArrayList<>();
      List<RecordingContext> contexts = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        Redis redis = i == 0 ? Redis.of(client) : cluster.redis();
        servers.add(RedisAdapters.classic(redis));
        contexts.add(new RecordingContext("/"));
        adapters.add(servers.get(i).create(contexts.get(i)));
      }
      await().atMost(SOON).until(() -> count(adapters.get(4)) == 5);
      for (int i = 0; i < 100; i++) {
        assertThat(count(adapters.get(i % 5))).isEqualTo(5);
      }
      for (int i = 0; i < 5; i++) {
        var message =
            new ClusterMessage.Broadcast("e" + i, Args.none(), BroadcastOptions.ALL, null);
        adapters.get(i).publish(message);
        for (RecordingContext other : contexts) {
          if (other != contexts.get(i)) {
            var event = (ClusterMessage.Broadcast) other.messages.poll(20, SECONDS);
            assertThat(event).isNotNull();
            assertThat(event.event()).isEqualTo("e" + i);
          }
        }
      }
    } finally {
      servers.forEach(RedisAdapters::close);
      client.shutdownAsync(0, 0, SECONDS);
    }
  }
}
