package dev.switchboard.chaos;

import static dev.switchboard.chaos.Figures.choose;
import static dev.switchboard.chaos.Figures.millisSince;
import static dev.switchboard.chaos.Figures.percentile;
import static dev.switchboard.chaos.Figures.seconds;
import static dev.switchboard.chaos.Figures.tell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import dev.switchboard.redis.Redis;
import dev.switchboard.redis.RedisProcess;
import dev.switchboard.server.RemoteSocket;
import dev.switchboard.server.RequestTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A node is killed: C01, C02. It is a process; the two others live in this JVM. */
@Timeout(300)
class NodeDeathIT {
  private static final String VICTIM = "victim";

  @ParameterizedTest
  @MethodSource("dev.switchboard.chaos.AdapterKind#streamsForAll")
  void c01TheOthersMissNothingAndItsClientsComeToThem(AdapterKind kind) throws Exception {
    int perNode = choose(500, 20);
    int perSecond = choose(2000, 200);
    var size = new Nodes.Size(2, perNode, choose(250, 10), perSecond);
    try (RedisProcess redis = RedisProcess.start();
        NodeProcess victim = NodeProcess.start(kind, redis.uri(), false);
        Nodes survivors = Nodes.start(kind, () -> Redis.at(redis.uri()), size);
        Gate gate = Gate.to(victim.port());
        Visitors visitors =
            Visitors.connect(gate.url(), VICTIM, new Traffic(), survivors.rooms, perNode)) {
      survivors.awaitServers(3);
      Integer[] others = survivors.nodes.stream().map(Node::listen).toArray(Integer[]::new);
      survivors.publish(perSecond);
      Publisher ofVictim = publisherOn(visitors, survivors, perSecond / 2);
      Thread.sleep(seconds(3, 1).toMillis());
      gate.lead(others);
      long killed = System.nanoTime();
      victim.kill();
      visitors.awaitConnections(2);
      ofVictim.close();
      Traffic.Report report = survivors.finish();

      long[] back = visitors.backAfter(killed);
      List<Traffic.Loss> lost =
          report.lost().stream().filter(loss -> !loss.publisher().equals(VICTIM)).toList();
      tell(
          "C01 " + kind.word(),
          "lost %d of %d at the others, clients back after %d ms (p50), %d ms (p99)",
          lost.size(),
          report.delivered(),
          percentile(0.5, back),
          percentile(0.99, back));
      assertThat(report.disorder()).isEqualTo("doubled 0, reordered 0, leaked 0");
      assertThat(lost).isEmpty();
      assertThat(percentile(0.99, back)).isLessThan(20_000);
    }
  }

  /** What the victim itself publishes arrives in order, until it is killed. */
  private static Publisher publisherOn(Visitors visitors, Nodes survivors, int perSecond) {
    return Publisher.start(
        VICTIM,
        survivors.rooms,
        survivors.traffic,
        perSecond,
        (room, publisher, number) ->
            visitors.all.get(0).socket.asVolatile().emit("publish", room, publisher, number));
  }

  @ParameterizedTest
  @MethodSource("dev.switchboard.chaos.AdapterKind#classicForAll")
  void c02RequestsTellWhatIsMissingAndAreCompleteSoonAfter(AdapterKind kind) throws Exception {
    Duration timeout = seconds(5, 1);
    try (RedisProcess redis = RedisProcess.start();
        NodeProcess victim = NodeProcess.start(kind, redis.uri(), false);
        Nodes survivors =
            Nodes.start(
                kind,
                () -> Redis.at(redis.uri()),
                new Nodes.Size(2, 2, 2, 0),
                config -> config.requestsTimeout(timeout))) {
      survivors.awaitServers(3);
      Node b = survivors.nodes.get(0);
      victim.pause(); // its subscription is counted, and it does not answer
      long asked = System.nanoTime();
      CompletableFuture<List<RemoteSocket>> request = b.io.fetchSockets().toCompletableFuture();
      assertThat(b.io.serverCount().toCompletableFuture().get(20, TimeUnit.SECONDS)).isEqualTo(3);
      victim.kill();
      long killed = System.nanoTime();
      assertThatCode(() -> request.get(30, TimeUnit.SECONDS))
          .cause()
          .isInstanceOfSatisfying(
              RequestTimeoutException.class,
              partial -> {
                assertThat(partial.missing()).isEqualTo(1);
                assertThat(partial.partial()).hasSize(4);
              });
      long partialAfter = millisSince(asked);
      await("complete answers")
          .atMost(Figures.PATIENCE)
          .until(() -> b.io.serverCount().toCompletableFuture().get(20, TimeUnit.SECONDS) == 2);
      long noticed = millisSince(killed);
      long again = System.nanoTime();
      assertThat(b.io.fetchSockets().toCompletableFuture().get(20, TimeUnit.SECONDS)).hasSize(4);
      long complete = millisSince(again);
      tell(
          "C02 " + kind.word(),
          "partial after %d ms of %d, noticed within %d ms, complete in %d ms",
          partialAfter,
          timeout.toMillis(),
          noticed,
          complete);
      assertThat(partialAfter).isBetween(timeout.toMillis() - 50, timeout.toMillis() + 5000);
      assertThat(complete).isLessThan(timeout.toMillis());
    }
  }
}
