package dev.switchboard.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.json.PacketFormatException;
import dev.switchboard.protocol.socket.Args;
import dev.switchboard.protocol.socket.EncodedPacket;
import dev.switchboard.protocol.socket.Packet;
import dev.switchboard.protocol.socket.PacketDecoder;
import dev.switchboard.protocol.socket.Parser;
import dev.switchboard.protocol.socket.ParserLimits;
import dev.switchboard.server.ConnectRejected;
import dev.switchboard.server.ServerListener;
import dev.switchboard.server.Socket;
import dev.switchboard.server.SocketIoServer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Servers with another parser, and with ids of the application's. */
class ParsersIT {
  /** A parser such as an application could write: one line a packet, arguments are words. */
  private static final class Lines implements Parser {
    @Override
    public EncodedPacket encode(Packet packet) {
      String line =
          switch (kind(packet)) {
            case 'C' -> "C " + packet.namespace() + " " + sid(((Packet.Connect) packet).data());
            case 'R' -> "R " + packet.namespace() + " " + ((Packet.ConnectError) packet).data();
            case 'D' -> "D " + packet.namespace();
            case 'E' -> event((Packet.Event) packet);
            default ->
                "A "
                    + packet.namespace()
                    + " "
                    + ((Packet.Ack) packet).id()
                    + words(((Packet.Ack) packet).args());
          };
      return new EncodedPacket(line.getBytes(StandardCharsets.UTF_8), List.of());
    }

    private static char kind(Packet packet) {
      if (packet instanceof Packet.Connect) {
        return 'C';
      } else if (packet instanceof Packet.ConnectError) {
        return 'R';
      } else if (packet instanceof Packet.Disconnect) {
        return 'D';
      }
      return packet instanceof Packet.Event ? 'E' : 'A';
    }

    private static Object sid(@Nullable Object data) {
      return data instanceof Map<?, ?> map ? map.get("sid") : "-";
    }

    private static String event(Packet.Event event) {
      return "E " + event.namespace() + " " + event.id() + " " + event.name() + words(event.args());
    }

    private static String words(Args args) {
      var words = new StringBuilder();
      for (Object value : args.toList()) {
        words.append(' ').append(value);
      }
      return words.toString();
    }

    @Override
    public PacketDecoder newDecoder(ParserLimits limits) {
      return new PacketDecoder() {
        @Override
        public Packet text(String message) {
          String[] words = message.split(" ", -1);
          return switch (words[0]) {
            case "C" -> new Packet.Connect(words[1], null);
            case "D" -> new Packet.Disconnect(words[1]);
            case "E" ->
                new Packet.Event(words[1], words[3], args(words, 4), Long.parseLong(words[2]));
            case "A" -> new Packet.Ack(words[1], args(words, 3), Long.parseLong(words[2]));
            default -> throw new PacketFormatException("not a line: " + words[0]);
          };
        }

        @Override
        public Packet binary(byte[] message) {
          throw new PacketFormatException("lines only");
        }

        @Override
        public boolean incomplete() {
          return false;
        }
      };
    }

    private static Args args(String[] words, int from) {
      return Args.of(List.of(words).subList(from, words.length).toArray());
    }
  }

  @Test
  void aParserFromOutsideCarriesConnectionsEventsAndAcknowledgements() {
    try (SocketIoServer io = SocketIoServer.create(config -> config.parser(new Lines()))) {
      io.onConnection(
          socket -> {
            socket.join("room");
            socket.reply("add", args -> args.get(0, String.class) + args.get(1, String.class));
          });
      io.of("/closed")
          .use(
              socket -> {
                throw new ConnectRejected("no");
              });
      try (var client = RawClient.open(io)) {
        client.send("C /");
        assertThat(client.next()).matches("C / [\\w-]{20}");
        client.send("E / 5 add one two");
        assertThat(client.next()).isEqualTo("A / 5 onetwo");
        await().until(() -> io.main().roomSize("room") == 1);
        io.to("room").emit("news", "x", 1);
        assertThat(client.next()).isEqualTo("E / -1 news x 1");
        var call = io.main().sockets().iterator().next().call("ask");
        assertThat(client.next()).isEqualTo("E / 0 ask");
        client.send("A / 0 yes");
        assertThat(call.join().get(0)).isEqualTo("yes");
        client.send("C /closed");
        assertThat(client.next()).isEqualTo("R /closed {message=no}");
        io.disconnectSockets(false);
        assertThat(client.next()).isEqualTo("D /");
      }
    }
  }

  @Test
  void whatAParserFromOutsideCannotReadClosesTheConnection() {
    try (SocketIoServer io = SocketIoServer.create(config -> config.parser(new Lines()));
        var first = RawClient.open(io);
        var second = RawClient.open(io);
        var third = RawClient.open(io)) {
      first.send("nonsense");
      first.awaitClose();
      second.sendBinary((byte) 1);
      second.awaitClose();
      third.send("E"); // the parser itself fails
      third.awaitClose();
    }
  }

  @Test
  void msgpackCarriesEverythingThatTheTextParserDoes() {
    Parser msgpack = Parser.msgpack(Json.create());
    try (SocketIoServer io = SocketIoServer.create(config -> config.parser(msgpack))) {
      Queue<String> gone = new ConcurrentLinkedQueue<>();
      io.use(
          socket -> {
            if (!"t".equals(socket.handshake().auth().get("token"))) {
              throw new ConnectRejected("no", Map.of("code", 3));
            }
          });
      io.onConnection(
          socket -> {
            socket.join("room");
            socket.reply("echo", args -> args.get(0));
            socket.onDisconnect(reason -> gone.add(reason.text()));
          });
      assertThatThrownBy(() -> TestClient.connect(io, "/", null, msgpack))
          .isInstanceOfSatisfying(
              ConnectRefusedException.class,
              refused -> assertThat(refused.data()).isEqualTo(Map.of("code", 3)))
          .hasMessage("no");
      try (var client = TestClient.connect(io, "/", Map.of("token", "t"), msgpack)) {
        assertThat(client.id()).hasSize(20);
        Map<?, ?> back =
            (Map<?, ?>) client.call("echo", Map.of("b", new byte[] {1, 2})).join().get(0);
        assertThat((byte[]) back.get("b")).containsExactly(1, 2);
        io.to("room").emit("news", List.of(1, new byte[] {3}));
        List<?> news = (List<?>) client.next("news").get(0);
        assertThat((byte[]) news.get(1)).containsExactly(3);
        client.reply("ask", args -> 7);
        assertThat(io.call("ask").join().values()).containsExactly(7);
        io.disconnectSockets(false);
        assertThat(client.awaitDisconnect()).isEqualTo("io server disconnect");
      }
      await().untilAsserted(() -> assertThat(gone).containsExactly("server namespace disconnect"));
    }
  }

  @Test
  void aClientWithTheWrongParserIsClosed() {
    Parser msgpack = Parser.msgpack(Json.create());
    try (SocketIoServer io = SocketIoServer.create(config -> config.parser(msgpack));
        var client = RawClient.open(io)) {
      client.send("0");
      client.awaitClose();
    }
  }

  @Test
  void msgpackRecoversToo() {
    Parser msgpack = Parser.msgpack(Json.create());
    try (SocketIoServer io = SocketIoServer.create(config -> config.parser(msgpack).recovery())) {
      var first = TestClient.connect(io, "/", null, msgpack);
      io.emit("seen");
      Object offset = first.next("seen").get(0);
      first.close();
      await().until(() -> io.main().sockets().isEmpty());
      io.emit("missed", Map.of("n", 1), new byte[] {7});
      Map<String, Object> auth =
          Map.of("pid", String.valueOf(first.pid()), "offset", String.valueOf(offset));
      try (var second = TestClient.connect(io, "/", auth, msgpack)) {
        assertThat(second.id()).isEqualTo(first.id());
        Args missed = second.next("missed");
        assertThat(missed.get(0)).isEqualTo(Map.of("n", 1));
        assertThat(missed.get(1, byte[].class)).containsExactly(7);
      }
    }
  }

  @Test
  void socketIdsMayBeOfTheApplicationsMaking() {
    var numbers = new AtomicInteger();
    try (SocketIoServer io =
        SocketIoServer.create(
            config -> config.socketIds(session -> "user-" + numbers.incrementAndGet()))) {
      try (var first = TestClient.connect(io);
          var second = TestClient.connect(io)) {
        assertThat(first.id()).isEqualTo("user-1");
        assertThat(second.id()).isEqualTo("user-2");
        await().until(() -> io.main().sockets().size() == 2);
        io.to("user-2").emit("e");
        second.next("e");
        assertThat(first.waiting("e")).isZero();
      }
    }
  }

  @Test
  void anIdThatIsTakenOrCannotBeMadeRefusesTheClientAndLeavesNothing() {
    Queue<String> failures = new ConcurrentLinkedQueue<>();
    Queue<String> ids = new ConcurrentLinkedQueue<>(List.of("same", "same", "other"));
    try (SocketIoServer io =
        SocketIoServer.create(
            config ->
                config
                    .socketIds(session -> ids.remove())
                    .listener(
                        new ServerListener() {
                          @Override
                          public void onHandlerFailure(
                              @Nullable Socket socket, String what, Throwable failure) {
                            failures.add(what + ": " + failure.getClass().getSimpleName());
                          }
                        }))) {
      var parent = io.of(name -> true);
      try (var first = TestClient.connect(io, "/x", null)) {
        assertThatThrownBy(() -> TestClient.connect(io, "/x", null))
            .isInstanceOf(ConnectRefusedException.class)
            .hasMessage("Internal server error");
        TestClient.connect(io, "/x", null).close();
        assertThatThrownBy(() -> TestClient.connect(io, "/x", null))
            .hasMessage("Internal server error");
        assertThat(first.isConnected()).isTrue();
      }
      assertThat(failures)
          .containsExactly("socketIds: IllegalStateException", "socketIds: NoSuchElementException");
      await().untilAsserted(() -> assertThat(parent.children()).isEmpty());
    }
  }
}
