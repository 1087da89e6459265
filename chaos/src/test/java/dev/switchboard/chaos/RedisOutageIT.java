package dev.switchboard.chaos;

import static dev.switchboard.chaos.Figures.choose;
import static dev.switchboard.chaos.Figures.millis;
import static dev.switchboard.chaos.Figures.millisSince;
import static dev.switchboard.chaos.Figures.seconds;
import static dev.switchboard.chaos.Figures.tell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.switchboard.redis.Redis;
import dev.switchboard.redis.RedisProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Redis goes away, hangs, and cuts connections: C06 to C09. */
@Timeout(300)
class RedisOutageIT {
  /** How long before a fault a message may have been sent that the fault takes. */
  private static final long UNDER_WAY = TimeUnit.SECONDS.toNanos(1);

  @ParameterizedTest
  @MethodSource("dev.switchboard.chaos.AdapterKind#streamsForAll")
  void c06RedisDiesAndIsBack(AdapterKind kind) throws Exception {
    var faults = new Faults();
    try (RedisProcess redis = RedisProcess.start(kind.durable());
        Nodes nodes =
            Nodes.start(
                kind,
                () -> Redis.at(redis.uri()).with(settings -> settings.listener(faults)),
                Nodes.Size.STANDARD)) {
      nodes.publish(Nodes.Size.STANDARD.perSecond());
      long start = System.nanoTime();
      pass(seconds(5, 1));
      long down = System.nanoTime();
      redis.kill();
      pass(seconds(10, 2));
      redis.restart();
      long up = System.nanoTime();
      nodes.awaitDelivery();
      pass(seconds(3, 0.5));
      Traffic.Report report = nodes.finish();

      long back = report.lostUntil(up, Long.MAX_VALUE);
      long p99Before = report.localP99(start, down);
      long p99Down = report.localP99(down, up);
      tell(
          "C06 " + kind.word(),
          "back %d ms after Redis, lost %d of %d, local p99 %d ms before and %d ms while it was down",
          back,
          report.lost().size(),
          report.lost().size() + report.delivered(),
          p99Before,
          p99Down);
      assertThat(report.disorder()).isEqualTo("doubled 0, reordered 0, leaked 0");
      assertThat(report.lost()).allMatch(Traffic.Loss::isRemote);
      assertThat(report.lost()).allMatch(loss -> loss.sentAt() > down - UNDER_WAY);
      assertThat(back).isLessThan(kind.isLossless() ? 1 : 10_000);
      assertThat(report.lost().isEmpty()).isEqualTo(kind.isLossless());
      assertThat(faults.losses()).isBetween(6, 30);
      assertThat(faults.failures().size()).as("told a change, not a command").isLessThan(30);
      assertThat(p99Down).isLessThan(10 * p99Before + 500);
    }
  }

  @Tag("chaos")
  @ParameterizedTest
  @EnumSource
  void c07RedisHangsAndGoesOn(AdapterKind kind) throws Exception {
    try (RedisProcess redis = RedisProcess.start(kind.durable());
        Nodes nodes = Nodes.start(kind, () -> Redis.at(redis.uri()), Nodes.Size.STANDARD)) {
      nodes.publish(Nodes.Size.STANDARD.perSecond());
      long start = System.nanoTime();
      pass(seconds(2, 1));
      int threads = Thread.activeCount();
      for (Duration pause : pauses(kind)) {
        long paused = System.nanoTime();
        redis.pause();
        long asked = System.nanoTime();
        assertThatCode(
                () ->
                    nodes
                        .nodes
                        .get(0)
                        .io
                        .serverCount()
                        .toCompletableFuture()
                        .get(20, TimeUnit.SECONDS))
            .as("a command that is not answered")
            .hasMessageContaining("did not answer within 2000 ms");
        long gaveUp = millisSince(asked);
        pass(pause.minusMillis(millisSince(paused)));
        long resumed = System.nanoTime();
        redis.resume();
        nodes.awaitDelivery();
        tell(
            "C07 " + kind.word(),
            "hung %d ms: a command was given up after %d ms, delivered again %d ms after",
            millis(resumed - paused),
            gaveUp,
            millisSince(resumed));
        assertThat(gaveUp).isBetween(1900L, 10_000L);
      }
      int grown = Thread.activeCount() - threads;
      Traffic.Report report = nodes.finish();
      tell(
          "C07 " + kind.word(),
          "lost %d of %d, threads grew by %d, local p99 %d ms",
          report.lost().size(),
          report.lost().size() + report.delivered(),
          grown,
          report.localP99(start, Long.MAX_VALUE));
      assertThat(report.disorder()).isEqualTo("doubled 0, reordered 0, leaked 0");
      assertThat(report.lost()).allMatch(Traffic.Loss::isRemote);
      if (kind.isLossless()) {
        assertThat(report.lost()).isEmpty();
      }
      assertThat(grown).as("more threads").isLessThan(10);
    }
  }

  /** Beyond TCP_USER_TIMEOUT and the time-out of commands, and within the former. */
  private static List<Duration> pauses(AdapterKind kind) {
    if (!Figures.FULL) {
      return List.of(Duration.ofMillis(2500));
    }
    return kind.isLossless()
        ? List.of(Duration.ofSeconds(5))
        : List.of(Duration.ofSeconds(5), Duration.ofSeconds(30));
  }

  @Tag("chaos")
  @ParameterizedTest
  @MethodSource
  void c08NothingIsLostWhileClientsArePaused(AdapterKind kind, String what) throws Exception {
    try (RedisProcess redis = RedisProcess.start(kind.durable());
        Nodes nodes = Nodes.start(kind, () -> Redis.at(redis.uri()), Nodes.Size.STANDARD)) {
      nodes.publish(Nodes.Size.STANDARD.perSecond());
      pass(seconds(2, 0.2));
      long millis = choose(5000, 2500); // more than the time-out of commands
      long paused = System.nanoTime();
      assertThat(redis.ask("CLIENT PAUSE " + millis + " " + what)).startsWith("+OK");
      pass(Duration.ofMillis(millis).minusMillis(millisSince(paused)));
      long resumed = System.nanoTime();
      nodes.awaitDelivery();
      long back = millisSince(resumed);
      pass(seconds(2, 0));
      Traffic.Report report = nodes.finish();
      tell(
          "C08 " + kind.word() + " " + what,
          "paused %d ms, delivered again after %d ms more, lost %d of %d",
          millis,
          back,
          report.lost().size(),
          report.lost().size() + report.delivered());
      assertThat(report.disorder()).isEqualTo("doubled 0, reordered 0, leaked 0");
      assertThat(report.lost()).isEmpty();
    }
  }

  static Stream<Arguments> c08NothingIsLostWhileClientsArePaused() {
    return Stream.of("ALL", "WRITE")
        .flatMap(what -> Stream.of(AdapterKind.values()).map(kind -> Arguments.of(kind, what)))
        .filter(one -> !List.of(AdapterKind.STREAMS, "ALL").equals(List.of(one.get())));
  }

  @ParameterizedTest
  @MethodSource("dev.switchboard.chaos.AdapterKind#shardedForAll")
  void c09SubscribersAreCutOffAgainAndAgain(AdapterKind kind) throws Exception {
    try (RedisProcess redis = RedisProcess.start(kind.durable());
        Nodes nodes = Nodes.start(kind, () -> Redis.at(redis.uri()), Nodes.Size.STANDARD)) {
      nodes.publish(Nodes.Size.STANDARD.perSecond());
      List<Long> cuts = new ArrayList<>();
      for (int i = 0; i < choose(30, 3); i++) {
        pass(seconds(2, 1));
        cuts.add(System.nanoTime());
        assertThat(redis.ask("CLIENT KILL TYPE pubsub"))
            .isEqualTo(":" + nodes.nodes.size() + "\r\n");
      }
      Traffic.Report report = nodes.finish();
      long[] gaps = new long[cuts.size()];
      for (int i = 0; i < gaps.length; i++) {
        long next = i + 1 < gaps.length ? cuts.get(i + 1) - UNDER_WAY / 5 : Long.MAX_VALUE;
        gaps[i] = report.lostUntil(cuts.get(i), next);
      }
      tell(
          "C09 " + kind.word(),
          "%d cuts: back after %d ms (median), %d ms (worst), lost %d of %d",
          gaps.length,
          Figures.percentile(0.5, gaps),
          Figures.percentile(1, gaps),
          report.lost().size(),
          report.lost().size() + report.delivered());
      assertThat(report.disorder()).isEqualTo("doubled 0, reordered 0, leaked 0");
      assertThat(report.lost()).allMatch(Traffic.Loss::isRemote);
      assertThat(Figures.percentile(0.5, gaps)).isLessThan(kind.isLossless() ? 1 : 900);
      if (kind.isLossless()) {
        assertThat(report.lost()).isEmpty();
      }
    }
  }

  /** The time that a fault lasts, or traffic goes on without one. */
  private static void pass(Duration time) throws InterruptedException {
    if (!time.isNegative()) {
      Thread.sleep(time.toMillis());
    }
  }
}
