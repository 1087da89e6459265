package dev.switchboard.chaos;

import static dev.switchboard.chaos.Figures.choose;
import static dev.switchboard.chaos.Figures.millisSince;
import static dev.switchboard.chaos.Figures.percentile;
import static dev.switchboard.chaos.Figures.tell;
import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.redis.Redis;
import dev.switchboard.redis.RedisEmitter;
import dev.switchboard.redis.RedisProcess;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Emitters come and go: C04. */
@Timeout(300)
class EmitterChurnIT {
  @ParameterizedTest
  @MethodSource("dev.switchboard.chaos.AdapterKind#classicForAll")
  void c04NobodyWaitsForEmittersToAnswer(AdapterKind kind) throws Exception {
    int emitters = choose(1000, 30);
    try (RedisProcess redis = RedisProcess.start();
        Nodes nodes = Nodes.start(kind, () -> Redis.at(redis.uri()), new Nodes.Size(2, 5, 5, 0))) {
      CompletableFuture<Void> churn =
          CompletableFuture.runAsync(
              () -> {
                for (int i = 0; i < emitters; i++) {
                  try (RedisEmitter emitter = kind.emitter(Redis.at(redis.uri()))) {
                    emitter.to("room0").emit("hello", i).toCompletableFuture().join();
                  }
                }
              });
      long[] times = new long[emitters];
      int requests = 0;
      while (!churn.isDone()) {
        long asked = System.nanoTime();
        assertThat(nodes.nodes.get(1).io.fetchSockets().get(30, TimeUnit.SECONDS)).hasSize(10);
        times[requests++ % emitters] = millisSince(asked);
      }
      churn.join();
      tell(
          "C04 " + kind.word(),
          "%d emitters, %d requests, all complete, p99 %d ms",
          emitters,
          requests,
          percentile(0.99, times));
      assertThat(requests).isPositive();
    }
  }
}
