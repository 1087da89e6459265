package dev.switchboard.server.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.server.engine.Cors;
import dev.switchboard.server.engine.CorsSettings;
import dev.switchboard.server.http.ClientBundle;
import dev.switchboard.server.http.HttpAnswer;
import dev.switchboard.server.http.HttpRoutes;
import dev.switchboard.server.netty.RawClient.Response;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoBufferLeaks.class)
class RoutesTest {
  private final HttpRoutes routes = new HttpRoutes();
  private final RunningServer server =
      new RunningServer(engine -> {}, builder -> builder.routes(routes));

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void answersByMethodAndPath() throws IOException {
    routes.get("/health", request -> HttpAnswer.text(200, "ok"));
    routes.post("/echo", request -> HttpAnswer.text(201, "got " + request.text()));
    routes.get("/api/*", request -> HttpAnswer.text(200, "any " + request.path()));
    routes.get("/api/users/*", request -> HttpAnswer.text(200, "user"));
    routes.get("/api/users/me", request -> HttpAnswer.text(200, request.query("a").orElse("")));

    Response health = get("/health");
    assertThat(health.status()).isEqualTo(200);
    assertThat(health.text()).isEqualTo("ok");
    assertThat(health.header("content-type")).isEqualTo("text/plain; charset=utf-8");
    assertThat(get("/health?x=1").text()).isEqualTo("ok");
    assertThat(get("/api/x/y").text()).isEqualTo("any /api/x/y");
    assertThat(get("/api/users/you").text()).isEqualTo("user");
    assertThat(get("/api/users/me?a=b%20c").text()).isEqualTo("b c");
    assertThat(send("POST", "/echo", "Content-Length: 2\r\n", "hi").text()).isEqualTo("got hi");
    assertThat(get("/nothing").status()).isEqualTo(404);
    Response wrong = send("DELETE", "/health", "", "");
    assertThat(wrong.status()).isEqualTo(405);
    assertThat(wrong.header("allow")).isEqualTo("GET, HEAD, OPTIONS");
    assertThat(send("OPTIONS", "/echo", "", "").header("allow")).isEqualTo("OPTIONS, POST");
  }

  @Test
  void answersInHttp11WhoOffersHttp2() throws IOException {
    routes.get("/health", request -> HttpAnswer.text(200, "ok"));
    String offer =
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAA\r\n";
    Response response = send("GET", "/health", offer, "");
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.text()).isEqualTo("ok");
    assertThat(send("GET", "/health", offer.replace("h2c", "websocket"), "").status())
        .isEqualTo(404);
  }

  @Test
  void answersHeadWithTheLengthAlone() throws IOException {
    routes.get("/health", request -> HttpAnswer.text(200, "ok"));
    try (RawClient client = new RawClient(server.address)) {
      client.send("HEAD /health HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(client.readHead().header("content-length")).isEqualTo("2");
      client.send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(client.read().text()).isEqualTo("ok");
    }
  }

  @Test
  void turnsAFailureInto500() throws IOException {
    routes.get(
        "/broken",
        request -> {
          throw new IOException("secret");
        });
    Response response = get("/broken");
    assertThat(response.status()).isEqualTo(500);
    assertThat(response.text()).isEmpty();
  }

  @Test
  void neverSplitsAnAnswerAtAHeader() throws IOException {
    routes.get("/split", request -> HttpAnswer.redirect("/a\r\nSet-Cookie: x=y"));
    assertThat(get("/split").status()).isEqualTo(500);
  }

  @Test
  void runsHandlersThatBlockBesideTheLoop() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    routes.get(
        "/slow",
        request -> {
          release.await();
          return HttpAnswer.text(200, "done");
        });
    routes.get("/quick", request -> HttpAnswer.text(200, "quick"));
    try (RawClient first = new RawClient(server.address);
        RawClient second = new RawClient(server.address)) {
      first.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
      second.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
      for (int i = 0; i < 4; i++) {
        assertThat(get("/quick").text()).isEqualTo("quick");
      }
      release.countDown();
      assertThat(first.read().text()).isEqualTo("done");
      assertThat(second.read().text()).isEqualTo("done");
    }
  }

  @Test
  void servesAFolder(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("index.html"), "<p>hello</p>");
    Files.createDirectories(folder.resolve("css"));
    Files.writeString(folder.resolve("css/a b.css"), "p {}");
    Files.writeString(folder.resolve("css/index.html"), "css");
    routes.files("/", folder);

    Response index = get("/");
    assertThat(index.text()).isEqualTo("<p>hello</p>");
    assertThat(index.header("content-type")).isEqualTo("text/html; charset=utf-8");
    assertThat(index.header("cache-control")).isEqualTo("public, max-age=0");
    assertThat(get("/css/a%20b.css").header("content-type")).isEqualTo("text/css; charset=utf-8");
    assertThat(get("/css").header("location")).isEqualTo("/css/");
    assertThat(get("/css/").text()).isEqualTo("css");
    assertThat(get("/none.css").status()).isEqualTo(404);

    Response same = send("GET", "/", "If-None-Match: \"x\", " + index.header("etag") + "\r\n", "");
    assertThat(same.status()).isEqualTo(304);
    assertThat(same.header("etag")).isEqualTo(index.header("etag"));
    assertThat(same.header("content-length")).isNull();
    String since = "If-Modified-Since: " + index.header("last-modified") + "\r\n";
    assertThat(send("GET", "/", since, "").status()).isEqualTo(304);
    assertThat(send("GET", "/", since + "If-None-Match: \"x\"\r\n", "").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/css/../../secret.txt",
        "/..\\secret.txt",
        "/%5c..%5csecret.txt",
        "//secret.txt",
        "/link.txt",
        "/linked/secret.txt",
        "/.hidden",
        "/%00",
        "/a%",
        "/%ff"
      })
  void servesNothingOutsideTheFolder(String path, @TempDir Path parent) throws IOException {
    Path folder = Files.createDirectories(parent.resolve("public/css")).getParent();
    Files.writeString(parent.resolve("secret.txt"), "secret");
    Files.writeString(folder.resolve(".hidden"), "secret");
    Files.createSymbolicLink(folder.resolve("link.txt"), parent.resolve("secret.txt"));
    Files.createSymbolicLink(folder.resolve("linked"), parent);
    routes.files("/", folder);
    Response response = get(path);
    assertThat(response.status()).isEqualTo(404);
    assertThat(response.text()).isEmpty();
  }

  @Test
  void sendsALargeFileInPieces(@TempDir Path folder) throws IOException {
    byte[] content = new byte[5_000_000];
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (i * 31 + i / 1_000);
    }
    Files.write(folder.resolve("large.bin"), content);
    routes.files("/files", folder);
    try (RawClient client = new RawClient(server.address)) {
      for (int i = 0; i < 2; i++) {
        client.send("GET /files/large.bin HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(Arrays.equals(client.read().body(), content)).isTrue();
      }
      client.send("HEAD /files/large.bin HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(client.readHead().header("content-length")).isEqualTo("5000000");
    }
    try (RawClient client = new RawClient(server.address)) {
      client.send("GET /files/large.bin HTTP/1.1\r\nHost: a\r\n\r\n");
      client.readHead();
    }
    await().until(() -> server.server.connections() == 0);
  }

  @Test
  void compressesWhatTheClientTakes() throws IOException {
    String text = "some text ".repeat(5_000);
    routes.get("/long", request -> HttpAnswer.text(200, text).header("ETag", "\"1\""));
    routes.get("/short", request -> HttpAnswer.text(200, "short"));
    routes.get("/image", request -> HttpAnswer.bytes(200, "image/png", new byte[5_000]));

    Response gzip = send("GET", "/long", "Accept-Encoding: deflate;q=0.5, gzip\r\n", "");
    assertThat(gzip.header("content-encoding")).isEqualTo("gzip");
    assertThat(gzip.header("vary")).isEqualTo("Accept-Encoding");
    assertThat(gzip.header("etag")).isEqualTo("W/\"1\"");
    byte[] unzipped = new GZIPInputStream(new ByteArrayInputStream(gzip.body())).readAllBytes();
    assertThat(new String(unzipped, StandardCharsets.UTF_8)).isEqualTo(text);

    Response deflate = send("GET", "/long", "Accept-Encoding: deflate, gzip;q=0\r\n", "");
    assertThat(deflate.header("content-encoding")).isEqualTo("deflate");
    assertThat(new InflaterInputStream(new ByteArrayInputStream(deflate.body())).readAllBytes())
        .hasSize(text.length());

    for (String refusal : new String[] {"identity", "gzip;q=0", "br", "*;q=0", "x"}) {
      Response plain = send("GET", "/long", "Accept-Encoding: " + refusal + "\r\n", "");
      assertThat(plain.header("content-encoding")).isNull();
      assertThat(plain.header("vary")).isEqualTo("Accept-Encoding");
      assertThat(plain.text()).isEqualTo(text);
    }
    assertThat(send("GET", "/short", "Accept-Encoding: gzip\r\n", "").headers())
        .doesNotContainKeys("content-encoding", "vary");
    assertThat(send("GET", "/image", "Accept-Encoding: gzip\r\n", "").headers())
        .doesNotContainKeys("content-encoding", "vary");
  }

  @Test
  void compressesTheEnginesLongAnswers() throws IOException {
    String body = "x".repeat(20_000);
    Response response =
        send("POST", "/engine.io/", "Accept-Encoding: gzip\r\nContent-Length: 20000\r\n", body);
    assertThat(response.header("content-encoding")).isEqualTo("gzip");
    assertThat(new GZIPInputStream(new ByteArrayInputStream(response.body())).readAllBytes())
        .hasSize(20_000);
  }

  @Test
  void servesTheOfficialClient() throws IOException {
    Cors cors = new Cors(CorsSettings.of(settings -> settings.origin("https://a.example")));
    ClientBundle.addTo(routes, "/socket.io/", cors);
    Response script = get("/socket.io/socket.io.js?x=1");
    assertThat(script.status()).isEqualTo(200);
    assertThat(script.text()).contains("Socket.IO v" + ClientBundle.VERSION);
    assertThat(script.headers())
        .containsEntry("content-type", "application/javascript; charset=utf-8")
        .containsEntry("cache-control", "public, max-age=0")
        .containsEntry("etag", "\"4.8.4\"")
        .containsEntry("access-control-allow-origin", "https://a.example")
        .containsEntry("vary", "Accept-Encoding, Origin");
    for (String tag : new String[] {"\"4.8.4\"", "W/\"4.8.4\""}) {
      Response known = send("GET", "/socket.io/socket.io.js", "If-None-Match: " + tag + "\r\n", "");
      assertThat(known.status()).isEqualTo(304);
    }
    Response gzip = send("GET", "/socket.io/socket.io.min.js", "Accept-Encoding: gzip\r\n", "");
    assertThat(gzip.header("content-encoding")).isEqualTo("gzip");
    assertThat(new GZIPInputStream(new ByteArrayInputStream(gzip.body())).readAllBytes())
        .isEqualTo(get("/socket.io/socket.io.min.js").body());
    for (String name : new String[] {"js", "min.js", "esm.min.js", "msgpack.min.js"}) {
      assertThat(get("/socket.io/socket.io." + name).body()).hasSizeGreaterThan(10_000);
      Response map = get("/socket.io/socket.io." + name + ".map");
      assertThat(map.header("content-type")).isEqualTo("application/json");
    }
    assertThat(get("/socket.io/socket.io.other.js").status()).isEqualTo(404);
  }

  private Response get(String path) throws IOException {
    return send("GET", path, "", "");
  }

  private Response send(String method, String path, String headers, String body)
      throws IOException {
    try (RawClient client = new RawClient(server.address)) {
      client.send(method + " " + path + " HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n" + body);
      return client.read();
    }
  }
}
