package dev.switchboard.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.protocol.Call;
import dev.switchboard.protocol.Event;
import dev.switchboard.server.RemoteSocket;
import dev.switchboard.server.Socket;
import dev.switchboard.server.SocketIoServer;
import dev.switchboard.server.Target;
import dev.switchboard.server.cluster.Replies;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BroadcastIT {
  private record Point(int x, int y) {}

  private static final Event<Point> MOVED = Event.of("moved", Point.class);
  private static final Call<String, Integer> LENGTH =
      Call.of("length", String.class, Integer.class);

  private final SocketIoServer io = SocketIoServer.create(config -> {});
  private TestClient ann;
  private TestClient bob;
  private TestClient cid;

  @BeforeEach
  void connect() {
    ann = TestClient.connect(io);
    bob = TestClient.connect(io);
    cid = TestClient.connect(io);
    socket(ann).join("a", "ab");
    socket(bob).join("b", "ab");
  }

  @AfterEach
  void close() {
    List.of(ann, bob, cid).forEach(TestClient::close);
    io.close();
  }

  private Socket socket(TestClient client) {
    return io.main().socket(client.id()).orElseThrow();
  }

  /** Sends a last event to all, so that what did not come before it was not sent. */
  private int received(TestClient client, String event) {
    io.emit("fence");
    client.next("fence");
    return client.waiting(event);
  }

  @Test
  void reachesEverybody() {
    io.emit("e", 1, "two", Map.of("three", 3));
    for (TestClient client : List.of(ann, bob, cid)) {
      assertThat(client.next("e").toList()).isEqualTo(List.of(1, "two", Map.of("three", 3)));
    }
  }

  @Test
  void roomsAddUpAndEachSocketGetsItOnce() {
    io.to("a").to("ab", "b").emit("e");
    assertThat(received(ann, "e")).isEqualTo(1);
    assertThat(received(bob, "e")).isEqualTo(1);
    assertThat(received(cid, "e")).isZero();
  }

  @Test
  void exceptTakesOutRoomsAndSingleSockets() {
    io.to("ab").except("a").emit("e");
    io.except(bob.id()).emit("f");
    assertThat(received(ann, "e")).isZero();
    assertThat(received(bob, "e")).isEqualTo(1);
    assertThat(received(ann, "f")).isEqualTo(1);
    assertThat(received(bob, "f")).isZero();
    assertThat(received(cid, "f")).isEqualTo(1);
  }

  @Test
  void aSocketSpeaksToTheOthers() {
    socket(ann).to("ab").emit("e");
    socket(ann).broadcast().emit("f");
    assertThat(received(ann, "e") + received(ann, "f")).isZero();
    assertThat(received(bob, "e")).isEqualTo(1);
    assertThat(received(cid, "f")).isEqualTo(1);
  }

  @Test
  void whoJoinedTheRoomNamedByASocketIsExcludedWithIt() {
    socket(bob).join(ann.id());
    socket(ann).broadcast().emit("e");
    assertThat(received(bob, "e")).isZero();
    assertThat(received(cid, "e")).isEqualTo(1);
  }

  @Test
  void aPrivateMessageIsOneToTheRoomNamedByTheSocket() {
    io.to(cid.id()).emit("e");
    assertThat(received(cid, "e")).isEqualTo(1);
    assertThat(received(ann, "e")).isZero();
  }

  @Test
  void aTargetIsAValueThatCanBeUsedAgain() {
    Target target = io.to("a");
    Target narrower = target.except(ann.id());
    target.emit("e");
    narrower.emit("e");
    target.emit("e");
    assertThat(received(ann, "e")).isEqualTo(2);
  }

  @Test
  void typedEventsCarryRecords() {
    io.emit(MOVED, new Point(3, 4));
    assertThat(ann.next(MOVED)).isEqualTo(new Point(3, 4));
  }

  @Test
  void binaryTravelsAtAnyDepth() {
    io.emit("bin", Map.of("deep", List.of(new byte[] {1, 2}, "x")), new byte[] {3});
    List<Object> args = bob.next("bin").toList();
    assertThat(((List<?>) ((Map<?, ?>) args.get(0)).get("deep")).get(0))
        .isEqualTo(new byte[] {1, 2});
    assertThat(args.get(1)).isEqualTo(new byte[] {3});
  }

  @Test
  void reservedNamesAreRefused() {
    for (String name :
        List.of(
            "connect",
            "connect_error",
            "disconnect",
            "disconnecting",
            "newListener",
            "removeListener")) {
      assertThatThrownBy(() -> io.emit(name))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("\"" + name + "\" is a reserved event name");
      assertThatThrownBy(() -> socket(ann).emit(name)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void collectsTheAcknowledgementsOfAll() {
    for (TestClient client : List.of(ann, bob, cid)) {
      client.reply("length", args -> args.get(0, String.class).length());
    }
    Replies<Integer> replies = io.call(LENGTH, "four").join();
    assertThat(replies).isEqualTo(new Replies<>(List.of(4, 4, 4), 3, true));
  }

  @Test
  void aBroadcastToNobodyIsCompleteAtOnce() {
    assertThat(io.to("nobody").call(LENGTH, "x").join())
        .isEqualTo(new Replies<Integer>(List.of(), 0, true));
  }

  @Test
  void atTheTimeoutThereIsWhatCame() {
    ann.reply("length", args -> 1);
    Replies<Integer> replies = io.timeout(Duration.ofMillis(200)).call(LENGTH, "x").join();
    assertThat(replies.values()).containsExactly(1);
    assertThat(replies.complete()).isFalse();
    assertThat(replies.missing()).isEqualTo(2);
  }

  @Test
  void whoLeavesIsNotWaitedFor() {
    ann.reply("length", args -> 1);
    bob.reply("length", args -> 2);
    var replies = io.timeout(Duration.ofSeconds(30)).call(LENGTH, "x");
    cid.close();
    assertThat(replies.join().values()).containsExactlyInAnyOrder(1, 2);
    assertThat(replies.join().complete()).isTrue();
  }

  @Test
  void fetchesSocketsAsOthersSeeThem() {
    socket(ann).data().put("name", "Ann");
    List<RemoteSocket> found = io.in("a").fetchSockets().join();
    assertThat(found).hasSize(1);
    RemoteSocket remote = found.get(0);
    assertThat(remote.id()).isEqualTo(ann.id());
    assertThat(remote.rooms()).containsExactlyInAnyOrder("a", "ab", ann.id());
    assertThat(remote.data()).isEqualTo(Map.of("name", "Ann"));
    assertThat(remote.handshake()).containsKeys("headers", "time", "url", "query", "auth");
    remote.emit("e", "hi");
    assertThat(ann.next("e").get(0)).isEqualTo("hi");
    remote.join("new");
    assertThat(io.main().roomSize("new")).isEqualTo(1);
    remote.disconnect(false);
    assertThat(ann.awaitDisconnect()).isEqualTo("io server disconnect");
  }

  @Test
  void movesAndDisconnectsManyAtOnce() {
    io.in("ab").socketsJoin("c");
    io.in("b").socketsLeave("c");
    assertThat(socket(ann).rooms()).contains("c");
    assertThat(socket(bob).rooms()).doesNotContain("c");
    io.in("ab").disconnectSockets(true);
    assertThat(ann.awaitDisconnect()).isIn("io server disconnect", "transport close");
    assertThat(bob.awaitDisconnect()).isIn("io server disconnect", "transport close");
    assertThat(cid.isConnected()).isTrue();
  }
}
