package dev.switchboard.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.protocol.cluster.Adapter;
import dev.switchboard.protocol.cluster.BroadcastOptions;
import dev.switchboard.protocol.cluster.ClusterMessage;
import dev.switchboard.protocol.cluster.ClusterReply;
import dev.switchboard.protocol.socket.Args;
import io.lettuce.core.RedisClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Nodes over shard channels, on one Redis server of their own. */
class ShardedAdapterTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String SOCKET_ID = "abcdefghij0123456789";

  private static RedisProcess redis;
  private static RedisClient client;

  @BeforeAll
  static void startRedis() {
    redis = RedisProcess.start();
    client = RedisClient.create(redis.uri());
  }

  @AfterAll
  static void stopRedis() throws Exception {
    client.shutdownAsync(0, 0, SECONDS);
    redis.close();
  }

  @Test
  void nodesReachEachOtherAndAMalformedMessageDoesNotStopTheNext() throws Exception {
    var here = new RecordingContext("/a[1]");
    var there = new RecordingContext("/a[1]");
    try (var one = RedisAdapters.sharded(client);
        var two = RedisAdapters.sharded(client);
        var raw = client.connect();
        var sender = one.create(here);
        var receiver = two.create(there)) {
      awaitServers(sender, 2);
      for (String junk :
          List.of("{broken", "", "\u00c0", "{\"type\":3,\"uid\":\"x\",\"nsp\":\"/a[1]\"}")) {
        raw.sync().spublish("socket.io#/a[1]#", junk);
        assertThat(there.malformed.poll(10, SECONDS)).isNotNull();
      }
      raw.sync().spublish("socket.io#/a[1]#", "{\"type\":6,\"uid\":\"x\",\"nsp\":\"/other\"}");

      sender.publish(new ClusterMessage.FetchSockets(BroadcastOptions.ALL, "id1"));
      assertThat(there.messages.poll(10, SECONDS))
          .isEqualTo(new ClusterMessage.FetchSockets(BroadcastOptions.ALL, "id1"));
      receiver.reply(there.senders.take(), new ClusterReply.Sockets("id1", List.of()));
      assertThat(here.replies.poll(10, SECONDS))
          .isEqualTo(new ClusterReply.Sockets("id1", List.of()));

      sender.publish(broadcast("bytes", new byte[] {1, 2}, BroadcastOptions.ALL));
      var event = (ClusterMessage.Broadcast) there.messages.poll(10, SECONDS);
      assertThat(event).isNotNull();
      assertThat(event.args().get(0)).isEqualTo(new byte[] {1, 2});
      assertThat(here.messages).isEmpty();
    }
  }

  @Test
  void aRoomReachesTheNodesThatOpenedItOnceTheyAreToldSo() throws Exception {
    var there = new RecordingContext("/rooms");
    try (var one = RedisAdapters.sharded(client);
        var two = RedisAdapters.sharded(client);
        var sender = one.create(new RecordingContext("/rooms"));
        var receiver = two.create(there)) {
      for (int i = 0; i < 50; i++) {
        done(receiver.roomOpened("r" + i));
        sender.publish(broadcast("e", i, BroadcastOptions.room("r" + i)));
        assertThat(nextArg(there)).isEqualTo(i);
      }
      sender.publish(broadcast("e", "nobody's", BroadcastOptions.room("closed")));
      sender.publish(broadcast("e", "two rooms", BroadcastOptions.ALL.to(Set.of("r1", "r2"))));
      assertThat(nextArg(there)).isEqualTo("two rooms");
      assertThat(shardChannels("/rooms")).contains("socket.io#/rooms#r7#");

      for (int i = 0; i < 50; i++) {
        receiver.roomClosed("r" + i);
      }
      await()
          .atMost(PATIENCE)
          .until(() -> shardChannels("/rooms").stream().noneMatch(name -> name.contains("#r")));
    }
    await().atMost(PATIENCE).until(() -> shardChannels("/rooms").isEmpty());
  }

  @Test
  void aRoomThatIsOpenedAndClosedInHasteEndsAsItWasLeft() throws Exception {
    try (var factory = RedisAdapters.sharded(client);
        var adapter = factory.create(new RecordingContext("/haste"))) {
      for (int i = 0; i < 200; i++) {
        adapter.roomOpened("left open");
        adapter.roomClosed("left open");
        adapter.roomClosed("closed");
        adapter.roomOpened("closed");
      }
      adapter.roomClosed("closed");
      done(adapter.roomOpened("left open"));
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(shardChannels("/haste"))
                      .hasSize(3)
                      .contains("socket.io#/haste#left open#"));
    }
  }

  @Test
  void whatHasAChannelOfItsOwnDependsOnTheMode() throws Exception {
    for (var mode : SubscriptionMode.values()) {
      String namespace = "/" + mode;
      var settings = ShardedSettings.DEFAULT.subscriptionMode(mode);
      var there = new RecordingContext(namespace);
      try (var one = RedisAdapters.sharded(Redis.of(client), settings);
          var two = RedisAdapters.sharded(Redis.of(client), settings);
          var sender = one.create(new RecordingContext(namespace));
          var receiver = two.create(there)) {
        awaitServers(sender, 2);
        done(receiver.roomOpened("public"));
        done(receiver.roomOpened(SOCKET_ID));
        done(receiver.roomOpened("an id of another length"));
        List<String> rooms = List.of("public", SOCKET_ID, "an id of another length");
        for (String room : rooms) {
          sender.publish(broadcast("e", room, BroadcastOptions.room(room)));
          assertThat(nextArg(there)).isEqualTo(room);
        }
        String prefix = "socket.io#" + namespace + "#";
        List<String> channels = shardChannels(namespace);
        boolean isDynamic = mode != SubscriptionMode.STATIC;
        assertThat(channels.contains(prefix + "public#")).isEqualTo(isDynamic);
        assertThat(channels.contains(prefix + "an id of another length#")).isEqualTo(isDynamic);
        assertThat(channels.contains(prefix + SOCKET_ID + "#"))
            .isEqualTo(mode == SubscriptionMode.DYNAMIC_PRIVATE);
      }
    }
  }

  @Test
  void subscriptionsAreThereAgainAfterTheConnectionWasLost() throws Exception {
    var there = new RecordingContext("/lost");
    try (var one = RedisAdapters.sharded(Redis.at(redis.uri()));
        var two = RedisAdapters.sharded(Redis.at(redis.uri()));
        var raw = client.connect();
        var sender = one.create(new RecordingContext("/lost"));
        var receiver = two.create(there)) {
      awaitServers(sender, 2);
      for (int i = 0; i < 1000; i++) {
        receiver.roomOpened("r" + i);
      }
      done(receiver.roomOpened("last"));
      for (int round = 0; round < 3; round++) {
        raw.sync().clientKill(io.lettuce.core.KillArgs.Builder.typePubsub());
        receiver.roomClosed("r" + round); // unsubscribed from while the connection is away
        int gone = round;
        await()
            .atMost(PATIENCE)
            .untilAsserted(
                () ->
                    assertThat(shardChannels("/lost"))
                        .hasSize(1000 + 1 - gone - 1 + 3)
                        .contains("socket.io#/lost#r999#")
                        .doesNotContain("socket.io#/lost#r" + gone + "#"));
        sender.publish(broadcast("e", round, BroadcastOptions.room("r999")));
        assertThat(nextArg(there)).isEqualTo(round);
      }
    }
  }

  @Test
  void anEmitterReachesRoomsWithAndWithoutAChannel() throws Exception {
    var there = new RecordingContext("/emitter");
    try (var factory = RedisAdapters.sharded(client);
        var emitter = RedisEmitter.sharded(Redis.of(client));
        var receiver = factory.create(there)) {
      awaitServers(receiver, 1);
      done(receiver.roomOpened("r"));
      RedisEmitter in = emitter.of("emitter");
      done(in.to("r").emit("e", "room"));
      assertThat(nextArg(there)).isEqualTo("room");
      done(in.to(SOCKET_ID).except("x").emit("e", "socket"));
      assertThat(nextArg(there)).isEqualTo("socket");
      done(in.serverSideEmit("s", 1));
      assertThat(there.messages.poll(10, SECONDS))
          .isInstanceOf(ClusterMessage.ServerSideEmit.class);
      done(in.socketsJoin("r9"));
      assertThat(there.messages.poll(10, SECONDS))
          .isEqualTo(new ClusterMessage.SocketsJoin(BroadcastOptions.ALL, List.of("r9")));
      assertThat(done(receiver.serverCount())).isEqualTo(1);
    }
  }

  private static ClusterMessage.Broadcast broadcast(
      String event, Object arg, BroadcastOptions options) {
    return new ClusterMessage.Broadcast(event, Args.of(arg), options, null);
  }

  private static Object nextArg(RecordingContext node) throws InterruptedException {
    var event = (ClusterMessage.Broadcast) node.messages.poll(20, SECONDS);
    assertThat(event).isNotNull();
    return event.args().get(0);
  }

  private static void awaitServers(Adapter adapter, int count) {
    await().atMost(PATIENCE).until(() -> done(adapter.serverCount()) == count);
  }

  private static <T> T done(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(20, SECONDS);
  }

  private static List<String> shardChannels(String namespace) {
    try (var connection = client.connect()) {
      List<String> names = new ArrayList<>();
      for (String name : connection.sync().pubsubShardChannels()) {
        if (name.startsWith("socket.io#" + namespace + "#")) {
          names.add(new String(name.getBytes(UTF_8), UTF_8));
        }
      }
      return names;
    }
  }
}
