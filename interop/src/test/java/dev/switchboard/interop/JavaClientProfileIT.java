package dev.switchboard.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.client.ClientConfig;
import dev.switchboard.client.ClientSocket;
import dev.switchboard.client.ConnectFailedException;
import dev.switchboard.client.DisconnectReason;
import dev.switchboard.client.SocketIoClient;
import dev.switchboard.protocol.socket.Args;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Each line of the profile java-client in {@code scenario/CONTROL.md}, with our client, on the
 * reference and on our server.
 */
@Timeout(60)
class JavaClientProfileIT {
  private static final int PATIENCE_SECONDS = 20;
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).build();
  private static final byte[] BYTES = {0, 1, (byte) 255};

  /** By the main namespace, then by app. */
  private static final Map<String, Map<ScenarioApp, ScenarioProcess>> SERVERS = new HashMap<>();

  /** By whom a certificate is for, then by app. */
  private static final Map<String, Map<ScenarioApp, ScenarioProcess>> SECURE = new HashMap<>();

  private static final Map<String, SSLContext> TRUST = new HashMap<>();

  private static final String RIGHT_NAME = "IP:127.0.0.1";
  private static final String OTHER_NAME = "DNS:elsewhere.example";

  /** How a client comes to an app: its transports, and the app's main namespace. */
  record Way(ScenarioApp app, String transports, String namespace) {
    static Stream<Way> all() {
      List<Way> ways = new ArrayList<>();
      for (ScenarioApp app : ScenarioApp.values()) {
        for (String transports : List.of("polling", "websocket", "polling,websocket")) {
          ways.add(new Way(app, transports, "/"));
        }
        ways.add(new Way(app, "polling,websocket", "/foo"));
      }
      return ways.stream();
    }

    Client open(Consumer<ClientConfig> settings) throws InterruptedException {
      String url = SERVERS.get(namespace).get(app).url();
      var client =
          new Client(
              url + namespace,
              config -> settings.accept(config.transports(transports.split(",", -1))));
      client.next("connect");
      Awaitility.await()
          .atMost(PATIENCE_SECONDS, TimeUnit.SECONDS)
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(2))
          .until(() -> client.socket.transport().filter(transports::endsWith).isPresent());
      return client;
    }

    Client open() throws InterruptedException {
      return open(config -> {});
    }
  }

  /** An event, and what it brings back. */
  record Line(List<Object> sent, List<Object> back) {}

  static Stream<Arguments> lines() {
    Map<String, Object> deep = Map.of("a", List.of(1.5, Map.of()), "b", List.of(BYTES));
    List<Object> values = Arrays.asList(1, "zwei €", true, null, deep, BYTES);
    return across(
        new Line(List.of("message", "a", "b"), List.of("message", "a", "b")),
        new Line(behind("echo", values), behind("echoBack", values)),
        new Line(List.of("echo"), List.of("echoBack")),
        new Line(List.of("callAck"), List.of("ackBack", 5, Map.of("test", true))),
        new Line(List.of("room", "bar"), List.of("roomBack", "bar")),
        new Line(List.of("room", BYTES), List.of("roomBack", BYTES)));
  }

  static Stream<Arguments> calls() {
    List<Object> values = Arrays.asList(1, null, List.of("x", BYTES), BYTES);
    return across(
        new Line(List.of("ack"), List.of()),
        new Line(behind("ack", values), values),
        new Line(List.of("getAckBinary", "x"), List.of("huehue".getBytes(StandardCharsets.UTF_8))));
  }

  private static Stream<Arguments> across(Line... lines) {
    return Way.all().flatMap(way -> Stream.of(lines).map(line -> Arguments.of(way, line)));
  }

  private static List<Object> behind(String event, List<Object> args) {
    List<Object> all = new ArrayList<>(List.of(event));
    all.addAll(args);
    return all;
  }

  @BeforeAll
  static void startServers(@TempDir Path folder)
      throws IOException, InterruptedException, GeneralSecurityException {
    SERVERS.put("/", start(Map.of("PROFILE", "java-client")));
    SERVERS.put("/foo", start(Map.of("PROFILE", "java-client", "NSP", "/foo")));
    for (String name : List.of(RIGHT_NAME, OTHER_NAME)) {
      Path own = Files.createDirectory(folder.resolve(name.replaceAll("\\W", "-")));
      TestCertificate pair = TestCertificate.create(own, name);
      TRUST.put(name, trusting(pair.certificate()));
      SECURE.put(
          name,
          start(
              Map.of(
                  "PROFILE", "java-client",
                  "SSL_KEY", pair.key().toString(),
                  "SSL_CERT", pair.certificate().toString())));
    }
  }

  private static Map<ScenarioApp, ScenarioProcess> start(Map<String, String> environment)
      throws InterruptedException {
    ScenarioApp[] apps = ScenarioApp.values();
    List<ScenarioProcess> processes = ScenarioProcess.startAll(environment, apps);
    Map<ScenarioApp, ScenarioProcess> byApp = new HashMap<>();
    for (int i = 0; i < apps.length; i++) {
      byApp.put(apps[i], processes.get(i));
    }
    return byApp;
  }

  @AfterAll
  static void endServers() {
    for (var all : List.of(SERVERS, SECURE)) {
      all.values().forEach(byApp -> byApp.values().forEach(ScenarioProcess::close));
      all.clear();
    }
    TRUST.clear();
  }

  @ParameterizedTest
  @MethodSource("dev.switchboard.interop.JavaClientProfileIT$Way#all")
  void theServerSaysHello(Way way) throws InterruptedException {
    try (Client client = way.open()) {
      assertThat(client.next("message")).isEqualTo(List.of("message", "hello client"));
    }
  }

  @ParameterizedTest
  @MethodSource("lines")
  void anEventBringsOneBack(Way way, Line line) throws InterruptedException {
    try (Client client = way.open()) {
      client.next("message");
      client.socket.on("ack", (args, ack) -> ack.send(5, Map.of("test", true)));
      client.socket.emit((String) line.sent.get(0), arguments(line));
      assertThat(text(client.next((String) line.back.get(0)))).isEqualTo(text(line.back));
      client.answer("ack");
      assertThat(client.events).as("no other event").isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("calls")
  void aCallIsAnswered(Way way, Line line) throws InterruptedException {
    try (Client client = way.open()) {
      List<Object> answer = client.answer((String) line.sent.get(0), arguments(line));
      assertThat(text(answer)).isEqualTo(text(line.back));
      if (!answer.isEmpty() && line.back.get(answer.size() - 1) instanceof byte[] bytes) {
        assertThat(answer.get(answer.size() - 1)).isEqualTo(bytes);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.switchboard.interop.JavaClientProfileIT$Way#all")
  void theServerAsksForBinary(Way way) throws InterruptedException {
    try (Client client = way.open()) {
      client.socket.on("ack", (args, ack) -> ack.send((Object) BYTES));
      client.socket.emit("callAckBinary");
      assertThat(client.next("ackBack").get(1)).isEqualTo(BYTES);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.switchboard.interop.JavaClientProfileIT$Way#all")
  void aDateIsAnsweredAsText(Way way) throws InterruptedException {
    try (Client client = way.open()) {
      String date = (String) client.answer("getAckDate", "x").get(0);
      assertThat(Instant.parse(date)).isAfter("2020-01-01T00:00:00Z");
    }
  }

  @ParameterizedTest
  @MethodSource("dev.switchboard.interop.JavaClientProfileIT$Way#all")
  void aBroadcastReachesTheOthersAlone(Way way) throws InterruptedException {
    try (Client client = way.open();
        Client other = way.open(config -> config.forceNew(true))) {
      client.next("message");
      client.socket.emit("broadcast", "a", BYTES);
      assertThat(text(other.next("broadcastBack")))
          .isEqualTo(text(List.of("broadcastBack", "a", BYTES)));
      client.answer("ack");
      assertThat(client.events).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.switchboard.interop.JavaClientProfileIT$Way#all")
  void theServerDisconnectsWhoAsksForIt(Way way) throws InterruptedException {
    try (Client client = way.open()) {
      client.socket.emit("requestDisconnect");
      assertThat(client.next("disconnect").get(1)).isEqualTo(DisconnectReason.IO_SERVER_DISCONNECT);
      assertThat(client.socket.active()).isFalse();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.switchboard.interop.JavaClientProfileIT$Way#all")
  void theHandshakeHasQueryAuthAndHeaders(Way way) throws InterruptedException {
    try (Client client = way.open(JavaClientProfileIT::introduce)) {
      checkIntroduction(client.answer("getHandshake").get(0));
    }
  }

  @ParameterizedTest
  @EnumSource
  void theHandshakeIsTheFirstEventOfAbc(ScenarioApp app) throws InterruptedException {
    try (Client client = new Client(url(app) + "/abc?of=url", JavaClientProfileIT::introduce)) {
      client.next("connect");
      Object handshake = client.next("handshake").get(1);
      checkIntroduction(handshake);
      assertThat(part(handshake, "query")).containsEntry("of", "url");
    }
  }

  private static void introduce(ClientConfig config) {
    config
        .query("a b", "c&€")
        .header("X-SocketIO", "hi")
        .auth(Map.of("token", "let me in", "n", List.of(1, 2)));
  }

  private static void checkIntroduction(Object handshake) {
    assertThat(part(handshake, "query")).containsEntry("a b", "c&€").containsEntry("EIO", "4");
    assertThat(part(handshake, "headers")).containsEntry("x-socketio", "hi");
    assertThat(text(part(handshake, "auth")))
        .isEqualTo(text(Map.of("token", "let me in", "n", List.of(1, 2))));
  }

  @SuppressWarnings("unchecked") // a JSON object
  private static Map<String, Object> part(Object handshake, String name) {
    return (Map<String, Object>) ((Map<String, Object>) handshake).get(name);
  }

  @ParameterizedTest
  @EnumSource
  void quietNamespacesConnect(ScenarioApp app) throws InterruptedException {
    for (String namespace : List.of("/timeout_socket", "/valid", "/asd")) {
      try (Client client = new Client(url(app) + namespace, config -> {})) {
        client.next("connect");
        assertThat(client.socket.id().orElseThrow()).hasSize(20);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void fooHasRoomsOfItsOwn(ScenarioApp app) throws InterruptedException {
    try (Client client = new Client(url(app) + "/foo", config -> {})) {
      client.socket.emit("room", "a", BYTES);
      assertThat(text(client.next("roomBack"))).isEqualTo(text(List.of("roomBack", "a", BYTES)));
    }
  }

  private record Reason(String a, int c) {}

  @ParameterizedTest
  @EnumSource
  void noRefusesWithItsReason(ScenarioApp app) throws InterruptedException {
    try (Client client = new Client(url(app) + "/no", config -> {})) {
      var failure = (ConnectFailedException) client.next("connect_error").get(1);
      assertThat(failure).hasMessage("auth failed");
      assertThat(failure.refused()).isTrue();
      assertThat(failure.data(Reason.class)).contains(new Reason("b", 3));
      assertThat(client.socket.active()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aHeaderComesBackInTheAnswers(ScenarioApp app) throws IOException, InterruptedException {
    URI polling = URI.create(url(app) + "/socket.io/?EIO=4&transport=polling");
    HttpRequest request = HttpRequest.newBuilder(polling).header("X-SocketIO", "hi").build();
    // version 2 starts with an upgrade, which Engine.IO takes for one of its own
    HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    var answer = http.send(request, BodyHandlers.ofString());
    assertThat(answer.headers().firstValue("X-SocketIO")).contains("hi");

    // the JDK's WebSocket does not show the headers of the answer
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), polling.getPort())) {
      socket.setSoTimeout(PATIENCE_SECONDS * 1000);
      String head =
          """
          GET /socket.io/?EIO=4&transport=websocket HTTP/1.1
          Host: 127.0.0.1
          Connection: Upgrade
          Upgrade: websocket
          Sec-WebSocket-Version: 13
          Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
          X-SocketIO: hi

          """;
      socket
          .getOutputStream()
          .write(head.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII));
      assertThat(readHead(socket.getInputStream()))
          .startsWith("HTTP/1.1 101 ")
          .containsIgnoringCase("\r\nX-SocketIO: hi\r\n");
    }
  }

  private static String readHead(InputStream in) throws IOException {
    var head = new StringBuilder();
    for (int c = in.read(); c >= 0 && head.indexOf("\r\n\r\n") < 0; c = in.read()) {
      head.append((char) c);
    }
    return head.toString();
  }

  static Stream<Arguments> securely() {
    return Stream.of(ScenarioApp.values())
        .flatMap(
            app ->
                Stream.of("polling", "websocket", "polling,websocket")
                    .map(transports -> Arguments.of(app, transports)));
  }

  @ParameterizedTest
  @MethodSource("securely")
  void whoIsTrustedIsConnectedSecurely(ScenarioApp app, String transports)
      throws InterruptedException {
    try (Client client = secure(app, transports, RIGHT_NAME, TRUST.get(RIGHT_NAME))) {
      client.next("connect");
      assertThat(client.answer("getHandshake").get(0)).asString().contains("secure=true");
    }
  }

  @ParameterizedTest
  @MethodSource("securely")
  void anUnknownAuthorityIsAConnectError(ScenarioApp app, String transports)
      throws InterruptedException {
    for (SSLContext stranger : Arrays.asList(null, TRUST.get(OTHER_NAME))) {
      try (Client client = secure(app, transports, RIGHT_NAME, stranger)) {
        assertThat((Exception) client.next("connect_error").get(1))
            .hasMessageContaining("PKIX path");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("securely")
  void anotherHostsNameIsAConnectError(ScenarioApp app, String transports)
      throws InterruptedException {
    try (Client client = secure(app, transports, OTHER_NAME, TRUST.get(OTHER_NAME))) {
      assertThat((Exception) client.next("connect_error").get(1))
          .hasMessageContaining("No subject alternative names");
    }
  }

  private static Client secure(ScenarioApp app, String transports, String name, SSLContext trust) {
    return new Client(
        SECURE.get(name).get(app).url(),
        config -> {
          config.transports(transports.split(",", -1));
          if (trust != null) {
            config.network(network -> network.tls(trust));
          }
        });
  }

  private static SSLContext trusting(Path certificate)
      throws IOException, GeneralSecurityException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    try (InputStream in = Files.newInputStream(certificate)) {
      trusted.setCertificateEntry(
          "server", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  private static String url(ScenarioApp app) {
    return SERVERS.get("/").get(app).url();
  }

  private static Object[] arguments(Line line) {
    return line.sent.subList(1, line.sent.size()).toArray();
  }

  /** The same for equal values, whichever types numbers have. */
  private static String text(Object value) {
    return JSON.writeValueAsString(value);
  }

  /** A socket, and what happened to it: names with what came along. */
  private static final class Client implements AutoCloseable {
    private final ClientSocket socket;
    private final BlockingQueue<List<Object>> events = new LinkedBlockingQueue<>();

    Client(String url, Consumer<ClientConfig> settings) {
      socket = SocketIoClient.create(url, settings);
      socket.onConnect(() -> events.add(List.of("connect")));
      socket.onConnectError(failure -> events.add(List.of("connect_error", failure)));
      socket.onDisconnect(reason -> events.add(List.of("disconnect", reason)));
      socket.onAny(
          (event, args) -> {
            if (!event.equals("ack")) { // a question, which is answered
              events.add(behind(event, args.toList()));
            }
          });
      socket.connect();
    }

    /** The next thing of that name; what comes before is skipped. */
    List<Object> next(String name) throws InterruptedException {
      List<List<Object>> skipped = new ArrayList<>();
      while (true) {
        List<Object> event = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(event).as("%s, after %s", name, skipped).isNotNull();
        if (event.get(0).equals(name)) {
          return event;
        }
        skipped.add(event);
      }
    }

    List<Object> answer(String event, Object... args) {
      CompletableFuture<Args> call = socket.call(event, args);
      return call.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join().toList();
    }

    @Override
    public void close() {
      socket.close();
    }
  }
}
