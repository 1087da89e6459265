package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.protocol.Call;
import dev.switchboard.protocol.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client and a server, over each transport. */
@Timeout(60)
class ClientConnectionIT {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  record Message(String room, String text) {}

  record Receipt(long id) {}

  private static final Call<Message, Receipt> SEND = Call.of("send", Message.class, Receipt.class);
  private static final Event<Message> POSTED = Event.of("posted", Message.class);

  private static TestServer echo() {
    return TestServer.start(
        io ->
            io.onConnection(
                socket -> {
                  socket.on("echo", args -> socket.emit("echo", args.toList().toArray()));
                  socket.on("ask", (args, ack) -> ack.send(args.toList().toArray()));
                  socket.reply(
                      SEND,
                      message -> {
                        socket.emit(POSTED, message);
                        return new Receipt(message.text().length());
                      });
                }));
  }

  @ParameterizedTest
  @ValueSource(strings = {"polling", "websocket"})
  void eventsGoBothWaysOverEachTransport(String transport) throws InterruptedException {
    try (TestServer server = echo();
        ClientSocket socket =
            SocketIoClient.create(server.url(), config -> config.transports(transport))) {
      Events events = Events.of(socket);
      socket.connect();
      assertThat(events.next()).isEqualTo("connect");
      assertThat(socket.transport()).hasValue(transport);
      assertThat(socket.id().orElseThrow()).hasSize(20);
      socket.emit("echo", 1, "zwei €", List.of(true), Map.of("a", 1));
      assertThat(events.next()).isEqualTo("echo [1, zwei €, [true], {a=1}]");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"polling", "websocket"})
  void binaryTravelsAtAnyDepth(String transport) {
    try (TestServer server = echo();
        ClientSocket socket =
            SocketIoClient.connect(server.url(), config -> config.transports(transport))) {
      byte[] bytes = {0, 1, (byte) 0xff};
      var answer =
          socket
              .call("ask", Map.of("deep", List.of(Map.of("bytes", bytes))), bytes)
              .orTimeout(20, TimeUnit.SECONDS)
              .join();
      assertThat(answer.get(1, byte[].class)).isEqualTo(bytes);
      assertThat(answer.toList().get(0))
          .usingRecursiveComparison()
          .isEqualTo(Map.of("deep", List.of(Map.of("bytes", bytes))));
    }
  }

  @Test
  void typedCallsAndEventsAreThoseOfTheServer() throws InterruptedException {
    try (TestServer server = echo();
        ClientSocket socket = SocketIoClient.create(server.url(), config -> {})) {
      var posted = new java.util.concurrent.LinkedBlockingQueue<Message>();
      socket.on(POSTED, posted::add);
      socket.connect();
      Receipt receipt =
          socket.call(SEND, new Message("news", "hello")).orTimeout(20, TimeUnit.SECONDS).join();
      assertThat(receipt).isEqualTo(new Receipt(5));
      assertThat(posted.poll(20, TimeUnit.SECONDS)).isEqualTo(new Message("news", "hello"));
    }
  }

  @Test
  void movesToTheWebSocketUnderTrafficAndKeepsTheOrder() throws InterruptedException {
    try (TestServer server = echo();
        ClientSocket socket = SocketIoClient.create(server.url(), config -> {})) {
      List<Integer> received = Collections.synchronizedList(new ArrayList<>());
      socket.on("echo", args -> received.add(args.get(0, Integer.class)));
      Events events = Events.of(socket);
      socket.connect();
      List<Integer> sent = new ArrayList<>();
      int number = 0;
      while (!socket.transport().equals(java.util.Optional.of("websocket")) || number < 500) {
        sent.add(number);
        socket.emit("echo", number++);
        Thread.onSpinWait();
        if (number % 50 == 0) {
          socket.call("ask").orTimeout(20, TimeUnit.SECONDS).join();
        }
      }
      events.next("upgrade");
      Awaitility.await().atMost(PATIENCE).until(() -> received.size() == sent.size());
      assertThat(received).isEqualTo(sent);
      assertThat(server.io.clientsCount()).isEqualTo(1);
    }
  }

  @Test
  void comesBackWhenTheServerDoesAndSendsWhatWaited() throws InterruptedException {
    TestServer first = echo();
    int port = first.port();
    try (ClientSocket socket =
        SocketIoClient.create(
            first.url(),
            config ->
                config.reconnection(
                    settings ->
                        settings
                            .delay(Duration.ofMillis(50))
                            .delayMax(Duration.ofMillis(200))
                            .randomizationFactor(0)))) {
      Events events = Events.of(socket);
      socket.connect();
      events.next("connect");
      first.close();
      assertThat(events.next("disconnect"))
          .isIn("disconnect transport close", "disconnect transport error");
      socket.emit("echo", "waited");
      assertThat(events.next("reconnect_attempt")).isEqualTo("reconnect_attempt 1");
      events.next("connect_error");
      try (TestServer second =
          TestServer.start(
              port,
              config -> {},
              io ->
                  io.onConnection(
                      s -> s.on("echo", args -> s.emit("echo", args.toList().toArray()))))) {
        events.next("reconnect ");
        events.next("connect");
        assertThat(events.next("echo")).isEqualTo("echo [waited]");
        assertThat(second.io.clientsCount()).isEqualTo(1);
      }
    }
  }

  @Test
  void sayingGoodbyeIsHeardByTheServer() {
    var reasons = new java.util.concurrent.LinkedBlockingQueue<String>();
    try (TestServer server =
        TestServer.start(
            io ->
                io.onConnection(
                    s -> {
                      s.on("last", args -> reasons.add("last"));
                      s.onDisconnect(reason -> reasons.add(reason.text()));
                    }))) {
      for (String transport : List.of("polling", "websocket")) {
        ClientSocket socket =
            SocketIoClient.connect(server.url(), config -> config.transports(transport));
        socket.call("nobody").orTimeout(1, TimeUnit.MILLISECONDS).exceptionally(e -> null).join();
        Awaitility.await().atMost(PATIENCE).until(socket::connected);
        socket.emit("last");
        socket.close();
        Awaitility.await().atMost(PATIENCE).until(() -> reasons.size() == 2);
        assertThat(reasons).containsExactly("last", "client namespace disconnect");
        reasons.clear();
        Awaitility.await().atMost(PATIENCE).until(() -> server.io.engine().clientsCount() == 0);
      }
    }
  }
}
