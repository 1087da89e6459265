package dev.switchboard.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.protocol.cluster.BroadcastOptions;
import dev.switchboard.protocol.cluster.ClusterMessage;
import dev.switchboard.protocol.cluster.ClusterReply;
import dev.switchboard.protocol.socket.Args;
import io.lettuce.core.RedisClient;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two nodes on a Redis server of their own. */
class ClassicAdapterTest {
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
    there.rooms.add("r");
    try (var one = RedisAdapters.classic(client);
        var two = RedisAdapters.classic(client);
        var raw = client.connect();
        var sender = one.create(here);
        var receiver = two.create(there)) {
      await().until(() -> sender.serverCount().toCompletableFuture().get(5, SECONDS) == 2);
      raw.sync().publish("socket.io-request#/a[1]#", "{broken");
      assertThat(there.malformed.poll(5, SECONDS)).isNotNull();

      sender.publish(new ClusterMessage.FetchSockets(BroadcastOptions.ALL, "id1"));
      var fetch = (ClusterMessage.FetchSockets) there.messages.poll(5, SECONDS);
      assertThat(fetch).isEqualTo(new ClusterMessage.FetchSockets(BroadcastOptions.ALL, "id1"));
      receiver.reply(there.senders.take(), new ClusterReply.Sockets("id1", List.of()));
      assertThat(here.replies.poll(5, SECONDS))
          .isEqualTo(new ClusterReply.Sockets("id1", List.of()));

      sender.publish(
          new ClusterMessage.Broadcast("e", Args.of("v"), BroadcastOptions.room("r"), null));
      var event = (ClusterMessage.Broadcast) there.messages.poll(5, SECONDS);
      assertThat(event).isNotNull();
      assertThat(event.args().toList()).containsExactly("v");
      assertThat(event.options()).isEqualTo(BroadcastOptions.room("r"));
      assertThat(here.messages).isEmpty();

      raw.sync().publish("socket.io-request#/a[1]#", "{\"requestId\":\"old\",\"type\":0}");
      assertThat(there.messages.poll(5, SECONDS))
          .isEqualTo(new ClusterMessage.FetchSockets(BroadcastOptions.ALL, "old"));
    }
    assertThat(client.connect().sync().ping().getBytes(UTF_8)).isNotEmpty();
  }

  private static ClusterMessage.Broadcast to(String event, String room) {
    return new ClusterMessage.Broadcast(event, Args.none(), BroadcastOptions.room(room), null);
  }

  private static String next(RecordingContext node) throws Exception {
    var event = (ClusterMessage.Broadcast) node.messages.poll(20, SECONDS);
    assertThat(event).isNotNull();
    return event.event();
  }

  @Test
  void withDynamicRoomsANodeHearsOfItsOwnRoomsAlone() throws Exception {
    var settings = ClassicSettings.DEFAULT.key("dynamic").dynamicRooms(true);
    var here = new RecordingContext("/");
    var there = new RecordingContext("/");
    // ids of the usual length share a channel, others have one each
    List<String> rooms = List.of("lobby", "a-custom-id", "12345678901234567890");
    there.rooms.addAll(rooms);
    try (var one = RedisAdapters.classic(Redis.of(client), settings);
        var two = RedisAdapters.classic(Redis.of(client), settings);
        var raw = client.connect();
        var sender = one.create(here);
        var receiver = two.create(there)) {
      await().until(() -> sender.serverCount().toCompletableFuture().get(5, SECONDS) == 2);
      for (String room : rooms) {
        receiver.roomOpened(room).toCompletableFuture().get(20, SECONDS);
        sender.publish(to(room, room));
        assertThat(next(there)).isEqualTo(room);
      }
      assertThat(raw.sync().pubsubChannels("dynamic#/#*"))
          .containsExactlyInAnyOrder("dynamic#/#", "dynamic#/#lobby#", "dynamic#/#a-custom-id#");
      assertThat(raw.sync().pubsubNumpat()).isZero();

      receiver.roomClosed("lobby");
      await().until(() -> !raw.sync().pubsubChannels("*").contains("dynamic#/#lobby#"));
      sender.publish(to("unheard", "lobby"));
      sender.publish(new ClusterMessage.Broadcast("all", Args.none(), BroadcastOptions.ALL, null));
      assertThat(next(there)).isEqualTo("all");
    }
  }

  @Test
  void whatClosesHearsNothingMore() throws Exception {
    try (var adapters = RedisAdapters.classic(client);
        var raw = client.connect()) {
      var adapter = adapters.create(new RecordingContext("/closing"));
      await().until(() -> raw.sync().pubsubChannels("socket.io*#/closing#*").size() == 3);
      assertThat(raw.sync().pubsubNumpat()).isEqualTo(1);
      adapter.close();
      adapter.close();
      await().until(() -> raw.sync().pubsubChannels("socket.io*#/closing#*").isEmpty());
      await().until(() -> raw.sync().pubsubNumpat() == 0);
    }
  }
}
