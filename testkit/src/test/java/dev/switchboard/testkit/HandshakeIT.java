package dev.switchboard.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.server.ConnectRejected;
import dev.switchboard.server.Handshake;
import dev.switchboard.server.Socket;
import dev.switchboard.server.SocketIoServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a socket knows of how it came in: over a real port, by polling. */
class HandshakeIT {
  private record Login(String token, int level) {}

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final SocketIoServer io =
      SocketIoServer.create(
          config ->
              config
                  .host("127.0.0.1")
                  .port(0)
                  .engine(engine -> engine.allowEio3(true))
                  .cors(cors -> cors.origin("https://app.example")));

  @BeforeEach
  void start() {
    io.start().join();
  }

  @AfterEach
  void close() {
    io.close();
  }

  private HttpRequest.Builder request(String query) {
    return HttpRequest.newBuilder(
        URI.create("http://127.0.0.1:" + io.port() + "/socket.io/?" + query));
  }

  private String send(HttpRequest.Builder request) throws Exception {
    HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(200);
    return answer.body();
  }

  private static String sidIn(String open) {
    int start = open.indexOf("\"sid\":\"") + 7;
    return open.substring(start, open.indexOf('"', start));
  }

  private Socket connect(String payload) throws Exception {
    String query = "EIO=4&transport=polling&lang=de&twice=1&twice=2";
    String sid =
        sidIn(
            send(
                request(query)
                    .header("Origin", "https://app.example")
                    .header("X-Two", "a")
                    .header("X-Two", "b")));
    String session = "EIO=4&transport=polling&sid=" + sid;
    assertThat(send(request(session).POST(HttpRequest.BodyPublishers.ofString(payload))))
        .isEqualTo("ok");
    assertThat(send(request(session))).startsWith("40");
    await().until(() -> io.main().sockets().size() == 1);
    return io.main().sockets().iterator().next();
  }

  @Test
  void theRequestOfTheConnectionIsTheHandshakeOfItsSockets() throws Exception {
    Instant before = Instant.now().minusSeconds(1);
    Handshake handshake = connect("40{\"token\":\"t\",\"level\":3}").handshake();
    assertThat(handshake.url()).startsWith("/socket.io/?EIO=4&transport=polling&lang=de");
    assertThat(handshake.query())
        .containsEntry("lang", "de")
        .containsEntry("twice", "2")
        .containsEntry("EIO", "4");
    assertThat(handshake.headers()).containsEntry("x-two", List.of("a", "b"));
    assertThat(handshake.header("ORIGIN")).contains("https://app.example");
    assertThat(handshake.header("absent")).isEmpty();
    assertThat(handshake.address()).isEqualTo("127.0.0.1");
    assertThat(handshake.xdomain()).isTrue();
    assertThat(handshake.secure()).isFalse();
    assertThat(handshake.issued()).isBetween(before, Instant.now());
    assertThat(handshake.auth(Login.class)).isEqualTo(new Login("t", 3));
  }

  @Test
  void asAnObjectItHasTheFieldsOfTheReference() throws Exception {
    Map<String, Object> object = connect("40{\"token\":\"t\"}").handshake().toMap();
    assertThat(object)
        .containsOnlyKeys(
            "headers", "time", "address", "xdomain", "secure", "issued", "url", "query", "auth");
    assertThat(object.get("auth")).isEqualTo(Map.of("token", "t"));
    assertThat(object.get("issued")).isInstanceOf(Long.class);
    assertThat((String) object.get("time"))
        .matches("\\w{3} \\w{3} \\d\\d \\d{4} \\d\\d:\\d\\d:\\d\\d GMT.*");
    Map<?, ?> headers = (Map<?, ?>) object.get("headers");
    assertThat(headers.get("x-two")).isEqualTo("a, b");
  }

  @Test
  void withoutAuthThereIsAnEmptyOneThatNobodyCanChange() throws Exception {
    Handshake handshake = connect("40").handshake();
    assertThat(handshake.auth()).isEmpty();
    assertThatThrownBy(() -> handshake.auth().put("admin", true))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void authOfAnotherShapeIsRefusedWithAMessageThatSaysSo() throws Exception {
    Handshake handshake = connect("40{\"level\":\"high\"}").handshake();
    assertThatThrownBy(() -> handshake.auth(Login.class))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> handshake.auth().put("admin", true))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void aSocketKnowsItsTransportAndProtocol() throws Exception {
    Socket socket = connect("40");
    assertThat(socket.transport()).isEqualTo("polling");
    assertThat(socket.protocol()).isEqualTo(4);
    assertThat(socket.id()).hasSize(20);
  }

  @Test
  void clientsOfTheSecondGenerationAreInTheMainNamespaceWithoutAsking() throws Exception {
    io.of("/adm")
        .use(
            socket -> {
              if (socket.handshake().auth().isEmpty()) {
                throw new ConnectRejected("nope");
              }
              if ("data".equals(socket.handshake().auth().get("with"))) {
                throw new ConnectRejected("nope", Map.of("code", 1));
              }
            });
    String open = send(request("EIO=3&transport=polling&b64=1&lang=de"));
    String sid = sidIn(open);
    String session = "EIO=3&transport=polling&b64=1&sid=" + sid;
    assertThat(open + "|" + send(request(session))).endsWith("2:40");
    await().until(() -> io.main().sockets().size() == 1);
    Socket main = io.main().sockets().iterator().next();
    assertThat(main.id()).isEqualTo(sid);
    assertThat(main.protocol()).isEqualTo(3);
    assertThat(answer(session, "40/adm,")).isEqualTo("44/adm,\"nope\"");
    assertThat(answer(session, "40/adm?with=data,")).isEqualTo("44/adm,{\"code\":1}");
    assertThat(answer(session, "40/nope,"))
        .isEqualTo("44/nope,{\"message\":\"Invalid namespace\"}");
    assertThat(answer(session, "40/adm?token=a%20b,")).startsWith("40/adm");
    Socket adm = io.of("/adm").sockets().iterator().next();
    assertThat(adm.id()).isEqualTo("/adm#" + sid);
    assertThat(adm.handshake().auth()).isEqualTo(Map.of("token", "a b"));
    assertThat(adm.handshake().query()).containsEntry("lang", "de").doesNotContainKey("token");
  }

  /** Sends one packet in the framing of revision 3, and takes the next that comes. */
  private String answer(String session, String packet) throws Exception {
    String payload = packet.length() + ":" + packet;
    assertThat(send(request(session).POST(HttpRequest.BodyPublishers.ofString(payload))))
        .isEqualTo("ok");
    String answer = send(request(session).timeout(Duration.ofSeconds(10)));
    return answer.substring(answer.indexOf(':') + 1);
  }
}
