package dev.switchboard.guide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.protocol.Call;
import dev.switchboard.protocol.Event;
import dev.switchboard.server.Namespace;
import dev.switchboard.server.ParentNamespace;
import dev.switchboard.server.Presence;
import dev.switchboard.server.Socket;
import dev.switchboard.server.SocketIoServer;
import dev.switchboard.testkit.InProcessBus;
import dev.switchboard.testkit.TestClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The guide's examples of rooms, broadcasts, namespaces and many nodes. */
@Timeout(30)
class SendingGuideIT {
  record Position(double latitude, double longitude) {}

  static final Event<Position> POSITION = Event.of("position", Position.class);
  static final Call<String, Integer> VOTE = Call.of("vote", String.class, Integer.class);

  private final SocketIoServer io = SocketIoServer.create(config -> {});
  private final List<String> seen = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void close() {
    io.close();
  }

  @Test
  void rooms() {
    io.onConnection(
        socket -> {
          socket.join("news", "sports");
          socket.leave("sports");
          socket.to("news").emit("arrived", socket.id()); // the others in the room
        });
    try (var ada = TestClient.connect(io);
        var grace = TestClient.connect(io)) {
      assertThat(ada.next("arrived").get(0)).isEqualTo(grace.id());
      assertThat(io.main().roomNames()).containsExactly("news");
      assertThat(io.main().roomSize("news")).isEqualTo(2);
    }
  }

  @Test
  void targets() {
    io.onConnection(
        socket ->
            socket.on(
                "go",
                args -> {
                  socket.emit("one", "this client");
                  socket.broadcast().emit("others", "all but this client");
                  socket.to("news").emit("room", "all in the room but this client");

                  io.emit("all", "everybody");
                  io.to("news").to("sports").except("muted").emit("rooms", "each once");
                  io.to(socket.id()).emit("one", "each socket is in a room of its id");
                  io.local().emit("node", "the clients of this node");
                  io.to("map").asVolatile().emit(POSITION, new Position(52.5, 13.4));
                  io.compress(false).emit("blob", new byte[] {1});
                }));
    io.onConnection(socket -> socket.join("news", "sports", "map"));
    try (var ada = TestClient.connect(io);
        var grace = TestClient.connect(io)) {
      ada.emit("go");
      assertThat(grace.next("others").get(0)).isEqualTo("all but this client");
      assertThat(grace.next("blob").get(0)).isEqualTo(new byte[] {1});
      assertThat(grace.waiting("room")).isEqualTo(1);
      assertThat(grace.waiting("rooms")).isEqualTo(1);
      assertThat(grace.waiting("node")).isEqualTo(1);
      assertThat(grace.next(POSITION)).isEqualTo(new Position(52.5, 13.4));
      assertThat(grace.waiting("one")).isZero();
      ada.next("blob");
      assertThat(ada.waiting("one")).isEqualTo(2);
      assertThat(ada.waiting("others") + ada.waiting("room")).isZero();
    }
  }

  @Test
  void answersOfMany() {
    io.onConnection(socket -> socket.join("jury"));
    try (var ada = TestClient.connect(io);
        var grace = TestClient.connect(io)) {
      ada.reply("vote", args -> 1);
      // Grace never answers
      Awaitility.await().until(() -> io.main().roomSize("jury") == 2);
      io.to("jury")
          .timeout(Duration.ofMillis(200))
          .call(VOTE, "best picture")
          .thenAccept(
              replies -> {
                int votes = replies.values().stream().mapToInt(Integer::intValue).sum();
                seen.add(votes + " votes, " + replies.missing() + " missing");
              })
          .join();
      assertThat(seen).containsExactly("1 votes, 1 missing");
      assertThat(grace.waiting("vote")).isEqualTo(1);
    }
  }

  @Test
  void otherPeoplesSockets() {
    io.onConnection(socket -> socket.data().put("name", "anonymous"));
    try (var ada = TestClient.connect(io)) {
      Awaitility.await().until(() -> io.fetchSockets().join().size() == 1);
      io.fetchSockets()
          .thenAccept(
              sockets -> {
                for (var socket : sockets) {
                  seen.add(socket.id() + " " + socket.rooms() + " " + socket.data());
                }
              });
      io.socketsJoin("everybody");
      io.in("everybody").socketsLeave("newcomers");
      io.in("everybody").disconnectSockets(true);

      ada.awaitDisconnect();
      Awaitility.await()
          .untilAsserted(
              () ->
                  assertThat(seen)
                      .containsExactly(ada.id() + " [" + ada.id() + "] {name=anonymous}"));
    }
  }

  @Test
  void namespaces() {
    Namespace admin = io.of("/admin");
    admin.use(socket -> seen.add("asked " + socket.handshake().auth().get("token")));
    admin.onConnection(socket -> socket.emit("stats", io.clientsCount()));
    admin.emit("notice", "to the clients of /admin alone");

    try (var ada = TestClient.connect(io, "/admin", Map.of("token", "t"))) {
      assertThat(ada.next("stats").get(0)).isEqualTo(1);
      assertThat(seen).containsExactly("asked t");
    }
  }

  @Test
  void namespacesOnDemand() {
    ParentNamespace games = io.of(Pattern.compile("^/game-\\d+$"));
    games.onConnection(
        socket -> {
          Namespace game = socket.namespace(); // /game-17
          game.emit("player", socket.id());
        });
    games.emit("maintenance", "in five minutes"); // to all games

    try (var ada = TestClient.connect(io, "/game-17", null)) {
      assertThat(ada.next("player").get(0)).isEqualTo(ada.id());
      assertThat(games.children()).extracting(Namespace::name).containsExactly("/game-17");
    }
    Awaitility.await().until(() -> games.children().isEmpty());
  }

  @Test
  void manyNodes() {
    try (var bus = new InProcessBus();
        var one = SocketIoServer.create(config -> config.adapter(bus.adapter()));
        var two = SocketIoServer.create(config -> config.adapter(bus.adapter()));
        var ada = TestClient.connect(one);
        var grace = TestClient.connect(two)) {
      one.emit("news", "for the clients of both");
      assertThat(ada.next("news").get(0)).isEqualTo("for the clients of both");
      assertThat(grace.next("news").get(0)).isEqualTo("for the clients of both");

      two.main().on("reload", args -> seen.add("reloading " + args.get(0)));
      two.main().reply("load", args -> 0.25);
      one.serverSideEmit("reload", "prices");
      one.serverSideEmitWithAck("load")
          .thenAccept(replies -> seen.add("loads " + replies.values()))
          .join();
      Awaitility.await()
          .untilAsserted(() -> assertThat(seen).contains("reloading prices", "loads [0.25]"));
      assertThat(one.fetchSockets().join()).hasSize(2);
    }
  }

  @Test
  void presenceIsOfUsersOnAllNodes() {
    try (var bus = new InProcessBus();
        var other = SocketIoServer.create(config -> config.adapter(bus.adapter()));
        var io = SocketIoServer.create(config -> config.adapter(bus.adapter()))) {
      Presence presence = io.presence();
      presence.onLeft(user -> io.local().emit("left", user.id()));
      presence.onJoined(user -> io.local().emit("came", user.id(), user.data()));
      io.onConnection(socket -> presence.enter(socket, userId(socket), Map.of("name", "Ada")));

      other.presence();
      try (var tab = TestClient.connect(io);
          var secondTab = TestClient.connect(io)) {
        assertThat(tab.next("came").toList()).isEqualTo(List.of("ada", Map.of("name", "Ada")));
        Awaitility.await().until(() -> other.presence().isOnline("ada"));
        assertThat(secondTab.isConnected()).isTrue();
      }
      Awaitility.await().until(() -> other.presence().users().isEmpty());

      var patient =
          SocketIoServer.create(
              config ->
                  config.presence(
                      presenceOfAll ->
                          presenceOfAll
                              .heartbeat(Duration.ofSeconds(1))
                              .lease(Duration.ofSeconds(4))
                              .grace(Duration.ofSeconds(2))));
      patient.close();
    }
  }

  private static String userId(Socket socket) {
    return socket.connected() ? "ada" : "nobody";
  }
}
