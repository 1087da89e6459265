package dev.switchboard.server.netty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.server.engine.HttpExchange;
import dev.switchboard.server.netty.RawClient.Response;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(NoBufferLeaks.class)
class HttpConnectionTest {
  private static final String POST = "POST /engine.io/ HTTP/1.1\\r\\nHost: a\\r\\n";
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
        "H19 HEAD           | HEAD /engine.io/ HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n                 | 200",
        "H21 no slash       | GET /engine.io?EIO=4 HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n              | 404",
        "H22 longer path    | GET /engine.io/x?EIO=4 HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n            | 404",
        "H23 other path     | GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n                             | 404",
        "H24 dots           | GET /engine.io/../../etc/passwd HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n   | 404",
        "H25 escaped dots   | GET /engine.io/%2e%2e HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n             | 404",
        "H27 absolute form  | GET http://a/engine.io/ HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n           | 404",
        "H28 double slash   | GET //engine.io/ HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n                  | 404",
        "H30 Latin-1        | GET /engine.io/ HTTP/1.1\\r\\nHost: a\\r\\nOrigin: \\xe9\\r\\n\\r\\n    | 200",
        "H44 bad escapes    | GET /engine.io/?a=%zz% HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n            | 200",
        "H49 Expect            | GET /engine.io/ HTTP/1.1\\r\\nHost: a\\r\\nExpect: x\\r\\n\\r\\n   | 417",
        "H51 leading CRLF   | \\r\\n\\r\\nGET /engine.io/ HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n         | 200",
        "P25 chunked        | POST_Transfer-Encoding: chunked\\r\\n\\r\\n3\\r\\nabc\\r\\n0\\r\\n\\r\\n | 200",
      })
  void answersAndGoesOn(String row, String request, int status) throws IOException {
    try (RawClient client = new RawClient(server.address)) {
      boolean head = request.startsWith("HEAD");
      client.send(bytes(request));
      assertThat((head ? client.readHead() : client.read()).status()).isEqualTo(status);
      client.send("GET /engine.io/ HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(client.read().status()).isEqualTo(200);
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "H29 control in value  | GET /engine.io/ HTTP/1.1\\r\\nHost: a\\r\\nOrigin: \\x01\\r\\n\\r\\n | 400",
        "H31 no Host           | GET /engine.io/ HTTP/1.1\\r\\n\\r\\n                           | 400",
        "two Hosts             | GET /engine.io/ HTTP/1.1\\r\\nHost: a\\r\\nHost: b\\r\\n\\r\\n     | 400",
        "H32 HTTP/1.0          | GET /engine.io/ HTTP/1.0\\r\\n\\r\\n                           | 200",
        "H33 HTTP/2.0          | GET /engine.io/ HTTP/2.0\\r\\nHost: a\\r\\n\\r\\n              | 505",
        "H34 HTTP/2 preface    | PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n                       | 400",
        "H35 TLS hello         | \\x16\\x03\\x01\\x02\\x00\\x01\\r\\n\\r\\n                        | 400",
        "H35 garbage           | lkjasdf\\r\\n\\r\\n                                          | 400",
        "H39 space before colon| GET /engine.io/ HTTP/1.1\\r\\nHost : a\\r\\n\\r\\n             | 400",
        "H40 no colon          | GET /engine.io/ HTTP/1.1\\r\\nHost: a\\r\\nfoo\\r\\n\\r\\n        | 400",
        "H41 folded line       | GET /engine.io/ HTTP/1.1\\r\\nHost: a\\r\\nX: a\\r\\n b\\r\\n\\r\\n  | 400",
        "H42 bare LF           | GET /engine.io/ HTTP/1.1\\nHost: a\\n\\n                     | 400",
        "H43 NUL in value      | GET /engine.io/ HTTP/1.1\\r\\nHost: a\\r\\nX: \\x00\\r\\n\\r\\n     | 400",
        "H43b control in name  | GET /engine.io/ HTTP/1.1\\r\\nHost: a\\r\\nX\\x01: b\\r\\n\\r\\n    | 400",
        "H52 leading NUL       | \\x00\\x00GET /engine.io/ HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n       | 400",
        "H53 lower case        | get /engine.io/ HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n              | 400",
        "H54 TRACE             | TRACE /engine.io/ HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n            | 501",
        "H55 CONNECT           | CONNECT a:1 HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n                  | 501",
        "P18 huge length       | POST_Content-Length: 99999999999\\r\\n\\r\\n                 | 413",
        "P19 negative length   | POST_Content-Length: -1\\r\\n\\r\\n                          | 400",
        "P20 length no number  | POST_Content-Length: abc\\r\\n\\r\\n                         | 400",
        "P21 two lengths       | POST_Content-Length: 1\\r\\nContent-Length: 2\\r\\n\\r\\nab     | 400",
        "P22 length, chunked   | POST_Content-Length: 1\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n | 400",
        "P23 TE gzip           | POST_Transfer-Encoding: gzip\\r\\n\\r\\n                     | 400",
        "P24 chunked, identity | POST_Transfer-Encoding: chunked, identity\\r\\n\\r\\n        | 400",
        "P24c chunked, xchunked| POST_Transfer-Encoding: chunked, xchunked\\r\\n\\r\\n        | 400",
        "P24d TE on HTTP/1.0   | POST /engine.io/ HTTP/1.0\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n | 400",
        "P26 chunk size        | POST_Transfer-Encoding: chunked\\r\\n\\r\\nzz\\r\\n            | 400",
        "P27 long chunk size   | POST_Transfer-Encoding: chunked\\r\\n\\r\\n11111111111111111\\r\\n | 400",
        "P27b 4 GiB chunk      | POST_Transfer-Encoding: chunked\\r\\n\\r\\n100000004\\r\\n     | 400",
        "P29 gzip body         | POST_Content-Encoding: gzip\\r\\nContent-Length: 1\\r\\n\\r\\nx | 415",
      })
  void answersAndCloses(String row, String request, int status) throws IOException {
    try (RawClient client = new RawClient(server.address)) {
      client.send(bytes(request));
      Response response = client.read();
      assertThat(response.status()).isEqualTo(status);
      assertThat(response.header("connection")).isEqualTo("close");
      assertThat(client.readToEnd()).isZero();
    }
  }

  /** The request of a row: \r, \n and \x.. are escapes, and POST_ begins a POST. */
  private static byte[] bytes(String row) {
    String text = row.replace("POST_", POST).replace("\\r", "\r").replace("\\n", "\n");
    StringBuilder bytes = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      if (text.startsWith("\\x", i)) {
        bytes.append((char) Integer.parseInt(text.substring(i + 2, i + 4), 16));
        i += 3;
      } else {
        bytes.append(text.charAt(i));
      }
    }
    return bytes.toString().getBytes(ISO_8859_1);
  }

  @Test
  void refusesTooMuchHead() throws IOException {
    String line = "GET /engine.io/?" + "a".repeat(5_000) + " HTTP/1.1\r\nHost: a\r\n\r\n";
    String headers = "GET /engine.io/ HTTP/1.1\r\nHost: a\r\nX: " + "a".repeat(9_000) + "\r\n\r\n";
    String many = "GET /engine.io/ HTTP/1.1\r\nHost: a\r\n" + "X: a\r\n".repeat(100) + "\r\n";
    assertThat(exchange(line).status()).isEqualTo(414);
    assertThat(exchange(headers).status()).isEqualTo(431);
    assertThat(exchange(many).status()).isEqualTo(431);
    assertThat(exchange(many.replaceFirst("X: a\r\n", "")).status()).isEqualTo(200);
  }

  @Test
  void takesABodyOfTheGreatestSizeAndNoGreater() throws IOException {
    String head = "POST /engine.io/ HTTP/1.1\r\nHost: a\r\nContent-Length: ";
    assertThat(exchange(head + "1000000\r\n\r\n" + "a".repeat(1_000_000)).body())
        .hasSize(1_000_000);
    assertThat(exchange(head + "1000001\r\n\r\n").status()).isEqualTo(413);
    String chunked = "POST /engine.io/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    assertThat(exchange(chunked + "f4241\r\n" + "a".repeat(1_000_001)).status()).isEqualTo(413);
  }

  @Test
  void asksForTheBodyThatTheClientHoldsBack() throws IOException {
    try (RawClient client = new RawClient(server.address)) {
      client.send(
          "POST /engine.io/ HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
      assertThat(client.readHead().status()).isEqualTo(100);
      client.send("hi");
      assertThat(client.read().text()).isEqualTo("hi");
    }
  }

  @Test
  void answersPipelinedRequestsOneAfterTheOther() throws IOException {
    try (RawClient client = new RawClient(server.address)) {
      StringBuilder requests = new StringBuilder();
      for (int i = 0; i < 1_000; i++) {
        requests.append("POST /engine.io/ HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n");
        requests.append(100 + i % 900);
      }
      Thread writer = new Thread(() -> sendAll(client, requests.toString()));
      writer.start();
      for (int i = 0; i < 1_000; i++) {
        assertThat(client.read().text()).isEqualTo(Integer.toString(100 + i % 900));
      }
    }
  }

  @Test
  void hasOneRequestOfAConnectionInFlight() throws Exception {
    try (RunningServer own = new RunningServer();
        RawClient client = new RawClient(own.address)) {
      own.engine.onRequest = exchange -> {};
      client.send("GET /engine.io/?n=1 HTTP/1.1\r\nHost: a\r\n\r\n".repeat(10_000));
      await().until(() -> own.engine.requests.size() == 1);
      own.engine.onRequest = exchange -> exchange.respond(EchoEngine.ok("b"));
      own.engine.requests.peek().respond(EchoEngine.ok("a"));
      assertThat(client.read().text()).isEqualTo("a");
      for (int i = 1; i < 10_000; i++) {
        assertThat(client.read().text()).isEqualTo("b");
      }
      assertThat(own.engine.requests).hasSize(10_000);
    }
  }

  @Test
  void tellsWhenThePeerGoesBeforeTheAnswer() throws Exception {
    try (RunningServer own = new RunningServer()) {
      AtomicReference<HttpExchange> pending = new AtomicReference<>();
      CountDownLatch aborted = new CountDownLatch(1);
      own.engine.onRequest =
          exchange -> {
            exchange.onAbort(aborted::countDown);
            pending.set(exchange);
          };
      try (RawClient client = new RawClient(own.address)) {
        client.send("GET /engine.io/ HTTP/1.1\r\nHost: a\r\n\r\n");
        await().until(() -> pending.get() != null);
      }
      assertThat(aborted.await(5, TimeUnit.SECONDS)).isTrue();
      pending.get().respond(EchoEngine.ok("nobody hears"));
      CountDownLatch late = new CountDownLatch(1);
      pending.get().onAbort(late::countDown);
      assertThat(late.await(5, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void tellsWhenABodyTakesItsTimeAndWhenItIsComplete() throws IOException {
    try (RunningServer own = new RunningServer();
        RawClient client = new RawClient(own.address)) {
      client.send("POST /engine.io/?n=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab");
      await()
          .untilAsserted(
              () -> assertThat(own.engine.incomplete).containsExactly("/engine.io/?n=1"));
      client.send("cd");
      assertThat(client.read().text()).isEqualTo("abcd");
      assertThat(own.engine.incomplete).isEmpty();
    }
  }

  @Test
  void tellsWhenABodyWillNeverBeComplete() throws IOException {
    try (RunningServer own =
        new RunningServer(
            engine -> engine.limits(limits -> limits.bodyTimeout(Duration.ofMillis(300))),
            builder -> builder)) {
      String head = "POST /engine.io/?n=%d HTTP/1.1\r\nHost: a\r\n";
      try (RawClient client = new RawClient(own.address)) {
        client.send(head.formatted(1) + "Content-Length: 9\r\n\r\nab");
      }
      try (RawClient client = new RawClient(own.address)) {
        client.send(head.formatted(2) + "Content-Length: 9\r\n\r\nab");
        assertThat(client.read().status()).isEqualTo(408);
      }
      try (RawClient client = new RawClient(own.address)) {
        client.send(head.formatted(3) + "Transfer-Encoding: chunked\r\n\r\nzz\r\n");
        assertThat(client.read().status()).isEqualTo(400);
      }
      await().until(() -> own.engine.aborted.size() == 3);
      assertThat(own.engine.aborted)
          .containsExactlyInAnyOrder("/engine.io/?n=1", "/engine.io/?n=2", "/engine.io/?n=3");
      assertThat(own.engine.requests).isEmpty();
    }
  }

  @Test
  void closesAConnectionWhoseHandlerFails() throws IOException {
    try (RunningServer own = new RunningServer();
        RawClient client = new RawClient(own.address);
        RawClient other = new RawClient(own.address)) {
      own.engine.onRequest =
          exchange -> {
            throw new IllegalStateException("as a test");
          };
      client.send("GET /engine.io/ HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(client.readToEnd()).isZero();
      own.engine.onRequest = exchange -> exchange.respond(EchoEngine.ok("fine"));
      other.send("GET /engine.io/ HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(other.read().text()).isEqualTo("fine");
    }
  }

  @Test
  void closesAClientThatDoesNotTakeItsAnswer() throws IOException {
    try (RunningServer own =
            new RunningServer(
                engine ->
                    engine
                        .compression(compression -> compression.http(false))
                        .limits(limits -> limits.bodyTimeout(Duration.ofMillis(300))),
                builder -> builder);
        RawClient client = new RawClient(own.address)) {
      own.engine.onRequest = exchange -> exchange.respond(EchoEngine.ok(new byte[50_000_000]));
      client.send("GET /engine.io/ HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(client.readHead().status()).isEqualTo(200);
      await().until(() -> own.server.connections() == 0);
    }
  }

  @Test
  void closesConnectionsThatTakeTooLong() throws IOException {
    Duration limit = Duration.ofMillis(300);
    try (RunningServer own =
        new RunningServer(
            engine ->
                engine.limits(
                    limits ->
                        limits.headersTimeout(limit).bodyTimeout(limit).keepAliveTimeout(limit)),
            builder -> builder)) {
      try (RawClient silent = new RawClient(own.address);
          RawClient slowHead = new RawClient(own.address);
          RawClient slowBody = new RawClient(own.address);
          RawClient idle = new RawClient(own.address)) {
        slowHead.send("GET /engine.io/ HTTP/1.1\r\nHo");
        slowBody.send("POST /engine.io/ HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab");
        idle.send("GET /engine.io/ HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(idle.read().status()).isEqualTo(200);
        assertThat(idle.readToEnd()).isZero();
        assertThat(silent.readToEnd()).isZero();
        assertThat(slowHead.read().status()).isEqualTo(408);
        assertThat(slowBody.read().status()).isEqualTo(408);
      }
      await().until(() -> own.server.connections() == 0);
    }
  }

  private static Response exchange(String request) throws IOException {
    try (RawClient client = new RawClient(server.address)) {
      Thread writer = new Thread(() -> sendAll(client, request));
      writer.start();
      return client.read();
    }
  }

  private static void sendAll(RawClient client, String text) {
    try {
      client.send(text);
    } catch (IOException e) {
      // The server has answered and closed: what it answered is what the test looks at.
    }
  }
}
