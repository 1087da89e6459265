package dev.switchboard.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.protocol.Call;
import dev.switchboard.protocol.Event;
import dev.switchboard.protocol.TypeRef;
import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.json.JsonValue;
import dev.switchboard.protocol.socket.Parser;
import dev.switchboard.server.Socket;
import dev.switchboard.server.SocketIoServer;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What arguments may be, and how they come over: with the text parser, and with msgpack. */
class SerializationIT {
  enum Kind {
    SMALL,
    LARGE
  }

  record Item(String name, int count, Kind kind) {}

  record Order(
      long id, List<Item> items, Map<String, Double> prices, Optional<String> note, Instant at) {}

  @SuppressWarnings("ArrayRecordComponent") // as applications have it; equals compares the bytes
  record Picture(String name, byte[] data) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Picture that
          && name.equals(that.name)
          && Arrays.equals(data, that.data);
    }

    @Override
    public int hashCode() {
      return name.hashCode();
    }
  }

  private static final Order ORDER =
      new Order(
          1L << 40,
          List.of(new Item("Äpfel \"rot\" \u2028 😀", 3, Kind.SMALL), new Item("", 0, Kind.LARGE)),
          Map.of("one", 1.5),
          Optional.of("leave at the door"),
          Instant.parse("2026-02-03T04:05:06.789Z"));

  private static final Call<Order, Order> ECHO_ORDER = Call.of("order", Order.class, Order.class);
  private static final Call<Picture, Picture> ECHO_PICTURE =
      Call.of("picture", Picture.class, Picture.class);
  private static final Call<List<Item>, Map<String, Item>> BY_NAME =
      Call.of("by name", new TypeRef<List<Item>>() {}, new TypeRef<Map<String, Item>>() {});
  private static final Event<Order> ORDERED = Event.of("ordered", Order.class);

  @Nested
  class AsText extends Round {
    AsText() {
      super(Parser.text(Json.create()));
    }
  }

  @Nested
  class AsMsgpack extends Round {
    AsMsgpack() {
      super(Parser.msgpack(Json.create()));
    }
  }

  abstract static class Round {
    private final Parser parser;

    Round(Parser parser) {
      this.parser = parser;
    }

    private void with(BiConsumer<SocketIoServer, TestClient> test) {
      try (SocketIoServer io = SocketIoServer.create(config -> config.parser(parser))) {
        io.onConnection(
            socket -> {
              socket.reply(ECHO_ORDER, order -> order);
              socket.reply(ECHO_PICTURE, picture -> picture);
              socket.reply(BY_NAME, items -> Map.of(items.get(0).name(), items.get(0)));
              socket.reply("echo", args -> args.get(0));
              socket.reply("as it is", args -> args.get(0, JsonValue.class));
              socket.on("all", (args, ack) -> ack.send(args.toList().toArray()));
            });
        try (var client = TestClient.connect(io, "/", Map.of("token", "t"), parser)) {
          test.accept(io, client);
        }
      }
    }

    @Test
    void recordsListsMapsOptionalAndInstantComeBackAsTheyWere() {
      with((io, client) -> assertThat(client.call(ECHO_ORDER, ORDER)).isEqualTo(ORDER));
    }

    @Test
    void anEmptyOptionalComesBackEmpty() {
      Order bare = new Order(1, List.of(), Map.of(), Optional.empty(), Instant.EPOCH);
      with((io, client) -> assertThat(client.call(ECHO_ORDER, bare)).isEqualTo(bare));
    }

    @Test
    void genericTypesAreReadAsSuch() {
      Item item = new Item("pear", 2, Kind.LARGE);
      with(
          (io, client) ->
              assertThat(client.call(BY_NAME, List.of(item))).isEqualTo(Map.of("pear", item)));
    }

    @Test
    void binaryWithinRecordsComesBackByteForByte() {
      byte[] all = new byte[256];
      for (int i = 0; i < all.length; i++) {
        all[i] = (byte) i;
      }
      Picture picture = new Picture("all bytes", all);
      with((io, client) -> assertThat(client.call(ECHO_PICTURE, picture)).isEqualTo(picture));
    }

    @Test
    void theBytesOfABufferAreThoseBetweenPositionAndLimit() {
      ByteBuffer buffer = ByteBuffer.wrap(new byte[] {0, 1, 2, 3}).position(1).limit(3);
      with(
          (io, client) -> {
            io.emit("bytes", buffer.slice());
            assertThat(client.next("bytes").get(0, byte[].class)).containsExactly(1, 2);
          });
    }

    @Test
    void typedEventsReachTheClientAsTyped() {
      with(
          (io, client) -> {
            io.emit(ORDERED, ORDER);
            assertThat(client.next(ORDERED)).isEqualTo(ORDER);
          });
    }

    @Test
    void anArgumentMayBePassedOnUntouched() {
      with(
          (io, client) -> {
            Object value = Map.of("deep", List.of(1, "two", new byte[] {3}));
            Map<?, ?> back =
                (Map<?, ?>)
                    client.call("as it is", value).orTimeout(5, TimeUnit.SECONDS).join().get(0);
            List<?> deep = (List<?>) back.get("deep");
            assertThat(deep.subList(0, 2)).isEqualTo(List.of(1, "two"));
            assertThat((byte[]) deep.get(2)).containsExactly(3);
          });
    }

    @Test
    void severalArgumentsKeepTheirPlacesAlsoWhereTheyAreNull() {
      with(
          (io, client) -> {
            List<Object> args = new ArrayList<>();
            args.addAll(Arrays.asList(null, true, 1, 2.5, "x", List.of(), Map.of()));
            List<?> back =
                client.call("all", args.toArray()).orTimeout(5, TimeUnit.SECONDS).join().toList();
            assertThat(back).isEqualTo(args);
          });
    }

    @Test
    void numbersKeepTheirValue() {
      with(
          (io, client) -> {
            for (Number number :
                List.of(0, -1, 255, 65_536, Integer.MAX_VALUE, (1L << 53) - 1, -(1L << 40), 0.1)) {
              Object back =
                  client.call("echo", number).orTimeout(5, TimeUnit.SECONDS).join().get(0);
              assertThat(((Number) back).doubleValue()).isEqualTo(number.doubleValue());
            }
          });
    }

    @Test
    void whatCannotBeWrittenIsRefusedWhereItIsSentAndHarmsNoConnection() {
      with(
          (io, client) -> {
            List<Object> loop = new ArrayList<>();
            loop.add(loop);
            Socket socket = io.main().socket(client.id()).orElseThrow();
            assertThatThrownBy(() -> socket.emit("bad", loop))
                .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> io.emit("bad", loop))
                .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> socket.call("bad", loop))
                .isInstanceOf(IllegalArgumentException.class);
            assertThat(client.call("echo", 1).join().get(0)).isEqualTo(1);
            assertThat(client.waiting("bad")).isZero();
          });
    }

    @Test
    void theDataOfASocketIsSeenByOthersAsATree() {
      with(
          (io, client) -> {
            Socket socket = io.main().socket(client.id()).orElseThrow();
            socket.data().put("order", new Item("fig", 1, Kind.SMALL));
            await()
                .untilAsserted(
                    () ->
                        assertThat(io.fetchSockets().join().get(0).data())
                            .isEqualTo(
                                Map.of(
                                    "order", Map.of("name", "fig", "count", 1, "kind", "SMALL"))));
          });
    }
  }

  @Test
  void theWireFormOfAnEventIsTheReferences() {
    try (SocketIoServer io = SocketIoServer.create(config -> {});
        var client = RawClient.connect(io)) {
      io.emit("e", new Item("a", 1, Kind.SMALL), null, new byte[] {1}, Double.NaN);
      assertThat(client.next())
          .isEqualTo(
              "51-[\"e\",{\"name\":\"a\",\"count\":1,\"kind\":\"SMALL\"},null,"
                  + "{\"_placeholder\":true,\"num\":0},null]");
      assertThat(client.next()).isEqualTo("binary");
      io.emit("e", Instant.EPOCH, Optional.of("x"), Optional.empty());
      assertThat(client.next()).isEqualTo("2[\"e\",\"1970-01-01T00:00:00Z\",\"x\",null]");
    }
  }
}
