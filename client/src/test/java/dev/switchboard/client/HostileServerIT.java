package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a server does, there is an error that says what, and another attempt. */
@Timeout(60)
class HostileServerIT {
  private static ClientSocket socket(HostileServer server, String transport) {
    return SocketIoClient.create(
        server.url(),
        config ->
            config
                .transports(transport)
                .timeout(Duration.ofMillis(500))
                .limits(limits -> limits.maxMessageBytes(100_000))
                .reconnection(quick -> quick.delay(Duration.ofMillis(20))));
  }

  /** The first failure, once there was a second: it is tried again. */
  private static String failure(HostileServer server, String transport)
      throws InterruptedException {
    try (ClientSocket socket = socket(server, transport)) {
      var failures = new LinkedBlockingQueue<String>();
      socket.onConnectError(failure -> failures.add(failure.getMessage()));
      socket.connect();
      String first = failures.poll(20, TimeUnit.SECONDS);
      assertThat(failures.poll(20, TimeUnit.SECONDS)).isNotNull();
      return first;
    }
  }

  /** How a connection ends that was there, once it is back. */
  private static String loss(HostileServer server, String transport) throws InterruptedException {
    try (ClientSocket socket = socket(server, transport)) {
      var losses = new LinkedBlockingQueue<String>();
      var back = new LinkedBlockingQueue<Integer>();
      socket.onDisconnect(
          (reason, cause) ->
              losses.add(cause == null ? reason.text() : reason + ": " + cause.getMessage()));
      socket.onReconnect(back::add);
      socket.connect();
      String first = losses.poll(20, TimeUnit.SECONDS);
      assertThat(back.poll(20, TimeUnit.SECONDS)).isNotNull();
      return first;
    }
  }

  private static void awaitRequest(HostileServer server, String part) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> server.requests.stream().anyMatch(request -> request.contains(part)));
  }

  private static void namespace(HostileServer.Peer peer) throws IOException {
    peer.acceptWebSocket();
    peer.text(HostileServer.OPEN);
    peer.text("40{\"sid\":\"public\"}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"polling", "websocket"})
  void oneThatNeverAnswers(String transport) throws InterruptedException {
    try (HostileServer server = HostileServer.start(peer -> peer.hang())) {
      assertThat(failure(server, transport)).isEqualTo("timeout: no connection within 500 ms");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"polling", "websocket"})
  void oneThatHangsUp(String transport) throws InterruptedException {
    try (HostileServer server =
        HostileServer.start(
            peer -> {
              throw new IOException();
            })) {
      assertThat(failure(server, transport))
          .startsWith(transport.equals("polling") ? "xhr poll error: " : "websocket error: ");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "<html>It works!</html>, unknown packet type",
    "'', empty packet",
    "0{}, without a sid",
    "0[], without a sid",
    "0nonsense, server error: ",
    "'0{\"sid\":\"\",\"pingInterval\":1,\"pingTimeout\":1}', without a sid",
    "'0{\"sid\":\"a\",\"pingInterval\":-1,\"pingTimeout\":1}', without a positive pingInterval",
    "40, a message before the handshake",
    "6, the answer to the handshake is none",
    "96:0{}, is it a Socket.IO server"
  })
  void oneWhoseHandshakeIsNone(String body, String words) throws InterruptedException {
    try (HostileServer server = HostileServer.start(peer -> peer.ok(body))) {
      assertThat(failure(server, "polling")).contains(words);
    }
  }

  @Test
  void oneThatSaysNo() throws InterruptedException {
    String body = "{\"code\":4,\"message\":\"Forbidden\"}";
    try (HostileServer server =
        HostileServer.start(peer -> peer.answer("403 Forbidden", "", body))) {
      assertThat(failure(server, "polling")).isEqualTo("xhr poll error: HTTP status 403: " + body);
      assertThat(failure(server, "websocket")).startsWith("websocket error: HTTP status 403");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"polling", "websocket"})
  void oneThatRedirectsWithoutEnd(String transport) throws InterruptedException {
    try (HostileServer server =
        HostileServer.start(peer -> peer.answer("302 Found", "Location: /again\r\n", ""))) {
      assertThat(failure(server, transport)).contains("a redirect to /again, is not followed");
    }
  }

  @Test
  void oneWhoseBodyHasNoEnd() throws InterruptedException {
    try (HostileServer server =
        HostileServer.start(
            peer -> {
              peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2000000000\r\n\r\n4");
              while (true) {
                peer.write("x".repeat(10_000));
              }
            })) {
      assertThat(failure(server, "polling"))
          .isEqualTo("the server sent a body of more than 100000 bytes");
    }
  }

  @Test
  void oneThatDoesNotAnswerTheNamespace() throws InterruptedException {
    try (HostileServer server =
        HostileServer.start(
            peer -> {
              peer.acceptWebSocket();
              peer.text(HostileServer.OPEN);
              peer.readToTheEnd();
            })) {
      assertThat(failure(server, "websocket"))
          .contains("timeout: the server did not answer the connection of /");
    }
  }

  @Test
  void oneThatSpeaksOfVersionTwo() throws InterruptedException {
    try (HostileServer server =
        HostileServer.start(
            peer -> {
              peer.acceptWebSocket();
              peer.text(HostileServer.OPEN);
              peer.text("40");
              peer.readToTheEnd();
            })) {
      try (ClientSocket socket = socket(server, "websocket")) {
        Events events = Events.of(socket);
        socket.connect();
        assertThat(events.next()).contains("the protocol of Socket.IO 2");
        assertThat(socket.active()).isFalse();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "9, transport error: server error: unknown packet type",
    "'', transport error: server error: empty packet",
    "4, parse error: parse error: ",
    "4abc, parse error: parse error: ",
    "'42[\"connect\"]', parse error: parse error: invalid payload",
    "'42{}', parse error: parse error: ",
    "'451-[\"a\",{\"_placeholder\":true,\"num\":9}]', parse error: parse error: ",
    "4599-[], parse error: parse error: ",
    "b!!!, transport error: server error: invalid base64"
  })
  void oneThatSendsWhatIsNoPacket(String message, String words) throws InterruptedException {
    try (HostileServer server =
        HostileServer.start(
            peer -> {
              namespace(peer);
              peer.text(message);
              peer.readToTheEnd();
            })) {
      assertThat(loss(server, "websocket")).startsWith(words);
    }
  }

  @Test
  void oneThatSendsBinaryThatNobodyAwaits() throws InterruptedException {
    try (HostileServer server =
        HostileServer.start(
            peer -> {
              namespace(peer);
              peer.frame(0x82, new byte[] {1, 2, 3});
              peer.readToTheEnd();
            })) {
      assertThat(loss(server, "websocket"))
          .isEqualTo(
              "parse error: parse error: got binary data when not reconstructing a packet"
                  + " (does the server have the same parser?)");
    }
  }

  @Test
  void oneWhoseMessagesAreTooLong() throws InterruptedException {
    try (HostileServer server =
        HostileServer.start(
            peer -> {
              namespace(peer);
              peer.frame(0x01, "4".getBytes(java.nio.charset.StandardCharsets.UTF_8));
              while (true) {
                peer.frame(0x00, new byte[10_000]);
              }
            })) {
      assertThat(loss(server, "websocket"))
          .startsWith("transport error: the server sent a message of more than 100000 bytes");
    }
  }

  @Test
  void oneThatBreaksTheRulesOfWebSockets() throws InterruptedException {
    try (HostileServer server =
        HostileServer.start(
            peer -> {
              namespace(peer);
              peer.frame(0xff, new byte[1]);
              peer.readToTheEnd();
            })) {
      assertThat(loss(server, "websocket")).startsWith("transport error: websocket error: ");
    }
  }

  @Test
  void oneThatDiesRightBehindAMessageAgainAndAgain() throws InterruptedException {
    try (HostileServer server =
        HostileServer.start(
            peer -> {
              namespace(peer);
              peer.text("42[\"last\"]");
              throw new IOException("dead");
            })) {
      try (ClientSocket socket = socket(server, "websocket")) {
        Events events = Events.of(socket);
        socket.connect();
        for (int i = 0; i < 20; i++) {
          events.next("disconnect transport ");
        }
      }
    }
  }

  @Test
  void oneThatDoesNotPing() throws InterruptedException {
    try (HostileServer server =
        HostileServer.start(
            peer -> {
              peer.acceptWebSocket();
              peer.text(HostileServer.OPEN.replace("25000", "200").replace("20000", "100"));
              peer.text("40{\"sid\":\"public\"}");
              peer.readToTheEnd();
            })) {
      assertThat(loss(server, "websocket")).isEqualTo("ping timeout");
    }
  }

  @Test
  void oneWhoseProbeFailsIsServedByPolling() throws InterruptedException {
    try (HostileServer server =
        HostileServer.start(
            peer -> {
              if (peer.wantsWebSocket()) {
                peer.acceptWebSocket();
                peer.text("4 no probe");
                peer.readToTheEnd();
              } else if (peer.request.startsWith("POST")) {
                peer.ok("ok");
              } else if (!peer.request.contains("sid=")) {
                peer.ok(HostileServer.OPEN.replace("[]", "[\"websocket\"]"));
              } else if (!peer.header("cookie").contains("node=1")) {
                peer.answer("200 OK", "Set-Cookie: node=1; Path=/\r\n", "40{\"sid\":\"p\"}");
              } else {
                peer.hang();
              }
            })) {
      try (ClientSocket socket =
          SocketIoClient.create(server.url(), config -> config.header("Cookie", "own=1"))) {
        Events events = Events.of(socket);
        socket.connect();
        assertThat(events.next()).isEqualTo("connect");
        awaitRequest(server, "transport=websocket");
        awaitRequest(server, "own=1; node=1"); // the cookie goes back, behind the user's own
        assertThat(socket.transport()).hasValue("polling");
      }
    }
  }

  @Test
  void oneThatAsksForAcknowledgementsAndReadsNone() throws InterruptedException {
    try (HostileServer server =
        HostileServer.start(
            peer -> {
              namespace(peer);
              for (int i = 0; i < 1_000_000; i++) {
                peer.text("42" + i + "[\"ask\"]");
              }
              peer.hang();
            })) {
      try (ClientSocket socket =
          SocketIoClient.create(
              server.url(),
              config ->
                  config
                      .transports("websocket")
                      .limits(limits -> limits.buffer(100, 1 << 20, OverflowPolicy.REJECT)))) {
        String much = "x".repeat(10_000);
        socket.reply("ask", args -> much);
        var losses = new LinkedBlockingQueue<String>();
        socket.onDisconnect((reason, cause) -> losses.add(String.valueOf(cause)));
        socket.connect();
        assertThat(losses.poll(30, TimeUnit.SECONDS))
            .contains("the server asks for more acknowledgements than it reads");
      }
    }
  }

  @Test
  void oneThatSendsEventsAndNeverConnectsTheNamespace() throws InterruptedException {
    try (HostileServer server =
        HostileServer.start(
            peer -> {
              peer.acceptWebSocket();
              peer.text(HostileServer.OPEN);
              while (true) {
                peer.text("42[\"early\"]");
              }
            })) {
      try (ClientSocket socket =
          SocketIoClient.create(
              server.url(),
              config ->
                  config.transports("websocket").limits(limits -> limits.unhandledEvents(1_000)))) {
        Events events = Events.of(socket);
        socket.connect();
        assertThat(events.next()).contains("sends events and does not connect the namespace");
      }
    }
  }
}
