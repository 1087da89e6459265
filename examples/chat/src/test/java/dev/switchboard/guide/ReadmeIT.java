package dev.switchboard.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.protocol.Call;
import dev.switchboard.protocol.Event;
import dev.switchboard.server.Attribute;
import dev.switchboard.server.ConnectRejected;
import dev.switchboard.server.SocketIoServer;
import dev.switchboard.testkit.ConnectRefusedException;
import dev.switchboard.testkit.TestClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The example of README.md. */
@Timeout(30)
class ReadmeIT {
  record Login(String token) {}

  record User(String name) {}

  record Message(String room, String text) {}

  record Posted(String from, String text) {}

  record Receipt(long id) {}

  static final Event<String> JOIN = Event.of("join", String.class);
  static final Call<Message, Receipt> SEND = Call.of("send", Message.class, Receipt.class);
  static final Event<Posted> POSTED = Event.of("posted", Posted.class);
  static final Attribute<User> USER = Attribute.of("user");

  private final Users users = new Users();
  private final Store store = new Store();
  private final SocketIoServer io = server();

  private SocketIoServer server() {
    var io = SocketIoServer.create(config -> config.port(3000).recovery());

    io.use(
        socket -> { // may block; throws to refuse
          Login login = socket.handshake().auth(Login.class);
          User user = users.find(login.token());
          if (user == null) {
            throw new ConnectRejected("not authorized");
          }
          socket.set(USER, user);
        });

    io.onConnection(
        socket -> {
          socket.on(JOIN, room -> socket.join(room));
          socket.reply(
              SEND,
              message -> { // what it returns is the acknowledgement
                long id = store.save(message); // handlers may block, too
                Posted posted = new Posted(socket.get(USER).name(), message.text());
                socket.to(message.room()).emit(POSTED, posted);
                return new Receipt(id);
              });
          socket.onDisconnect(reason -> io.emit("left", socket.get(USER).name()));
        });
    return io;
  }

  @AfterEach
  void close() {
    io.close();
  }

  @Test
  void messagesReachTheRoomAndAreAcknowledged() {
    try (var ada = TestClient.connect(io, "/", new Login("ada's"));
        var grace = TestClient.connect(io, "/", Map.of("token", "grace's"))) {
      grace.emit(JOIN, "news");
      assertThat(grace.call(SEND, new Message("elsewhere", "?"))).isEqualTo(new Receipt(1));
      assertThat(ada.call(SEND, new Message("news", "Hello"))).isEqualTo(new Receipt(2));
      assertThat(grace.next(POSTED)).isEqualTo(new Posted("Ada", "Hello"));
    }
  }

  @Test
  void strangersAreRefused() {
    assertThatThrownBy(() -> TestClient.connect(io, "/", new Login("a stranger's")))
        .isInstanceOf(ConnectRefusedException.class)
        .hasMessage("not authorized");
  }

  private static final class Users {
    User find(String token) {
      return Map.of("ada's", new User("Ada"), "grace's", new User("Grace")).get(token);
    }
  }

  private static final class Store {
    private final List<Message> messages = new ArrayList<>();

    synchronized long save(Message message) {
      messages.add(message);
      return messages.size();
    }
  }
}
