package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.socket.EncodedPacket;
import dev.switchboard.protocol.socket.Packet;
import dev.switchboard.protocol.socket.PacketDecoder;
import dev.switchboard.protocol.socket.Parser;
import dev.switchboard.protocol.socket.ParserLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Losses, and what is there again after them; and the ways to a server that are tried. */
@Timeout(60)
class ResilienceIT {
  private static final Consumer<ClientConfig> QUICK =
      config ->
          config.transports("websocket").reconnection(quick -> quick.delay(Duration.ofMillis(20)));

  private static void cut(TestServer server) {
    server.io.engine().forEachSession(session -> session.close());
  }

  @Test
  void retriesDeliverAtLeastOnceAndInOrder() {
    List<Integer> handled = Collections.synchronizedList(new ArrayList<>());
    try (TestServer server =
            TestServer.start(
                io ->
                    io.onConnection(
                        s ->
                            s.on(
                                "n",
                                (args, ack) -> {
                                  int n = args.get(0, Integer.class);
                                  handled.add(n);
                                  if (n % 7 == 3 && Collections.frequency(handled, n) == 1) {
                                    s.disconnect(false); // before the acknowledgement
                                  }
                                  ack.send();
                                })));
        ClientSocket socket =
            SocketIoClient.create(
                server.url(), QUICK.andThen(config -> config.retries(3, Duration.ofSeconds(20))))) {
      socket.onDisconnect(reason -> socket.connect());
      socket.connect();
      for (int i = 0; i < 50; i++) {
        socket.emit("n", i);
      }
      Awaitility.await().until(() -> handled.contains(49));
      Awaitility.await().until(() -> socket.link().backlog().packets() == 0);
      List<Integer> expected =
          IntStream.range(0, 50)
              .boxed()
              .flatMap(n -> n % 7 == 3 ? Stream.of(n, n) : Stream.of(n))
              .toList();
      assertThat(handled).containsExactlyElementsOf(expected);
    }
  }

  @Test
  void anEventThatIsNeverAcknowledgedIsGivenUpAfterItsRetries() throws InterruptedException {
    var tries = new AtomicInteger();
    var others = new LinkedBlockingQueue<Object>();
    try (TestServer server =
            TestServer.start(
                io ->
                    io.onConnection(
                        s -> {
                          s.on("deaf", args -> tries.incrementAndGet());
                          s.on(
                              "other",
                              (args, ack) -> {
                                others.add(args.get(0));
                                ack.send("done");
                              });
                        }));
        ClientSocket socket =
            SocketIoClient.connect(
                server.url(), QUICK.andThen(config -> config.retries(2, Duration.ofMillis(100))))) {
      CompletableFuture<?> deaf = socket.call("deaf");
      CompletableFuture<?> other = socket.timeout(Duration.ofSeconds(20)).call("other", "after it");
      assertThatThrownBy(() -> deaf.get(20, TimeUnit.SECONDS))
          .hasCauseInstanceOf(AckTimeoutException.class);
      assertThat(other).succeedsWithin(Duration.ofSeconds(20));
      assertThat(tries).hasValue(3);
      assertThat(others).containsExactly("after it");
    }
  }

  @Test
  void theSessionIsRecoveredWithWhatWasMissedAndNothingTwice() throws InterruptedException {
    try (TestServer server =
            TestServer.start(
                config -> config.recovery(), io -> io.onConnection(s -> s.join("news")));
        ClientSocket socket = SocketIoClient.create(server.url(), QUICK)) {
      List<Integer> received = Collections.synchronizedList(new ArrayList<>());
      var connected = new LinkedBlockingQueue<Boolean>();
      socket.on("n", args -> received.add(args.get(0, Integer.class)));
      socket.onConnect(() -> connected.add(socket.recovered()));
      socket.connect();
      assertThat(connected.poll(20, TimeUnit.SECONDS)).isFalse();
      String id = socket.id().orElseThrow();
      List<Integer> sent = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        server.io.to("news").emit("n", i);
        sent.add(i);
        if (i % 100 == 50) {
          cut(server);
          server.io.to("news").emit("n", -i);
          sent.add(-i);
          assertThat(connected.poll(20, TimeUnit.SECONDS)).isTrue();
        }
      }
      Awaitility.await().until(() -> received.size() >= sent.size());
      assertThat(received).containsExactlyElementsOf(sent);
      assertThat(socket.id()).hasValue(id);
    }
  }

  @Test
  void givesUpAfterTheAttemptsItIsAllowed() throws InterruptedException {
    String nobody;
    try (TestServer server = TestServer.start(io -> {})) {
      nobody = server.url();
    }
    try (ClientSocket socket =
        SocketIoClient.create(
            nobody,
            config ->
                config.reconnection(quick -> quick.delay(Duration.ofMillis(10)).attempts(2)))) {
      Events events = Events.of(socket);
      socket.connect();
      assertThat(events.next()).startsWith("connect_error xhr poll error: ");
      assertThat(events.next()).isEqualTo("reconnect_attempt 1");
      assertThat(events.next()).startsWith("connect_error ");
      assertThat(events.next()).isEqualTo("reconnect_attempt 2");
      assertThat(events.next()).startsWith("connect_error ");
      assertThat(events.next()).isEqualTo("reconnect_failed");
      socket.connect();
      assertThat(events.next()).startsWith("connect_error ");
    }
  }

  @Test
  void triesTheOtherTransportIfTold() throws InterruptedException {
    try (TestServer server =
        TestServer.start(
            config -> config.engine(engine -> engine.transports("websocket")), io -> {})) {
      try (ClientSocket stubborn = SocketIoClient.create(server.url(), config -> {})) {
        Events events = Events.of(stubborn);
        stubborn.connect();
        assertThat(events.next())
            .isEqualTo(
                "connect_error xhr poll error: HTTP status 400:"
                    + " {\"code\":0,\"message\":\"Transport unknown\"}");
      }
      try (ClientSocket flexible =
          SocketIoClient.create(server.url(), config -> config.tryAllTransports(true))) {
        Events events = Events.of(flexible);
        flexible.connect();
        assertThat(events.next()).isEqualTo("connect");
        assertThat(flexible.transport()).hasValue("websocket");
      }
    }
  }

  @Test
  void remembersThatTheWebSocketWorkedIfTold() throws InterruptedException {
    var transports = new LinkedBlockingQueue<String>();
    try (TestServer server =
            TestServer.start(
                io ->
                    io.onConnection(s -> transports.add(s.handshake().query().get("transport"))));
        ClientSocket socket =
            SocketIoClient.create(
                server.url(),
                config ->
                    config
                        .rememberUpgrade(true)
                        .reconnection(quick -> quick.delay(Duration.ofMillis(20))))) {
      Events events = Events.of(socket);
      socket.connect();
      events.next("upgrade");
      cut(server);
      events.next("disconnect");
      events.next("connect");
      assertThat(transports.poll(20, TimeUnit.SECONDS)).isEqualTo("polling");
      assertThat(transports.poll(20, TimeUnit.SECONDS)).isEqualTo("websocket");
    }
  }

  @Test
  void staysOnPollingIfTold() throws InterruptedException {
    try (TestServer server =
            TestServer.start(
                io -> io.onConnection(s -> s.on("ask", (args, ack) -> ack.send(s.transport()))));
        ClientSocket socket =
            SocketIoClient.connect(server.url(), config -> config.upgrade(false))) {
      for (int i = 0; i < 20; i++) {
        assertThat(socket.call("ask").orTimeout(20, TimeUnit.SECONDS).join().get(0))
            .isEqualTo("polling");
      }
    }
  }

  @Test
  void msgpackCarriesEverything() {
    byte[] bytes = {1, 2, 3};
    try (TestServer server =
            TestServer.start(
                config -> config.parser(Parser.msgpack(Json.create())),
                io ->
                    io.onConnection(
                        s -> s.on("ask", (args, ack) -> ack.send(args.toList().toArray()))));
        ClientSocket socket =
            SocketIoClient.connect(
                server.url(), config -> config.msgpack().auth(Map.of("token", "abc")))) {
      var answer = socket.call("ask", bytes, Map.of("a", List.of(1.5, "ü")), null).join();
      assertThat(answer.get(0, byte[].class)).isEqualTo(bytes);
      assertThat(answer.get(1)).isEqualTo(Map.of("a", List.of(1.5, "ü")));
      assertThat(answer.get(2)).isNull();
    }
  }

  @Test
  void aParserOfTheApplicationsMayFailAndTheClientLives() throws InterruptedException {
    Parser text = Parser.text(Json.create());
    Parser moody =
        new Parser() {
          @Override
          public EncodedPacket encode(Packet packet) {
            return text.encode(packet);
          }

          @Override
          public PacketDecoder newDecoder(ParserLimits limits) {
            PacketDecoder decoder = text.newDecoder(limits);
            return new PacketDecoder() {
              @Override
              public Packet text(String message) {
                if (message.contains("provoke")) {
                  throw new IllegalStateException("a mistake in the parser");
                }
                return decoder.text(message);
              }

              @Override
              public Packet binary(byte[] message) {
                return decoder.binary(message);
              }

              @Override
              public boolean incomplete() {
                return decoder.incomplete();
              }
            };
          }
        };
    try (TestServer server =
            TestServer.start(
                io -> io.onConnection(s -> s.on("provoke", args -> s.emit("provoke"))));
        ClientSocket socket =
            SocketIoClient.create(server.url(), QUICK.andThen(config -> config.parser(moody)))) {
      Events events = Events.of(socket);
      socket.connect();
      events.next("connect");
      socket.emit("provoke");
      assertThat(events.next("disconnect")).isEqualTo("disconnect parse error");
      events.next("connect");
    }
  }
}
