package dev.switchboard.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.protocol.Event;
import dev.switchboard.server.Attribute;
import dev.switchboard.server.ConnectRejected;
import dev.switchboard.server.ServerListener;
import dev.switchboard.server.Socket;
import dev.switchboard.server.SocketIoServer;
import dev.switchboard.server.WrongArgumentException;
import dev.switchboard.testkit.ConnectRefusedException;
import dev.switchboard.testkit.TestClient;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The guide's examples of middlewares, errors and what is kept with a socket. */
@Timeout(30)
class GuardsGuideIT {
  record Login(String user, String password) {}

  record Bid(long cents) {}

  record User(String name) {}

  static final Attribute<User> USER = Attribute.of("user");
  static final Event<Bid> BID = Event.of("bid", Bid.class);

  private final List<String> seen = Collections.synchronizedList(new ArrayList<>());
  private SocketIoServer io = SocketIoServer.create(config -> {});

  @AfterEach
  void close() {
    io.close();
  }

  @Test
  void middlewares() {
    io.use(
        socket -> {
          Login login = socket.handshake().auth(Login.class);
          if (!login.password().equals("open sesame")) {
            throw new ConnectRejected("not authorized", Map.of("retry", false));
          }
          socket.set(USER, new User(login.user())); // on this node, any object
          socket.data().put("name", login.user()); // seen by all nodes, kept by recovery
        });
    io.onConnection(socket -> socket.emit("welcome", socket.get(USER).name()));

    try (var ada = TestClient.connect(io, "/", new Login("Ada", "open sesame"))) {
      assertThat(ada.next("welcome").get(0)).isEqualTo("Ada");
    }
    assertThatThrownBy(() -> TestClient.connect(io, "/", new Login("Eve", "open barley")))
        .isInstanceOfSatisfying(
            ConnectRefusedException.class,
            refused -> {
              assertThat(refused).hasMessage("not authorized");
              assertThat(refused.data()).isEqualTo(Map.of("retry", false));
            });
  }

  @Test
  void packetMiddlewaresAndErrors() {
    io.onConnection(
        socket -> {
          socket.use(
              event -> {
                if (event.name().equals("bid") && !socket.rooms().contains("bidders")) {
                  throw new IllegalStateException("join the bidders first");
                }
              });
          socket.onError(
              (event, error) -> {
                if (error instanceof WrongArgumentException) {
                  event.ack().send(Map.of("error", "a bid is {cents: number}"));
                } else {
                  event.ack().send(Map.of("error", error.getMessage()));
                }
              });
          socket.on("enter", args -> socket.join("bidders"));
          socket.on(BID, bid -> seen.add("bid " + bid.cents()));
        });
    try (var ada = TestClient.connect(io)) {
      assertThat(ada.call("bid", Map.of("cents", 100)).join().get(0))
          .isEqualTo(Map.of("error", "join the bidders first"));
      ada.emit("enter");
      assertThat(ada.call("bid", "much").join().get(0))
          .isEqualTo(Map.of("error", "a bid is {cents: number}"));
      ada.emit(BID, new Bid(100));
      Awaitility.await().until(() -> seen.contains("bid 100"));
    }
  }

  @Test
  void listeners() {
    io.close();
    io =
        SocketIoServer.create(
            config ->
                config.listener(
                    new ServerListener() {
                      @Override
                      public void onConnect(Socket socket) {
                        seen.add("connected");
                      }

                      @Override
                      public void onHandlerFailure(
                          @Nullable Socket socket, String what, Throwable failure) {
                        seen.add(what + " failed: " + failure.getMessage());
                      }
                    }));
    io.onConnection(
        socket ->
            socket.on(
                "divide",
                args -> {
                  int ratio = 1 / args.get(0, int.class);
                  socket.emit("ratio", ratio);
                }));
    try (var ada = TestClient.connect(io)) {
      ada.emit("divide", 0);
      ada.emit("divide", 1);
      assertThat(ada.next("ratio").get(0)).isEqualTo(1); // the connection lives
      assertThat(seen).containsExactly("connected", "divide failed: / by zero");
    }
  }

  @Test
  void recovery() {
    io.close();
    io = SocketIoServer.create(config -> config.recovery());
    io.onConnection(
        socket -> {
          if (socket.recovered()) {
            return; // id, rooms and data are as they were, and what was missed is sent
          }
          socket.join("news");
          socket.emit("welcome");
        });
    TestClient ada = TestClient.connect(io);
    Object offset = ada.next("welcome").get(0);
    ada.close();
    Awaitility.await().until(() -> io.main().sockets().isEmpty());
    io.to("news").emit("headline", "It works");
    Map<String, Object> resumed = Map.of("pid", ada.pid(), "offset", offset);
    try (var back = TestClient.connect(io, "/", resumed)) {
      assertThat(back.next("headline").get(0)).isEqualTo("It works");
      assertThat(back.waiting("welcome")).isZero();
    }
  }
}
