package dev.switchboard.chaos;

import static dev.switchboard.chaos.Figures.millisSince;
import static dev.switchboard.chaos.Figures.tell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.redis.Redis;
import dev.switchboard.redis.RedisProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A master and its replica, and three Sentinels that watch them: C11. */
@Tag("chaos")
@Timeout(300)
class SentinelIT {
  private static final Nodes.Size SIZE =
      Figures.FULL ? new Nodes.Size(3, 250, 250, 300) : new Nodes.Size(3, 20, 20, 150);

  private RedisProcess master;
  private RedisProcess replica;
  private final List<RedisProcess> sentinels = new ArrayList<>();

  @BeforeEach
  void start() {
    master = RedisProcess.start();
    replica = RedisProcess.start("--replicaof", "127.0.0.1 " + master.port());
    await("the replica")
        .atMost(Figures.PATIENCE)
        .until(() -> replica.ask("INFO replication").contains("master_link_status:up"));
    for (int i = 0; i < 3; i++) {
      sentinels.add(
          RedisProcess.sentinel(
              "sentinel monitor main 127.0.0.1 " + master.port() + " 2",
              "sentinel down-after-milliseconds main 2000",
              "sentinel failover-timeout main 10000"));
    }
    await("the Sentinels to know each other and the replica")
        .atMost(Figures.PATIENCE)
        .until(
            () ->
                sentinels.stream()
                    .allMatch(sentinel -> info(sentinel).contains("slaves=1,sentinels=3")));
  }

  private static String info(RedisProcess sentinel) {
    try {
      return sentinel.ask("INFO sentinel");
    } catch (java.io.IOException e) {
      return e.toString();
    }
  }

  @AfterEach
  void stop() throws Exception {
    for (RedisProcess sentinel : sentinels) {
      sentinel.close();
    }
    replica.close();
    master.close();
  }

  private Redis redis() {
    return Redis.at(
        "redis-sentinel://"
            + sentinels.stream()
                .map(sentinel -> "127.0.0.1:" + sentinel.port())
                .collect(Collectors.joining(","))
            + "/0#main");
  }

  @ParameterizedTest
  @EnumSource
  void c11TheReplicaIsUsedWhenTheMasterIsKilled(AdapterKind kind) throws Exception {
    try (Nodes nodes = Nodes.start(kind, this::redis, SIZE)) {
      nodes.publish(SIZE.perSecond());
      Thread.sleep(1000);
      long fault = System.nanoTime();
      master.kill();
      await("the replica to be master")
          .atMost(Figures.PATIENCE)
          .until(() -> replica.ask("INFO replication").contains("role:master"));
      long promoted = millisSince(fault);
      nodes.awaitDelivery();
      long back = millisSince(fault);
      Traffic.Report report = nodes.finish();
      tell(
          "C11 " + kind.word(),
          "a new master after %d ms, all delivered again after %d ms, lost %d of %d",
          promoted,
          back,
          report.lost().size(),
          report.delivered());
      assertThat(report.disorder()).isEqualTo("doubled 0, reordered 0, leaked 0");
      assertThat(report.lost()).allMatch(Traffic.Loss::isRemote);
      assertThat(back).isLessThan(promoted + 20_000);
    }
  }
}
