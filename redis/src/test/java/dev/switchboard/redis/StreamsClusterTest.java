package dev.switchboard.redis;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.protocol.cluster.Adapter;
import dev.switchboard.protocol.cluster.BroadcastOptions;
import dev.switchboard.protocol.cluster.ClusterMessage;
import dev.switchboard.protocol.cluster.RecoveryStore;
import dev.switchboard.protocol.cluster.RecoveryStore.Session;
import dev.switchboard.protocol.socket.Args;
import io.lettuce.core.cluster.SlotHash;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Nodes over streams of a Redis Cluster of their own, with three masters. */
class StreamsClusterTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static RedisCluster cluster;

  @BeforeAll
  static void startRedis() {
    cluster = RedisCluster.start();
  }

  @AfterAll
  static void stopRedis() throws Exception {
    cluster.close();
  }

  @Test
  void namespacesOnSeveralStreamsAreReachedAndRecovered() throws Exception {
    var settings = StreamsSettings.DEFAULT.streamName("several").streamCount(3);
    for (boolean sharded : new boolean[] {false, true}) {
      try (var one = RedisAdapters.streams(cluster.redis(), settings.useShardedPubSub(sharded));
          var two = RedisAdapters.streams(cluster.redis(), settings.useShardedPubSub(sharded))) {
        for (String namespace : new String[] {"/", "/notifications", "/chat", "/admin"}) {
          var there = new RecordingContext(namespace, Duration.ofMinutes(1));
          try (var sender = one.create(new RecordingContext(namespace, Duration.ofMinutes(1)));
              var receiver = two.create(there)) {
            awaitReading(sender, there);
            await().atMost(PATIENCE).until(() -> done(sender.serverCount()) == 2);
            String first = done(sender.publish(broadcast(1)));
            done(receiver.publish(broadcast(2)));
            RecoveryStore store = receiver.recovery().orElseThrow();
            var session = new Session("sid", "pid" + namespace, Set.of("r"), Map.of(), first);
            store.persist(session);
            assertThat(done(store.claim("pid" + namespace))).contains(session);
            assertThat(done(store.missed(first, Set.of("r"))).orElseThrow())
                .extracting(missed -> missed.broadcast().args().get(0))
                .containsExactly(2);
          }
        }
      }
    }
  }

  @Test
  void nothingIsLostOrDoubledWhileConnectionsAreCutAndTheStreamMoves() throws Exception {
    String stream = "moving";
    var settings = StreamsSettings.DEFAULT.streamName(stream);
    var there = new RecordingContext("/a");
    try (var one = RedisAdapters.streams(cluster.redis(), settings);
        var two = RedisAdapters.streams(cluster.redis(), settings);
        var sender = one.create(new RecordingContext("/a"));
        var receiver = two.create(there)) {
      awaitReading(sender, there);
      int slot = SlotHash.getSlot(stream);
      RedisProcess from = cluster.owner(slot);
      RedisProcess to = cluster.nodes().get((cluster.nodes().indexOf(from) + 1) % 3);
      int next = publish(sender, 0);
      for (RedisProcess node : cluster.nodes()) {
        node.ask("CLIENT KILL TYPE normal");
      }
      next = publish(sender, next);
      cluster.moveWithKeys(slot, from, to);
      next = publish(sender, next);
      for (int i = 0; i < next; i++) {
        var event = (ClusterMessage.Broadcast) there.messages.poll(30, SECONDS);
        assertThat(event).as("after %d of %d", i, next).isNotNull();
        assertThat(event.args().get(0)).isEqualTo(i);
      }
      assertThat(done(receiver.serverCount())).isEqualTo(2);
      assertThat(there.messages).isEmpty();
    }
  }

  private static int publish(Adapter sender, int from) {
    for (int i = 0; i < 500; i++) {
      sender.publish(broadcast(from + i));
    }
    return from + 500;
  }

  private static ClusterMessage.Broadcast broadcast(Object arg) {
    return new ClusterMessage.Broadcast("e", Args.of(arg), BroadcastOptions.ALL, null);
  }

  /** Until the other node has found the stream's end, and what was sent until then has come. */
  private static void awaitReading(Adapter sender, RecordingContext there) {
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              sender.publish(broadcast("first"));
              return there.messages.poll(200, MILLISECONDS) != null;
            });
    sender.publish(broadcast("last of the first"));
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              var event = (ClusterMessage.Broadcast) there.messages.poll(30, SECONDS);
              return event != null && "last of the first".equals(event.args().get(0));
            });
  }

  private static <T> T done(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(20, SECONDS);
  }
}
