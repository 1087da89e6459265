package dev.switchboard.guide;

import static java.net.http.HttpResponse.BodyHandlers.ofString;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.socket.Parser;
import dev.switchboard.server.ServerConfig;
import dev.switchboard.server.SocketIoServer;
import dev.switchboard.server.engine.Admission;
import dev.switchboard.server.http.HttpAnswer;
import dev.switchboard.server.netty.NettyTransport;
import dev.switchboard.server.netty.ProxySettings;
import dev.switchboard.server.netty.TlsSettings;
import dev.switchboard.testkit.TestClient;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The guide's examples of settings, HTTP and tests. */
@Timeout(30)
class ServerGuideIT {
  private final HttpClient http = HttpClient.newHttpClient();
  @TempDir private Path folder;

  @Test
  void aFirstServer() throws Exception {
    SocketIoServer io = SocketIoServer.create(config -> config.port(0));
    io.onConnection(
        socket -> {
          System.out.println("hello " + socket.id());
          socket.on("echo", (args, ack) -> ack.send(args.get(0)));
        });
    io.start().join(); // completes when the port is bound

    assertThat(get(io, "/socket.io/?EIO=4&transport=polling").body()).contains("\"sid\"");
    io.close(); // disconnects everybody, frees the port
  }

  @Test
  void pagesAndHealth() throws Exception {
    Files.writeString(folder.resolve("index.html"), "<h1>Hello</h1>");
    SocketIoServer io =
        SocketIoServer.create(
            config ->
                config
                    .port(0)
                    .serveClient(true) // /socket.io/socket.io.js and its kin
                    .http(
                        routes ->
                            routes
                                .get("/health", request -> HttpAnswer.text(200, "ok"))
                                .post("/echo", request -> HttpAnswer.text(200, request.text()))
                                .files("/", folder)));
    io.start().join();
    assertThat(get(io, "/health").body()).isEqualTo("ok");
    assertThat(get(io, "/").body()).isEqualTo("<h1>Hello</h1>");
    assertThat(get(io, "/socket.io/socket.io.min.js").statusCode()).isEqualTo(200);
    io.close();
  }

  @Test
  void otherOrigins() throws Exception {
    SocketIoServer io =
        SocketIoServer.create(
            config ->
                config
                    .port(0)
                    .cors(
                        cors ->
                            cors.origin("https://app.example", "https://*.app.example")
                                .credentials(true)));
    io.start().join();
    HttpRequest request =
        request(io, "/socket.io/?EIO=4&transport=polling")
            .header("Origin", "https://beta.app.example")
            .build();
    assertThat(http.send(request, ofString()).headers().firstValue("access-control-allow-origin"))
        .hasValue("https://beta.app.example");
    io.close();
  }

  @Test
  void engineAndLimits() {
    SocketIoServer io =
        SocketIoServer.create(
            config ->
                config
                    .host("127.0.0.1")
                    .path("/realtime")
                    .connectTimeout(Duration.ofSeconds(5))
                    .engine(
                        engine ->
                            engine
                                .pingInterval(Duration.ofSeconds(20))
                                .pingTimeout(Duration.ofSeconds(10))
                                .maxHttpBufferSize(100_000)
                                .allowEio3(true) // clients of Socket.IO 2
                                .compression(compression -> compression.webSocket(true))
                                .cookie(cookie -> cookie.name("node")))
                    .limits(
                        limits ->
                            limits.maxConnections(50_000).inboundRate(100).outboundBytes(4 << 20)));
    io.close();
    assertThatThrownBy(() -> SocketIoServer.create(config -> config.port(70_000)))
        .hasMessage("port must be between 0 and 65535, not 70000");
  }

  @Test
  void admission() throws Exception {
    SocketIoServer io =
        SocketIoServer.create(
            config ->
                config
                    .port(0)
                    .engine(
                        engine ->
                            engine.hooks(
                                hooks ->
                                    hooks.allowRequest(
                                        request -> // on an event loop: must not block
                                        CompletableFuture.completedFuture(
                                                request.query().containsKey("key")
                                                    ? Admission.allow()
                                                    : Admission.refuse("a key, please"))))));
    io.start().join();
    HttpResponse<String> refused = get(io, "/socket.io/?EIO=4&transport=polling");
    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(refused.body()).contains("a key, please");
    assertThat(get(io, "/socket.io/?EIO=4&transport=polling&key=x").statusCode()).isEqualTo(200);
    io.close();
  }

  @Test
  void networkAndThreads() throws Exception {
    var pool = Executors.newFixedThreadPool(4);
    SocketIoServer io =
        SocketIoServer.create(
            config ->
                config
                    .port(0)
                    .network(net -> net.withLoops(2).withTransport(NettyTransport.NIO))
                    .proxies(ProxySettings.trusting("10.0.0.0/8", "127.0.0.1"))
                    .handlerExecutor(pool));
    io.start().join();
    assertThat(get(io, "/nothing").statusCode()).isEqualTo(404);
    io.close();
    pool.shutdown();
  }

  @Test
  void otherFormats() {
    SocketIoServer io =
        SocketIoServer.create(config -> config.parser(Parser.msgpack(Json.create())));
    io.close();
  }

  /** Compiled only: it needs certificates. */
  static void encrypted(ServerConfig config) {
    Path certificates = Path.of("/etc/switchboard/fullchain.pem");
    Path privateKey = Path.of("/etc/switchboard/privkey.pem");
    config.port(443).tls(TlsSettings.pem(certificates, privateKey));
  }

  static final class Echo {
    static void register(SocketIoServer io) {
      io.onConnection(socket -> socket.reply("echo", args -> args.get(0)));
    }
  }

  @Test
  void echoes() {
    try (var io = SocketIoServer.create(config -> {})) { // never started: no port
      Echo.register(io);
      try (var client = TestClient.connect(io)) {
        assertThat(client.call("echo", "hi").join().get(0)).isEqualTo("hi");
      }
    }
  }

  private HttpResponse<String> get(SocketIoServer io, String path) throws Exception {
    return http.send(request(io, path).build(), ofString());
  }

  private static HttpRequest.Builder request(SocketIoServer io, String path) {
    // HTTP/1.1: the client would ask for HTTP/2 first, which the engine takes for another upgrade
    return HttpRequest.newBuilder(URI.create("http://localhost:" + io.port() + path))
        .version(HttpClient.Version.HTTP_1_1);
  }
}
