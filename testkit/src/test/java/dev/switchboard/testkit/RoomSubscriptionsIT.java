package dev.switchboard.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.protocol.cluster.Adapter;
import dev.switchboard.protocol.cluster.ClusterMessage;
import dev.switchboard.protocol.cluster.ClusterReply;
import dev.switchboard.server.Namespace;
import dev.switchboard.server.ServerListener;
import dev.switchboard.server.Socket;
import dev.switchboard.server.SocketIoServer;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an adapter that subscribes for each room is told of the rooms. */
class RoomSubscriptionsIT {
  private final Queue<String> news = new ConcurrentLinkedQueue<>();
  private final Set<String> subscribed = ConcurrentHashMap.newKeySet();
  private volatile CompletionStage<Void> subscription = CompletableFuture.completedFuture(null);

  private final SocketIoServer io =
      SocketIoServer.create(
          config ->
              config
                  .adapter(context -> new SubscribingAdapter())
                  .listener(
                      new ServerListener() {
                        @Override
                        public void onRoomCreated(Namespace namespace, String room) {
                          news.add("created " + room);
                        }

                        @Override
                        public void onRoomDeleted(Namespace namespace, String room) {
                          news.add("deleted " + room);
                        }
                      }));

  private final class SubscribingAdapter implements Adapter {
    @Override
    public CompletionStage<String> publish(ClusterMessage message) {
      return CompletableFuture.completedFuture("");
    }

    @Override
    public CompletionStage<Void> reply(String serverId, ClusterReply reply) {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Integer> serverCount() {
      return CompletableFuture.completedFuture(1);
    }

    @Override
    public CompletionStage<Void> roomOpened(String room) {
      assertThat(subscribed.add(room)).as("first subscription to " + room).isTrue();
      return subscription;
    }

    @Override
    public void roomClosed(String room) {
      assertThat(subscribed.remove(room)).as("subscribed to " + room).isTrue();
    }

    @Override
    public void close() {}
  }

  @AfterEach
  void close() {
    io.close();
  }

  private Socket socket(TestClient client) {
    return io.main().socket(client.id()).orElseThrow();
  }

  @Test
  void theAdapterHearsOfTheFirstMemberAndOfTheLast() {
    try (var ann = TestClient.connect(io);
        var bob = TestClient.connect(io)) {
      socket(ann).join("a");
      socket(bob).join("a");
      assertThat(subscribed).containsExactlyInAnyOrder("a", ann.id(), bob.id());
      socket(ann).leave("a");
      assertThat(subscribed).contains("a");
      socket(bob).leave("a");
      assertThat(subscribed).containsExactlyInAnyOrder(ann.id(), bob.id());
    }
    await().untilAsserted(() -> assertThat(subscribed).isEmpty());
  }

  @Test
  void aJoinIsDoneWhenTheSubscriptionIsAlsoForThoseWhoComeWhileItIsUnderway() {
    try (var ann = TestClient.connect(io);
        var bob = TestClient.connect(io)) {
      var pending = new CompletableFuture<Void>();
      subscription = pending;
      CompletableFuture<Void> first = socket(ann).join("a").toCompletableFuture();
      CompletableFuture<Void> second = socket(bob).join("a").toCompletableFuture();
      assertThat(first).isNotDone();
      assertThat(second).isNotDone();
      pending.complete(null);
      assertThat(first).isCompleted();
      assertThat(second).isCompleted();
    }
  }

  @Test
  void aRoomNamedByASocketIsOneRoomWhoeverElseIsInIt() {
    try (var bob = TestClient.connect(io)) {
      String id;
      try (var ann = TestClient.connect(io)) {
        id = ann.id();
        news.clear();
        socket(bob).join(id);
        socket(bob).leave(id);
        assertThat(news).isEmpty();
        assertThat(subscribed).contains(id);
        socket(bob).join(id);
        assertThat(io.main().roomSize(id)).isEqualTo(2);
      }
      await().untilAsserted(() -> assertThat(io.main().roomSize(id)).isEqualTo(1));
      assertThat(news).isEmpty();
      socket(bob).leave(id);
      assertThat(news).containsExactly("deleted " + id);
      assertThat(subscribed).containsExactly(bob.id());
    }
  }

  @Test
  void subscriptionsFollowTheRoomsHoweverManyJoinAndLeaveAtOnce() {
    List<TestClient> clients = IntStream.range(0, 8).mapToObj(i -> TestClient.connect(io)).toList();
    String ofTheFirst = clients.get(0).id();
    clients.parallelStream()
        .map(this::socket)
        .forEach(
            socket -> {
              for (int i = 0; i < 2_000; i++) {
                socket.join("a");
                socket.join(ofTheFirst);
                socket.leave("a");
                socket.leave(ofTheFirst);
              }
            });
    assertThat(subscribed).doesNotContain("a", ofTheFirst).hasSize(7);
    socket(clients.get(0)).join("a", ofTheFirst);
    assertThat(subscribed).contains("a", ofTheFirst);
    clients.forEach(TestClient::close);
    await().untilAsserted(() -> assertThat(subscribed).isEmpty());
  }
}
