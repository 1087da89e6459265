package dev.switchboard.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.server.Namespace;
import dev.switchboard.server.ServerListener;
import dev.switchboard.server.Socket;
import dev.switchboard.server.SocketIoServer;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RoomsIT {
  private final Queue<String> news = new ConcurrentLinkedQueue<>();
  private final SocketIoServer io =
      SocketIoServer.create(
          config ->
              config
                  .limits(limits -> limits.roomsPerSocket(3).roomLength(8))
                  .listener(
                      new ServerListener() {
                        @Override
                        public void onRoomCreated(Namespace namespace, String room) {
                          note("create-room", room);
                        }

                        @Override
                        public void onRoomDeleted(Namespace namespace, String room) {
                          note("delete-room", room);
                        }

                        @Override
                        public void onRoomJoined(Namespace namespace, String room, String id) {
                          note("join-room", room);
                        }

                        @Override
                        public void onRoomLeft(Namespace namespace, String room, String id) {
                          note("leave-room", room);
                        }
                      }));

  private void note(String what, String room) {
    if (room.length() < 20) {
      news.add(what + " " + room);
    }
  }

  @AfterEach
  void close() {
    io.close();
  }

  @Test
  void aSocketIsInARoomOfItsOwnAndInThoseThatItJoins() {
    io.onConnection(
        socket -> socket.reply("join", args -> joined(socket, args.get(0, String.class))));
    try (var client = TestClient.connect(io)) {
      assertThat(client.call("join", "news").join().get(0)).isEqualTo(2);
      Socket socket = io.main().socket(client.id()).orElseThrow();
      assertThat(socket.rooms()).containsExactlyInAnyOrder(client.id(), "news");
      assertThat(io.main().roomSize("news")).isEqualTo(1);
      assertThat(io.main().roomSize(client.id())).isEqualTo(1);
    }
  }

  private static Object joined(Socket socket, String room) {
    socket.join(room);
    return socket.rooms().size();
  }

  @Test
  void aRoomIsReportedWhenItAppearsAndWhenItGoesInTheReferencesOrder() {
    try (var first = TestClient.connect(io);
        var second = TestClient.connect(io)) {
      io.to(first.id()).socketsJoin("a");
      io.to(second.id()).socketsJoin("a");
      io.to(first.id()).socketsLeave("a");
      io.to(second.id()).socketsLeave("a");
      assertThat(news)
          .containsExactly(
              "create-room a",
              "join-room a",
              "join-room a",
              "leave-room a",
              "leave-room a",
              "delete-room a");
    }
  }

  @Test
  void leavesAllRoomsWhenItGoesAndNothingIsKept() {
    var client = TestClient.connect(io);
    io.socketsJoin("a", "b");
    assertThat(io.main().roomNames()).containsExactlyInAnyOrder("a", "b");
    client.close();
    await().untilAsserted(() -> assertThat(io.main().sockets()).isEmpty());
    assertThat(io.main().roomNames()).isEmpty();
    assertThat(io.main().roomSize("a")).isZero();
  }

  @Test
  void disconnectingHandlersStillSeeTheRoomsAndDisconnectHandlersSeeNone() {
    var seen = new CompletableFuture<Set<String>>();
    var after = new CompletableFuture<Set<String>>();
    io.onConnection(
        socket -> {
          socket.join("a");
          socket.onDisconnecting(reason -> seen.complete(socket.rooms()));
          socket.onDisconnect(reason -> after.complete(socket.rooms()));
        });
    String id;
    try (var client = TestClient.connect(io)) {
      id = client.id();
      await().until(() -> io.main().roomSize("a") == 1);
      client.disconnect();
    }
    assertThat(seen.join()).containsExactlyInAnyOrder("a", id);
    assertThat(after.join()).isEmpty();
  }

  @Test
  void joinOnAClosedSocketDoesNothing() {
    var gone = new CompletableFuture<Socket>();
    io.onConnection(socket -> socket.onDisconnect(reason -> gone.complete(socket)));
    TestClient.connect(io).close();
    Socket socket = gone.join();
    socket.join("late");
    assertThat(io.main().roomSize("late")).isZero();
    assertThat(socket.rooms()).isEmpty();
  }

  @Test
  void refusesRoomsBeyondTheLimitsWithAMessageThatNamesTheSetting() {
    try (var client = TestClient.connect(io)) {
      Socket socket = io.main().socket(client.id()).orElseThrow();
      socket.join("1", "2", "3");
      assertThatThrownBy(() -> socket.join("4"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("roomsPerSocket");
      socket.leave("1");
      socket.join("12345678");
      socket.leave("2");
      assertThatThrownBy(() -> socket.join("123456789"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("roomLength");
      assertThat(socket.rooms()).containsExactlyInAnyOrder(client.id(), "3", "12345678");
    }
  }

  @Test
  void membershipIsThatOfTheMomentOfTheEmit() {
    io.onConnection(
        socket ->
            socket.on(
                "go",
                args -> {
                  io.to("r").emit("event", "before");
                  socket.join("r");
                  io.to("r").emit("event", "after");
                }));
    try (var client = TestClient.connect(io)) {
      client.emit("go");
      assertThat(client.next("event").get(0)).isEqualTo("after");
      assertThat(client.waiting("event")).isZero();
    }
  }

  @Test
  void roomsOfManySocketsStayExactUnderConcurrentJoinsAndLeaves() {
    List<TestClient> clients =
        IntStream.range(0, 20).mapToObj(i -> TestClient.connect(io)).toList();
    List<Socket> sockets =
        clients.stream().map(client -> io.main().socket(client.id()).orElseThrow()).toList();
    sockets.parallelStream()
        .forEach(
            socket -> {
              for (int i = 0; i < 500; i++) {
                socket.join("x");
                socket.join("y");
                socket.leave("x");
              }
            });
    assertThat(io.main().roomSize("x")).isZero();
    assertThat(io.main().roomSize("y")).isEqualTo(20);
    clients.forEach(TestClient::close);
    await().untilAsserted(() -> assertThat(io.main().roomNames()).isEmpty());
  }
}
