package dev.switchboard.guide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.protocol.Call;
import dev.switchboard.protocol.Event;
import dev.switchboard.protocol.TypeRef;
import dev.switchboard.server.Registration;
import dev.switchboard.server.SocketIoServer;
import dev.switchboard.testkit.TestClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The guide's examples of events and acknowledgements. */
@Timeout(30)
class EventsGuideIT {
  record Point(int x, int y) {}

  record Order(String product, int count) {}

  record Price(long cents) {}

  static final Event<Point> MOVED = Event.of("moved", Point.class);
  static final Event<List<Point>> PATH = Event.of("path", new TypeRef<List<Point>>() {});
  static final Call<Order, Price> PRICE = Call.of("price", Order.class, Price.class);
  static final Call<String, Boolean> CONFIRM = Call.of("confirm", String.class, Boolean.class);

  private final SocketIoServer io = SocketIoServer.create(config -> {});
  private final List<String> seen = Collections.synchronizedList(new ArrayList<>());
  private final Prices prices = new Prices();

  @AfterEach
  void close() {
    io.close();
  }

  @Test
  void plainEvents() {
    io.onConnection(
        socket -> {
          socket.emit("welcome", "to the machine", 42, new byte[] {1, 2, 3});

          socket.on(
              "draw",
              args -> {
                String colour = args.get(0, String.class);
                Point point = args.get(1, Point.class);
                byte[] image = args.get(2, byte[].class);
                socket.broadcast().emit("draw", colour, point, image);
              });
        });
    try (var ada = TestClient.connect(io);
        var grace = TestClient.connect(io)) {
      assertThat(ada.next("welcome").toList())
          .containsExactly("to the machine", 42, new byte[] {1, 2, 3});
      grace.next("welcome");
      ada.emit("draw", "red", Map.of("x", 1, "y", 2), new byte[] {7});
      assertThat(grace.next("draw").toList())
          .containsExactly("red", Map.of("x", 1, "y", 2), new byte[] {7});
    }
  }

  @Test
  void typedEvents() {
    io.onConnection(
        socket -> {
          socket.on(MOVED, point -> socket.broadcast().emit(MOVED, point));
          socket.on(PATH, points -> io.emit(MOVED, points.get(points.size() - 1)));
        });
    try (var ada = TestClient.connect(io);
        var grace = TestClient.connect(io)) {
      ada.emit(MOVED, new Point(3, 4));
      assertThat(grace.next(MOVED)).isEqualTo(new Point(3, 4));
      ada.emit(PATH, List.of(new Point(0, 0), new Point(5, 6)));
      assertThat(ada.next(MOVED)).isEqualTo(new Point(5, 6));
    }
  }

  @Test
  void answers() {
    io.onConnection(
        socket -> {
          socket.reply("add", args -> args.get(0, int.class) + args.get(1, int.class));
          socket.reply(PRICE, order -> new Price(order.count() * 250L));
          socket.replyAsync(Call.of("ask", Order.class, Price.class), prices::ask);
          socket.on("save", (args, ack) -> ack.send("ok", args.size()));
        });
    try (var ada = TestClient.connect(io)) {
      assertThat(ada.call("add", 2, 3).join().get(0)).isEqualTo(5);
      assertThat(ada.call(PRICE, new Order("tea", 2))).isEqualTo(new Price(500));
      assertThat(ada.call("ask", new Order("tea", 2)).join().get(0))
          .isEqualTo(Map.of("cents", 199));
      assertThat(ada.call("save", 1, 2).join().toList()).isEqualTo(List.of("ok", 2));
    }
  }

  @Test
  void callsToTheClient() {
    io.onConnection(
        socket ->
            socket.on(
                "delete-all",
                args ->
                    socket
                        .timeout(Duration.ofSeconds(5))
                        .call(CONFIRM, "Delete everything?")
                        .whenComplete(
                            (confirmed, failure) -> {
                              if (failure != null) { // no answer in time, or the client is gone
                                seen.add("no answer");
                              } else if (confirmed) {
                                seen.add("confirmed");
                              }
                            })));
    try (var ada = TestClient.connect(io)) {
      ada.reply("confirm", args -> true);
      ada.emit("delete-all");
      Awaitility.await().until(() -> seen.contains("confirmed"));
    }
  }

  @Test
  void handlersThatAskBack() {
    io.onConnection(
        socket ->
            socket.reply(
                "delete",
                args -> { // may wait for its own client: answers do not queue behind handlers
                  boolean sure = socket.call(CONFIRM, "Sure?").join();
                  return sure ? "deleted" : "kept";
                }));
    try (var ada = TestClient.connect(io)) {
      ada.reply("confirm", args -> true);
      assertThat(ada.call("delete").orTimeout(5, TimeUnit.SECONDS).join().get(0))
          .isEqualTo("deleted");
    }
  }

  @Test
  void listeningToAllAndNoLonger() {
    io.onConnection(
        socket -> {
          socket.onAny((event, args) -> seen.add("in " + event + args.toList()));
          socket.onAnyOutgoing((event, args) -> seen.add("out " + event));
          socket.once("hello", args -> socket.emit("hello", "nice to meet you"));
          Registration pings = socket.on("ping-me", args -> socket.emit("pinged"));
          socket.on("stop", args -> pings.remove());
        });
    try (var ada = TestClient.connect(io)) {
      ada.emit("hello", 1);
      ada.emit("hello", 2);
      ada.emit("ping-me");
      ada.emit("stop");
      ada.emit("ping-me");
      ada.next("pinged");
      Awaitility.await()
          .untilAsserted(
              () ->
                  assertThat(seen)
                      .contains("in hello[1]", "in hello[2]", "in stop[]", "out hello")
                      .filteredOn("in ping-me[]"::equals)
                      .hasSize(2));
      assertThat(ada.waiting("hello")).isEqualTo(1);
      assertThat(ada.waiting("pinged")).isZero();
    }
  }

  @Test
  void goodbyes() {
    io.onConnection(
        socket -> {
          socket.join("lobby");
          socket.on("leave", args -> socket.disconnect());
          socket.onDisconnecting(reason -> seen.add("was in " + socket.rooms().contains("lobby")));
          socket.onDisconnect(reason -> seen.add("left: " + reason));
        });
    try (var ada = TestClient.connect(io)) {
      ada.emit("leave");
      assertThat(ada.awaitDisconnect()).isEqualTo("io server disconnect");
      Awaitility.await()
          .untilAsserted(
              () ->
                  assertThat(seen)
                      .containsExactly("was in true", "left: server namespace disconnect"));
    }
  }

  private static final class Prices {
    CompletableFuture<Price> ask(Order order) {
      return CompletableFuture.supplyAsync(
          () -> new Price(Objects.requireNonNull(order.product()).equals("tea") ? 199 : 0));
    }
  }
}
