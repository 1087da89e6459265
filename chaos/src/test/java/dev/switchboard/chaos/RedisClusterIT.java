package dev.switchboard.chaos;

import static dev.switchboard.chaos.Figures.millis;
import static dev.switchboard.chaos.Figures.millisSince;
import static dev.switchboard.chaos.Figures.tell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.redis.Redis;
import dev.switchboard.redis.RedisAdapters;
import dev.switchboard.redis.RedisCluster;
import dev.switchboard.redis.RedisProcess;
import dev.switchboard.redis.ShardedSettings;
import dev.switchboard.redis.SubscriptionMode;
import io.lettuce.core.cluster.SlotHash;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A Redis Cluster of three masters, with replicas, that fail over and move slots: C12 to C20. */
@Timeout(300)
class RedisClusterIT {
  private static final Nodes.Size SIZE =
      Figures.FULL ? new Nodes.Size(3, 250, 250, 300) : new Nodes.Size(3, 20, 20, 150);

  @ParameterizedTest
  @MethodSource("dev.switchboard.chaos.AdapterKind#shardedForAll")
  void c20NodesAreCountedOnceHoweverManyServersThereAre(AdapterKind kind) throws Exception {
    try (RedisCluster cluster = RedisCluster.start();
        Nodes nodes = Nodes.start(kind, cluster::redis, new Nodes.Size(3, 2, 2, 0))) {
      for (int i = 0; i < 100; i++) {
        Node node = nodes.nodes.get(i % 3);
        assertThat(node.io.serverCount().toCompletableFuture().get(30, TimeUnit.SECONDS))
            .isEqualTo(3);
      }
      tell("C20 " + kind.word(), "3 nodes counted in 100 of 100 tries");
    }
  }

  @Tag("chaos")
  @ParameterizedTest
  @EnumSource
  void c12AReplicaTakesOverWhenItIsTold(AdapterKind kind) throws Exception {
    try (RedisCluster cluster = RedisCluster.startWithReplicas();
        Nodes nodes = Nodes.start(kind, cluster::redis, SIZE)) {
      nodes.publish(SIZE.perSecond());
      int index = cluster.masters().indexOf(cluster.owner(SlotHash.getSlot("socket.io")));
      RedisProcess replica = cluster.replicas().get(index);
      Thread.sleep(1000);
      long fault = System.nanoTime();
      assertThat(replica.ask("CLUSTER FAILOVER")).startsWith("+OK");
      await("the fail-over")
          .atMost(Figures.PATIENCE)
          .until(() -> replica.ask("INFO replication").contains("role:master"));
      nodes.awaitDelivery();
      long back = millisSince(fault);
      Thread.sleep(3000);
      Traffic.Report report = nodes.finish();
      long gap = report.lostUntil(fault, Long.MAX_VALUE);
      tell(
          "C12 " + kind.word(),
          "lost until %d ms after, all delivered again after %d ms, longest way %d ms, lost %d of %d",
          gap,
          back,
          report.slowest(),
          report.lost().size(),
          report.delivered());
      assertThat(report.disorder()).isEqualTo("doubled 0, reordered 0, leaked 0");
      assertThat(gap).isLessThan(kind.isLossless() ? 1 : 10_000);
    }
  }

  @Tag("chaos")
  @ParameterizedTest
  @EnumSource
  void c13AReplicaTakesOverWhenItsMasterIsKilled(AdapterKind kind) throws Exception {
    try (RedisCluster cluster = RedisCluster.startWithReplicas();
        Nodes nodes = Nodes.start(kind, cluster::redis, SIZE)) {
      nodes.publish(SIZE.perSecond());
      RedisProcess victim = cluster.owner(SlotHash.getSlot("socket.io"));
      Thread.sleep(1000);
      long fault = System.nanoTime();
      victim.kill();
      nodes.awaitDelivery();
      long back = millisSince(fault);
      Thread.sleep(3000);
      Traffic.Report report = nodes.finish();
      long gap = report.lostUntil(fault, Long.MAX_VALUE);
      long elsewhere =
          report.lost().stream()
              .filter(loss -> cluster.owner(SlotHash.getSlot(channel(loss.room()))) != victim)
              .count();
      tell(
          "C13 " + kind.word(),
          "lost until %d ms after, all delivered again after %d ms, lost %d of %d, %d of other slots",
          gap,
          back,
          report.lost().size(),
          report.delivered(),
          elsewhere);
      assertThat(report.disorder()).isEqualTo("doubled 0, reordered 0, leaked 0");
      assertThat(gap).isLessThan(30_000);
      if (kind == AdapterKind.SHARDED) {
        assertThat(elsewhere).isZero();
      }
    }
  }

  private static String channel(String room) {
    return "socket.io#/#" + room + "#";
  }

  static Stream<Arguments> c14ToC17SlotsMoveWhileMessagesFlow() {
    Function<Redis, RedisAdapters> fixed =
        redis ->
            RedisAdapters.sharded(
                redis, ShardedSettings.DEFAULT.subscriptionMode(SubscriptionMode.STATIC));
    return Stream.of(
        Arguments.of("C14 sharded, static", fixed, false),
        Arguments.of("C15 sharded, dynamic", over(AdapterKind.SHARDED), false),
        Arguments.of("C16 classic", over(AdapterKind.CLASSIC), false),
        Arguments.of("C17 streams", over(AdapterKind.STREAMS), true));
  }

  private static Function<Redis, RedisAdapters> over(AdapterKind kind) {
    return kind::over;
  }

  @Tag("chaos")
  @ParameterizedTest(name = "{0}")
  @MethodSource
  void c14ToC17SlotsMoveWhileMessagesFlow(
      String row, Function<Redis, RedisAdapters> adapters, boolean lossless) throws Exception {
    try (RedisCluster cluster = RedisCluster.startWithReplicas();
        Nodes nodes = Nodes.start(adapters, cluster::redis, SIZE, config -> {})) {
      nodes.publish(SIZE.perSecond());
      List<String> channels = channels(cluster);
      RedisProcess from = cluster.owner(SlotHash.getSlot("socket.io"));
      int next = (cluster.masters().indexOf(from) + 1) % cluster.masters().size();
      RedisProcess to = cluster.masters().get(next);
      long start = System.nanoTime();
      // the stream's slot is one of all, and the first of them are moved
      reshard(from, to, lossless ? 5462 : 4096);
      long lasted = millisSince(start);
      long moved = System.nanoTime();
      nodes.awaitDelivery();
      long back = millisSince(moved);
      await("each channel on one server")
          .atMost(Figures.PATIENCE)
          .untilAsserted(() -> assertThat(channels(cluster)).isEqualTo(channels));
      long agreed = millisSince(moved);
      Traffic.Report report = nodes.finish();
      long window = longestLoss(report);
      tell(
          row,
          "moved in %d ms, all delivered %d ms later, subscriptions right %d ms later, lost %d of %d,"
              + " at most %d ms a room",
          lasted,
          back,
          agreed,
          report.lost().size(),
          report.delivered(),
          window);
      assertThat(report.disorder()).isEqualTo("doubled 0, reordered 0, leaked 0");
      assertThat(window).isLessThan(10_000);
      if (lossless) {
        assertThat(report.lost()).isEmpty();
      }
    }
  }

  /** The shard channels with subscribers on all masters; one on two of them is there twice. */
  private static List<String> channels(RedisCluster cluster) throws Exception {
    List<String> names = new ArrayList<>();
    for (RedisProcess master : cluster.masters()) {
      names.addAll(master.cli("PUBSUB", "SHARDCHANNELS", "socket.io#*"));
    }
    names.removeIf(String::isEmpty);
    names.sort(null);
    return names;
  }

  private static void reshard(RedisProcess from, RedisProcess to, int slots) throws Exception {
    from.cli(
        "--cluster",
        "reshard",
        "127.0.0.1:" + from.port(),
        "--cluster-from",
        RedisCluster.id(from),
        "--cluster-to",
        RedisCluster.id(to),
        "--cluster-slots",
        "" + slots,
        "--cluster-yes");
  }

  /** The time between the first and the last message that was lost in one room. */
  private static long longestLoss(Traffic.Report report) {
    Map<String, Long> first = new HashMap<>();
    long longest = 0;
    for (Traffic.Loss loss : report.lost()) {
      first.merge(loss.room(), loss.sentAt(), Math::min);
    }
    for (Traffic.Loss loss : report.lost()) {
      longest = Math.max(longest, millis(loss.sentAt() - first.get(loss.room())));
    }
    return longest;
  }
}
