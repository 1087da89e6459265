package dev.switchboard.server.netty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.server.engine.HttpReply;
import dev.switchboard.server.netty.RawClient.Response;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(NoBufferLeaks.class)
class WebSocketHandshakeTest {
  private static RunningServer server;

  @BeforeAll
  static void start() {
    server = new RunningServer();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "W02 no key       | Sec-WebSocket-Key: [^\\r]+          | X: a                    | 400 | Missing or invalid Sec-WebSocket-Key header",
        "W03 short key    | Sec-WebSocket-Key: [^\\r]+          | Sec-WebSocket-Key: abc= | 400 | Missing or invalid Sec-WebSocket-Key header",
        "W04 no version   | Sec-WebSocket-Version: 13           | X: a                    | 400 | Missing or invalid Sec-WebSocket-Version header",
        "W05 version 7    | Sec-WebSocket-Version: 13           | Sec-WebSocket-Version: 7| 400 | Missing or invalid Sec-WebSocket-Version header",
        "W06 version 8    | Sec-WebSocket-Version: 13           | Sec-WebSocket-Version: 8| 400 | Missing or invalid Sec-WebSocket-Version header",
        "W07 version 14   | Sec-WebSocket-Version: 13           | Sec-WebSocket-Version: 14| 400| Missing or invalid Sec-WebSocket-Version header",
        "W08 h2c          | Upgrade: websocket                  | Upgrade: h2c            | 400 | Invalid Upgrade header",
        "W18 protocols a,a| Host: a                             | Host: a\\r\\nSec-WebSocket-Protocol: a, a | 400 | Invalid Sec-WebSocket-Protocol header",
        "W21 other path   | /engine.io/                         | /other/                 | 404 | ''",
        "W23 POST         | GET                                 | POST                    | 400 | Bad handshake method",
        "W24 HTTP/1.0     | HTTP/1.1                            | HTTP/1.0                | 400 | WebSocket needs HTTP/1.1",
        "W25 no Host      | Host: a                             | X: a                    | 400 | ''",
      })
  void refusesBeforeThe101(String row, String pattern, String replacement, int status, String body)
      throws IOException {
    try (RawClient client = new RawClient(server.address)) {
      String with = replacement.replace("\\r", "\r").replace("\\n", "\n");
      client.send(RawClient.UPGRADE.replaceFirst(pattern.replace("\\\\", "\\"), with));
      Response response = client.read();
      assertThat(response.status()).isEqualTo(status);
      assertThat(response.text()).isEqualTo(body);
      assertThat(response.header("connection")).isEqualTo("close");
      assertThat(response.header("sec-websocket-version"))
          .isEqualTo(body.contains("Version") ? "13" : null);
      assertThat(client.readToEnd()).isZero();
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "W11 two tokens | Connection: Upgrade | Connection: keep-alive, Upgrade",
        "W17 protocols  | Host: a             | Host: a\\r\\nSec-WebSocket-Protocol: a, b",
        "W19 deflate    | Host: a             | Host: a\\r\\nSec-WebSocket-Extensions: permessage-deflate",
        "W20 malformed  | Host: a             | Host: a\\r\\nSec-WebSocket-Extensions: ;;=,\"",
      })
  void acceptsWithoutMoreThanWasAskedFor(String row, String part, String replacement)
      throws IOException {
    try (RawClient client = new RawClient(server.address)) {
      String with = replacement.replace("\\r", "\r").replace("\\n", "\n");
      client.send(RawClient.UPGRADE.replace(part, with));
      Response response = client.readHead();
      assertThat(response.status()).isEqualTo(101);
      assertThat(response.headers())
          .containsOnlyKeys("upgrade", "connection", "sec-websocket-accept")
          .containsEntry("sec-websocket-accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "W09 no Upgrade,Upgrade: websocket,X: a",
    "W10,Connection: Upgrade,Connection: close"
  })
  void isAnOrdinaryRequestWithoutTheUpgrade(String row, String part, String replacement)
      throws IOException {
    try (RawClient client = new RawClient(server.address)) {
      client.send(RawClient.UPGRADE.replace(part, replacement));
      assertThat(client.read().status()).isEqualTo(200);
    }
  }

  @Test
  void takesTheFirstOfItsOwnSubprotocolsThatTheClientOffers() throws IOException {
    try (RunningServer own =
            new RunningServer(
                engine -> {}, builder -> builder.subprotocols(List.of("x", "b", "a")));
        RawClient client = new RawClient(own.address)) {
      client.send(RawClient.UPGRADE.replace("Host: a", "Host: a\r\nSec-WebSocket-Protocol: a, b"));
      assertThat(client.readHead().header("sec-websocket-protocol")).isEqualTo("b");
    }
  }

  @Test
  void rejectsWithTheEnginesAnswer() throws IOException {
    try (RunningServer own = new RunningServer();
        RawClient client = new RawClient(own.address)) {
      byte[] body = "Forbidden".getBytes(StandardCharsets.UTF_8);
      own.engine.onHandshake =
          exchange ->
              exchange.reject(
                  new HttpReply(
                      403, Map.of("Content-Type", List.of("text/html")), body, false, false));
      client.send(RawClient.UPGRADE);
      Response response = client.read();
      assertThat(response.status()).isEqualTo(403);
      assertThat(response.text()).isEqualTo("Forbidden");
      assertThat(response.header("connection")).isEqualTo("close");
      assertThat(client.readToEnd()).isZero();
    }
  }
}
