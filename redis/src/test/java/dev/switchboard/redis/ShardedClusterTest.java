package dev.switchboard.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.protocol.cluster.Adapter;
import dev.switchboard.protocol.cluster.BroadcastOptions;
import dev.switchboard.protocol.cluster.ClusterMessage;
import dev.switchboard.protocol.socket.Args;
import io.lettuce.core.KillArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.SlotHash;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Nodes over shard channels of a Redis Cluster of their own, with three masters. */
class ShardedClusterTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int ROOMS = 100;

  private static RedisCluster cluster;
  private static final List<RedisClient> clients = new ArrayList<>();
  private static final List<RedisCommands<String, String>> servers = new ArrayList<>();

  @BeforeAll
  static void startRedis() {
    cluster = RedisCluster.start();
    for (RedisProcess node : cluster.nodes()) {
      RedisClient client = RedisClient.create(node.uri());
      clients.add(client);
      servers.add(client.connect().sync());
    }
  }

  @AfterAll
  static void stopRedis() throws Exception {
    clients.forEach(client -> client.shutdownAsync(0, 0, SECONDS));
    cluster.close();
  }

  @Test
  void roomsOnAllServersAreReachedAndNodesAreCountedOnce() throws Exception {
    try (var pair = new Pair("/all")) {
      pair.receiveInEveryRoom();
      for (int i = 0; i < 20; i++) {
        assertThat(done(pair.sender.serverCount())).isEqualTo(2);
      }
    }
    awaitChannels("/all", Set.of());
  }

  @Test
  void subscriptionsAreThereAgainAfterTheConnectionsWereLost() throws Exception {
    try (var pair = new Pair("/lost")) {
      for (int round = 0; round < 3; round++) {
        servers.forEach(server -> server.clientKill(KillArgs.Builder.typePubsub()));
        awaitChannels("/lost", pair.channels());
        pair.receiveInEveryRoom();
      }
    }
  }

  @Test
  void subscriptionsFollowSlotsThatMove() throws Exception {
    try (var pair = new Pair("/moving")) {
      List<String> moved = new ArrayList<>(List.of("socket.io#/moving#"));
      for (int i = 0; i < 20; i++) {
        moved.add("socket.io#/moving#r" + i + "#");
      }
      for (String channel : moved) {
        int slot = SlotHash.getSlot(channel);
        RedisProcess from = cluster.owner(slot);
        int next = (cluster.nodes().indexOf(from) + 1) % cluster.nodes().size();
        cluster.move(slot, from, cluster.nodes().get(next));
      }
      awaitChannels("/moving", pair.channels());
      pair.receiveInEveryRoom();
      await().atMost(PATIENCE).until(() -> done(pair.sender.serverCount()) == 2);
      for (int i = 0; i < ROOMS; i++) {
        pair.receiver.roomClosed("r" + i);
      }
      await()
          .atMost(PATIENCE)
          .until(() -> channels("/moving").stream().noneMatch(name -> name.contains("#r")));
    }
    awaitChannels("/moving", Set.of());
  }

  /** Two nodes, one of which is in many rooms. */
  private static final class Pair implements AutoCloseable {
    final String namespace;
    final RecordingContext there;
    final RedisAdapters one = RedisAdapters.sharded(cluster.redis());
    final RedisAdapters two = RedisAdapters.sharded(cluster.redis());
    final Adapter sender;
    final Adapter receiver;

    Pair(String namespace) throws Exception {
      this.namespace = namespace;
      this.there = new RecordingContext(namespace);
      this.sender = one.create(new RecordingContext(namespace));
      this.receiver = two.create(there);
      for (int i = 0; i < ROOMS; i++) {
        done(receiver.roomOpened("r" + i));
      }
      await().atMost(PATIENCE).until(() -> done(sender.serverCount()) == 2);
    }

    /** What Redis is to have subscriptions to. */
    Set<String> channels() {
      Set<String> names = new TreeSet<>(two.shardChannels());
      names.addAll(one.shardChannels());
      assertThat(names).hasSize(ROOMS + 3); // the main one, and one for each node's answers
      return names;
    }

    void receiveInEveryRoom() throws Exception {
      for (int i = 0; i < ROOMS; i++) {
        sender.publish(broadcast(i, BroadcastOptions.room("r" + i)));
      }
      sender.publish(broadcast(ROOMS, BroadcastOptions.ALL));
      Set<Object> got = new TreeSet<>();
      for (int i = 0; i <= ROOMS; i++) {
        var message = (ClusterMessage.Broadcast) there.messages.poll(20, SECONDS);
        assertThat(message).as("one more than %s", got).isNotNull();
        got.add(message.args().get(0));
      }
      assertThat(got).as("each once").hasSize(ROOMS + 1);
    }

    private static ClusterMessage.Broadcast broadcast(int number, BroadcastOptions options) {
      return new ClusterMessage.Broadcast("e", Args.of(number), options, null);
    }

    @Override
    public void close() {
      sender.close();
      receiver.close();
      awaitChannels(namespace, Set.of());
      one.close();
      two.close();
    }
  }

  private static void awaitChannels(String namespace, Set<String> expected) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat(channels(namespace)).containsExactlyInAnyOrderElementsOf(expected));
  }

  /** Of all servers; a channel that two of them have is there twice. */
  private static List<String> channels(String namespace) {
    List<String> names = new ArrayList<>();
    for (RedisCommands<String, String> server : servers) {
      for (String name : server.pubsubShardChannels()) {
        if (name.startsWith("socket.io#" + namespace + "#")) {
          names.add(new String(name.getBytes(UTF_8), UTF_8));
        }
      }
    }
    return names;
  }

  private static <T> T done(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(20, SECONDS);
  }
}
