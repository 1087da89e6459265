package dev.switchboard.redis;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.protocol.cluster.Adapter;
import dev.switchboard.protocol.cluster.BroadcastOptions;
import dev.switchboard.protocol.cluster.ClusterMessage;
import dev.switchboard.protocol.cluster.ClusterReply;
import dev.switchboard.protocol.socket.Args;
import io.lettuce.core.RedisClient;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nodes over a stream of a Redis server of their own, without recovery. */
class StreamsAdapterTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private RedisProcess redis;
  private RedisClient client;
  private RedisCommands<String, String> raw;

  @BeforeEach
  void startRedis() {
    redis = RedisProcess.start("--appendonly", "yes", "--appendfsync", "always");
    client = RedisClient.create(redis.uri());
    raw = client.connect().sync();
  }

  @AfterEach
  void stopRedis() throws Exception {
    client.shutdownAsync(0, 0, SECONDS);
    redis.close();
  }

  @Test
  void nodesReachEachOtherAndEntriesThatBreakDoNotStopTheNext() throws Exception {
    var here = new RecordingContext("/a");
    var there = new RecordingContext("/a");
    try (var one = RedisAdapters.streams(client);
        var two = RedisAdapters.streams(client);
        var sender = one.create(here);
        var receiver = two.create(there)) {
      awaitServers(sender, 2);
      awaitReading(sender, there);
      raw.xadd("socket.io", Map.of("nothing", "of ours"));
      raw.xadd("socket.io", "uid", "x", "nsp", "/a", "type", "3", "data", "?bad base64?");
      raw.xadd("socket.io", "uid", "x", "nsp", "/a", "type", "NaN", "data", "{}");
      raw.xadd("socket.io", "uid", "x", "nsp", "/a", "type", "3");
      for (int i = 0; i < 4; i++) {
        assertThat(there.malformed.poll(10, SECONDS)).isNotNull();
      }
      raw.publish("socket.io#/a#", "\u00c1");
      assertThat(there.malformed.poll(10, SECONDS)).isNotNull();

      sender.publish(broadcast(new byte[] {1, 2}));
      assertThat(nextArg(there)).isEqualTo(new byte[] {1, 2});
      sender.publish(new ClusterMessage.SocketsJoin(BroadcastOptions.ALL, List.of("r")));
      assertThat(there.messages.poll(10, SECONDS))
          .isEqualTo(new ClusterMessage.SocketsJoin(BroadcastOptions.ALL, List.of("r")));
      sender.publish(new ClusterMessage.FetchSockets(BroadcastOptions.ALL, "id1"));
      assertThat(there.messages.poll(10, SECONDS))
          .isEqualTo(new ClusterMessage.FetchSockets(BroadcastOptions.ALL, "id1"));
      there.senders.clear();
      sender.publish(new ClusterMessage.ServerSideEmit("s", Args.of(1), "id2"));
      assertThat(there.messages.poll(10, SECONDS))
          .isInstanceOf(ClusterMessage.ServerSideEmit.class);
      receiver.reply(there.senders.take(), new ClusterReply.Sockets("id1", List.of()));
      assertThat(here.replies.poll(10, SECONDS))
          .isEqualTo(new ClusterReply.Sockets("id1", List.of()));
      assertThat(here.messages).isEmpty();
    }
  }

  @Test
  void anEntryHasTheReferencesFieldsInItsOrder() throws Exception {
    try (var factory = RedisAdapters.streams(client);
        var adapter = factory.create(new RecordingContext("/"))) {
      assertThat(done(adapter.publish(broadcast("world")))).as("no wait, no offset").isEmpty();
      await().atMost(PATIENCE).until(() -> raw.xlen("socket.io") == 1);
      StreamMessage<String, String> entry =
          raw.xrange("socket.io", io.lettuce.core.Range.unbounded()).get(0);
      assertThat(entry.getBody().keySet()).containsExactly("uid", "nsp", "type", "data");
      assertThat(entry.getBody().get("uid")).matches("[0-9a-f]{16}");
      assertThat(entry.getBody())
          .containsEntry("nsp", "/")
          .containsEntry("type", "3")
          .containsEntry(
              "data",
              "{\"packet\":{\"type\":2,\"data\":[\"e\",\"world\"]},"
                  + "\"opts\":{\"rooms\":[],\"except\":[],\"flags\":{}}}");
    }
  }

  @Test
  void namespacesThatHashToNegativeNumbersAreReachedBothWays() throws Exception {
    String negative = "/notifications";
    assertThat(negative.hashCode() % 4).isNegative();
    var settings = StreamsSettings.DEFAULT.streamCount(4);
    var there = new RecordingContext(negative);
    try (var one = RedisAdapters.streams(Redis.of(client), settings);
        var two = RedisAdapters.streams(Redis.of(client), settings);
        var sender = one.create(new RecordingContext(negative));
        var receiver = two.create(there)) {
      awaitReading(sender, there);
      int written = Math.floorMod(negative.hashCode(), 4);
      assertThat(raw.xlen("socket.io-" + written)).isPositive();
      // where nodes of the reference write
      raw.xadd(
          "socket.io-" + negative.hashCode() % 4,
          "uid",
          "node",
          "nsp",
          negative,
          "type",
          "3",
          "data",
          "{\"packet\":{\"type\":2,\"data\":[\"e\",\"from node\"]},"
              + "\"opts\":{\"rooms\":[],\"except\":[],\"flags\":{}}}");
      assertThat(nextArg(there)).isEqualTo("from node");
      assertThat(done(receiver.serverCount())).isEqualTo(2);
    }
  }

  @Test
  void nothingIsLostOrDoubledOrReorderedWhileRedisIsAway() throws Exception {
    var there = new RecordingContext("/a");
    try (var one = RedisAdapters.streams(Redis.at(redis.uri()));
        var two = RedisAdapters.streams(Redis.at(redis.uri()));
        var sender = one.create(new RecordingContext("/a"));
        var receiver = two.create(there)) {
      awaitReading(sender, there);
      int next = 0;
      for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 2000; i++) {
          sender.publish(broadcast(next++));
          if (i == 1000) {
            redis.kill();
          }
        }
        redis.restart();
        for (int i = 0; i < 100; i++) {
          sender.publish(broadcast(next++));
        }
      }
      for (int i = 0; i < next; i++) {
        assertThat(nextArg(there)).isEqualTo(i);
      }
      assertThat(done(receiver.serverCount())).isEqualTo(2);
      assertThat(there.messages).isEmpty();
    }
  }

  @Test
  void nothingIsLostOrDoubledWhileConnectionsAreKilledAndRedisIsPaused() throws Exception {
    var there = new RecordingContext("/a");
    var failures = new Failures();
    Redis impatient =
        Redis.of(client).with(s -> s.listener(failures).commandTimeout(Duration.ofMillis(500)));
    try (var one = RedisAdapters.streams(impatient);
        var two = RedisAdapters.streams(client);
        var sender = one.create(new RecordingContext("/a"));
        var receiver = two.create(there)) {
      awaitReading(sender, there);
      int next = 0;
      for (int round = 0; round < 3; round++) {
        next = publish(sender, next);
        redis.ask("CLIENT KILL TYPE normal"); // in the midst of it
        next = publish(sender, next);
      }
      receive(there, 0, next);
      failures.told.drainPermits();
      redis.pause();
      int paused = next;
      next = publish(sender, next);
      assertThat(failures.told.tryAcquire(30, SECONDS)).as("given up").isTrue();
      redis.resume();
      receive(there, paused, next);
      assertThat(done(receiver.serverCount())).isEqualTo(2);
      assertThat(there.messages).isEmpty();
    }
  }

  private static int publish(Adapter sender, int from) {
    for (int i = 0; i < 400; i++) {
      sender.publish(broadcast(from + i));
    }
    return from + 400;
  }

  private static void receive(RecordingContext there, int from, int to)
      throws InterruptedException {
    for (int i = from; i < to; i++) {
      assertThat(nextArg(there)).isEqualTo(i);
    }
  }

  /** Waits for Redis to be told of as failing. */
  private static final class Failures implements RedisListener {
    final Semaphore told = new Semaphore(0);

    @Override
    public void failed(Throwable cause) {
      told.release();
    }
  }

  @Test
  void theQueueIsBoundedAndOrderSurvivesRefusals() throws Exception {
    var settings = StreamsSettings.DEFAULT.maxQueuedMessages(100);
    var there = new RecordingContext("/a");
    var failures = new Failures();
    try (var one =
            RedisAdapters.streams(Redis.of(client).with(s -> s.listener(failures)), settings);
        var two = RedisAdapters.streams(Redis.of(client), settings);
        var sender = one.create(new RecordingContext("/a"));
        var receiver = two.create(there)) {
      awaitReading(sender, there);
      raw.configSet("maxmemory", "1");
      sender.publish(broadcast(0));
      assertThat(failures.told.tryAcquire(20, SECONDS)).isTrue();
      for (int i = 1; i < 100; i++) {
        sender.publish(broadcast(i));
      }
      assertThatThrownBy(() -> done(sender.publish(broadcast(100))))
          .hasMessageContaining("maxQueuedMessages");
      raw.configSet("maxmemory", "0");
      for (int i = 0; i < 100; i++) {
        assertThat(nextArg(there)).isEqualTo(i);
      }
      assertThat(done(receiver.serverCount())).isEqualTo(2);
    }
  }

  @Test
  void anEmitterReachesTheNodes() throws Exception {
    var there = new RecordingContext("/emitter");
    try (var factory = RedisAdapters.streams(client);
        var emitter = RedisEmitter.streams(Redis.of(client));
        var receiver = factory.create(there)) {
      RedisEmitter in = emitter.of("emitter");
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                done(in.emit("e", "first"));
                return there.messages.poll(100, java.util.concurrent.TimeUnit.MILLISECONDS) != null;
              });
      there.messages.clear();
      done(in.to("r").asVolatile().emit("e", 1));
      done(in.serverSideEmit("s", 1));
      done(in.disconnectSockets(true));
      await().atMost(PATIENCE).until(() -> there.messages.size() >= 3);
      List<ClusterMessage> last = new ArrayList<>(there.messages);
      last = last.subList(last.size() - 3, last.size());
      assertThat(((ClusterMessage.Broadcast) last.get(0)).options())
          .isEqualTo(BroadcastOptions.room("r").isVolatile(true));
      assertThat(last.get(1)).isInstanceOf(ClusterMessage.ServerSideEmit.class);
      assertThat(last.get(2))
          .isEqualTo(new ClusterMessage.DisconnectSockets(BroadcastOptions.ALL, true));
      assertThat(done(receiver.serverCount())).isEqualTo(1);
    }
  }

  private static ClusterMessage.Broadcast broadcast(Object arg) {
    return new ClusterMessage.Broadcast("e", Args.of(arg), BroadcastOptions.ALL, null);
  }

  /** Until the other node has found the stream's end. */
  private static void awaitReading(Adapter sender, RecordingContext there) {
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              sender.publish(broadcast("first"));
              return there.messages.poll(200, java.util.concurrent.TimeUnit.MILLISECONDS) != null;
            });
    // those that were on their way
    sender.publish(broadcast("last of the first"));
    await().atMost(PATIENCE).until(() -> "last of the first".equals(nextArg(there)));
  }

  private static Object nextArg(RecordingContext node) throws InterruptedException {
    var event = (ClusterMessage.Broadcast) node.messages.poll(30, SECONDS);
    assertThat(event).isNotNull();
    return event.args().get(0);
  }

  private static void awaitServers(Adapter adapter, int count) {
    await().atMost(PATIENCE).until(() -> done(adapter.serverCount()) == count);
  }

  private static <T> T done(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(20, SECONDS);
  }
}
