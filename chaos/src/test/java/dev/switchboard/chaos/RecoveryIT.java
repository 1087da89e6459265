package dev.switchboard.chaos;

import static dev.switchboard.chaos.Figures.choose;
import static dev.switchboard.chaos.Figures.millisSince;
import static dev.switchboard.chaos.Figures.percentile;
import static dev.switchboard.chaos.Figures.seconds;
import static dev.switchboard.chaos.Figures.tell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.client.ClientSocket;
import dev.switchboard.client.SocketIoClient;
import dev.switchboard.redis.Redis;
import dev.switchboard.redis.RedisProcess;
import dev.switchboard.server.ServerConfig;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Clients that were cut off come back: C22 to C26. */
@Timeout(300)
class RecoveryIT {
  private static final AdapterKind STREAMS = AdapterKind.STREAMS;

  private static void recovery(ServerConfig config) {
    config.recovery(settings -> settings.maxDisconnectionDuration(Duration.ofMinutes(2)));
  }

  @Test
  void c22ASocketWhoseClientWentWithoutAWordIsGone() throws Exception {
    Duration interval = seconds(25, 1);
    Duration timeout = seconds(20, 1);
    try (RedisProcess redis = RedisProcess.start();
        Nodes nodes =
            Nodes.start(
                AdapterKind.CLASSIC,
                () -> Redis.at(redis.uri()),
                new Nodes.Size(2, 0, 1, 0),
                config ->
                    config.engine(engine -> engine.pingInterval(interval).pingTimeout(timeout)));
        Gate gate = Gate.to(nodes.nodes.get(0).listen());
        ClientSocket ghost = member(gate.url())) {
      Node b = nodes.nodes.get(1);
      assertThat(ghost.connected()).isTrue();
      gate.hang();
      long hung = System.nanoTime();
      try (ClientSocket again = member("http://127.0.0.1:" + b.listen())) {
        assertThat(sizeOfRoom(b)).isEqualTo(2);
        await("the ghost to go")
            .atMost(interval.plus(timeout).plus(Figures.PATIENCE))
            .until(() -> sizeOfRoom(b) == 1);
        long gone = millisSince(hung);
        tell("C22", "gone after %d ms of %d", gone, interval.plus(timeout).toMillis());
        assertThat(gone).isLessThan(interval.plus(timeout).toMillis() + 5000);
        assertThat(again.connected()).isTrue();
        assertThat(nodes.nodes.get(0).io.clientsCount()).isZero();
      }
    }
  }

  private static ClientSocket member(String url) {
    ClientSocket socket =
        SocketIoClient.connect(url, config -> config.forceNew(true).transports("websocket"));
    socket.call("join", "room").orTimeout(60, TimeUnit.SECONDS).join();
    return socket;
  }

  private static int sizeOfRoom(Node node) throws Exception {
    return node.io.in("room").fetchSockets().toCompletableFuture().get(30, TimeUnit.SECONDS).size();
  }

  /** C25 is C23 with a middleware that takes its time. */
  static IntStream c23AndC25ClientsThatAreCutOffGetAllThatTheyMissed() {
    return Figures.FULL ? IntStream.of(0, 300) : IntStream.of(300);
  }

  @ParameterizedTest
  @MethodSource
  void c23AndC25ClientsThatAreCutOffGetAllThatTheyMissed(int middlewareMillis) throws Exception {
    int count = choose(1000, 40);
    try (RedisProcess redis = RedisProcess.start();
        Nodes nodes =
            Nodes.start(
                STREAMS,
                () -> Redis.at(redis.uri()),
                new Nodes.Size(2, 2, choose(100, 10), 100),
                RecoveryIT::recovery);
        Gate gate = Gate.to(ports(nodes));
        Visitors visitors =
            Visitors.connect(gate.url(), "visitor", nodes.traffic, nodes.rooms, count)) {
      nodes.nodes.forEach(node -> node.io.use(socket -> Thread.sleep(middlewareMillis)));
      nodes.publish(100);
      Thread.sleep(seconds(2, 0.5).toMillis());
      long cut = System.nanoTime();
      gate.shut();
      Thread.sleep(seconds(5, 1).toMillis());
      gate.open();
      visitors.awaitConnections(2);
      Traffic.Report report = nodes.finish();

      int recovered = visitors.recovered();
      tell(
          middlewareMillis == 0 ? "C23" : "C25",
          "%d of %d recovered, p99 %d ms after the cut, lost %d of %d, %s",
          recovered,
          count,
          percentile(0.99, visitors.backAfter(cut)),
          report.lost().size(),
          report.delivered(),
          report.disorder());
      assertThat(recovered).isEqualTo(count);
      assertThat(report.lost()).isEmpty();
      assertThat(report.disorder()).isEqualTo("doubled 0, reordered 0, leaked 0");
    }
  }

  private static Integer[] ports(Nodes nodes) {
    return nodes.nodes.stream().map(Node::listen).toArray(Integer[]::new);
  }

  static Stream<Boolean> c24ClientsOfANodeThatWasKilledAreRecoveredIfSessionsAreSnapshot() {
    return Figures.FULL ? Stream.of(true, false) : Stream.of(true);
  }

  @ParameterizedTest
  @MethodSource
  void c24ClientsOfANodeThatWasKilledAreRecoveredIfSessionsAreSnapshot(boolean snapshots)
      throws Exception {
    int count = choose(500, 30);
    try (RedisProcess redis = RedisProcess.start();
        NodeProcess victim = NodeProcess.start(STREAMS, redis.uri(), snapshots);
        Nodes survivors =
            Nodes.start(
                STREAMS,
                () -> Redis.at(redis.uri()),
                new Nodes.Size(2, 2, 10, 100),
                RecoveryIT::recovery);
        Gate gate = Gate.to(victim.port());
        Visitors visitors =
            Visitors.connect(gate.url(), "visitor", survivors.traffic, survivors.rooms, count)) {
      survivors.awaitServers(3);
      survivors.publish(100);
      if (snapshots) {
        await("all to be snapshot")
            .atMost(Figures.PATIENCE)
            .until(() -> redis.cli("--scan", "--pattern", "sio:session:*").size() >= count);
      }
      Thread.sleep(seconds(3, 1).toMillis()); // a room that was joined is in the next snapshot
      gate.lead(ports(survivors));
      victim.kill();
      visitors.awaitConnections(2);
      Traffic.Report report = survivors.finish();

      Set<String> notRecovered = visitors.notRecovered();
      Set<String> losers =
          report.lost().stream().map(Traffic.Loss::node).collect(Collectors.toSet());
      tell(
          "C24 " + (snapshots ? "with" : "without") + " snapshots",
          "%d of %d recovered, %d of them missed something, %s",
          visitors.recovered(),
          count,
          losers.stream().filter(name -> !notRecovered.contains(name)).count(),
          report.disorder());
      assertThat(notRecovered).containsAll(losers);
      assertThat(report.disorder()).isEqualTo("doubled 0, reordered 0, leaked 0");
      assertThat(100.0 * visitors.recovered() / count)
          .isBetween(snapshots ? 99.0 : 0.0, snapshots ? 100.0 : 0.0);
    }
  }

  @Tag("chaos")
  @Test
  void c26AHerdComesBackToALongStream() throws Exception {
    int count = choose(2000, 200); // each has four descriptors in this process
    try (RedisProcess redis = RedisProcess.start();
        Nodes nodes =
            Nodes.start(
                STREAMS,
                () -> Redis.at(redis.uri()),
                new Nodes.Size(2, 2, 100, 0),
                RecoveryIT::recovery);
        Gate gate = Gate.to(ports(nodes));
        Visitors visitors =
            Visitors.connect(gate.url(), "visitor", nodes.traffic, nodes.rooms, count)) {
      nodes.publish(choose(1000, 200));
      gate.shut();
      Thread.sleep(seconds(5, 1).toMillis()); // half of what the stream keeps
      nodes.quiet();
      long egressBefore = egress(redis);
      long heapBefore = heap();
      long open = System.nanoTime();
      gate.open();
      visitors.awaitConnections(2);
      long last = percentile(1, visitors.backAfter(open));
      Traffic.Report report = nodes.finish();
      tell(
          "C26",
          "%d of %d recovered %d ms after the way was open, Redis sent %d MB, heap %+d MB, lost %d",
          visitors.recovered(),
          count,
          last,
          (egress(redis) - egressBefore) >> 20,
          (heap() - heapBefore) >> 20,
          report.lost().size());
      assertThat(visitors.recovered()).isEqualTo(count);
      assertThat(report.lost()).isEmpty();
      assertThat(report.disorder()).isEqualTo("doubled 0, reordered 0, leaked 0");
      assertThat(last).isLessThan(60_000);
      assertThat(egress(redis) - egressBefore).isLessThan(200L << 20);
    }
  }

  private static long egress(RedisProcess redis) throws Exception {
    return redis
        .ask("INFO stats")
        .lines()
        .filter(line -> line.startsWith("total_net_output_bytes:"))
        .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1)))
        .findFirst()
        .orElseThrow();
  }

  private static long heap() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
