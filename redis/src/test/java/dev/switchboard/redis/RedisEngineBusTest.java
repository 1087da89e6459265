package dev.switchboard.redis;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.protocol.engine.EngineBus;
import dev.switchboard.protocol.engine.EngineMessage;
import dev.switchboard.protocol.engine.EngineMessage.AcquireLock;
import dev.switchboard.protocol.engine.EngineMessage.Incoming;
import dev.switchboard.protocol.engine.EngineMessage.LockAnswer;
import dev.switchboard.protocol.engine.EnginePacket;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two engines' ends on a Redis server of their own. */
class RedisEngineBusTest {
  private static final String SID = "0123456789abcdefghij";
  private static RedisProcess redis;

  private final BlockingQueue<EngineMessage> atOne = new LinkedBlockingQueue<>();
  private final BlockingQueue<EngineMessage> atTwo = new LinkedBlockingQueue<>();

  @BeforeAll
  static void startRedis() {
    redis = RedisProcess.start();
  }

  @AfterAll
  static void stopRedis() throws Exception {
    redis.close();
  }

  @Test
  void messagesReachAllOrTheOneTheyAreFor() throws Exception {
    try (var buses = RedisEngineBus.create(Redis.at(redis.uri()));
        var others = RedisEngineBus.create(Redis.at(redis.uri()));
        EngineBus one = buses.open("aaaaa1", atOne::add);
        EngineBus two = others.open("bbbbb2", atTwo::add)) {
      awaitSubscribed("engine.io#", 2);
      awaitSubscribed("engine.io#aaaaa1#", 1);
      awaitSubscribed("engine.io#bbbbb2#", 1);

      var question = new AcquireLock(1, "bbbbb2", null, SID, "polling", false);
      two.publish(question).toCompletableFuture().get(10, SECONDS);
      assertThat(atOne.poll(10, SECONDS)).isEqualTo(question);
      assertThat(atTwo.poll(10, SECONDS)).isEqualTo(question);

      var answer = new LockAnswer(1, "aaaaa1", "bbbbb2", true);
      one.publish(answer).toCompletableFuture().get(10, SECONDS);
      assertThat(atTwo.poll(10, SECONDS)).isEqualTo(answer);
      assertThat(atOne).isEmpty();
    }
  }

  @Test
  void messagesKeepTheirOrderAndOneThatBreaksDoesNotStopTheNext() throws Exception {
    try (var buses = RedisEngineBus.create(Redis.at(redis.uri()), "other");
        EngineBus one = buses.open("aaaaa1", atOne::add)) {
      awaitSubscribed("other#aaaaa1#", 1);
      redis.ask("PUBLISH other#aaaaa1# broken");
      for (int i = 0; i < 100; i++) {
        one.publish(new Incoming("bbbbb2", "aaaaa1", SID, EnginePacket.message("" + i)));
      }
      for (int i = 0; i < 100; i++) {
        assertThat(atOne.poll(10, SECONDS))
            .isEqualTo(new Incoming("bbbbb2", "aaaaa1", SID, EnginePacket.message("" + i)));
      }
    }
  }

  @Test
  void nothingComesAfterTheClose() {
    try (var buses = RedisEngineBus.create(Redis.at(redis.uri()))) {
      EngineBus one = buses.open("ccccc3", atOne::add);
      awaitSubscribed("engine.io#ccccc3#", 1);
      one.close();
      awaitSubscribed("engine.io#ccccc3#", 0);
    }
  }

  private static void awaitSubscribed(String channel, int count) {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> redis.ask("PUBSUB NUMSUB " + channel).trim().endsWith(":" + count));
  }
}
