package dev.switchboard.interop;

import dev.switchboard.server.engine.Admission;
import dev.switchboard.server.engine.CloseReason;
import dev.switchboard.server.engine.EngineListener;
import dev.switchboard.server.engine.EngineServer;
import dev.switchboard.server.engine.EngineSession;
import dev.switchboard.server.engine.EngineSettings;
import dev.switchboard.server.engine.OutboundMessage;
import dev.switchboard.server.engine.RequestInfo;
import dev.switchboard.server.engine.SessionListener;
import dev.switchboard.server.netty.NettyServer;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.ObjectMapper;

/** The apps below Socket.IO, on the engine alone. */
final class EngineProfiles {
  private EngineProfiles() {}

  /** Profiles eio-v4 and eio-v3: sends every message back. */
  static CompletableFuture<Integer> echo(Environment environment, boolean eio3) {
    EngineSettings settings =
        EngineSettings.of(
            engine ->
                engine
                    .path("/engine.io")
                    .pingInterval(Duration.ofMillis(300))
                    .pingTimeout(Duration.ofMillis(200))
                    .maxHttpBufferSize(1_000_000)
                    .allowEio3(eio3)
                    .cors(cors -> cors.anyOrigin()));
    return start(environment, settings, Echo::new);
  }

  /** Profile eio-client: what the official Engine.IO client's test suite wants. */
  static CompletableFuture<Integer> client(Environment environment) {
    PostHeaders posts = new PostHeaders();
    EngineSettings settings =
        EngineSettings.of(
            engine ->
                engine
                    .path("/engine.io")
                    .pingInterval(Duration.ofMillis(500))
                    .maxHttpBufferSize(100)
                    .hooks(
                        hooks ->
                            hooks
                                .allowRequest(
                                    request ->
                                        CompletableFuture.completedFuture(admission(request)))
                                .use(
                                    (request, headers) -> {
                                      posts.note(request);
                                      return CompletableFuture.completedFuture(Optional.empty());
                                    })
                                .initialHeaders(
                                    (headers, request) -> headers.put("Set-Cookie", cookies()))));
    return start(environment, settings, session -> new Client(session, posts));
  }

  private static CompletableFuture<Integer> start(
      Environment environment, EngineSettings settings, EngineListener listener) {
    EngineServer engine = new EngineServer(settings, listener);
    return NettyServer.builder(engine)
        .settings(environment.network())
        .build()
        .start(environment.host(), environment.port())
        .thenApply(InetSocketAddress::getPort);
  }

  private static Admission admission(RequestInfo request) {
    return request.query().containsKey("deny") ? Admission.refuse("Forbidden") : Admission.allow();
  }

  private static List<String> cookies() {
    String now = DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC));
    return List.of(
        "1=1; Max-Age=86400",
        "2=2; Path=/; HttpOnly; Secure; SameSite=Strict",
        "3=3; Max-Age=0",
        "4=4; Expires=" + now);
  }

  /** Sends every message back. */
  private record Echo(EngineSession session) implements SessionListener {
    @Override
    public void onText(String text) {
      session.send(OutboundMessage.text(text));
    }

    @Override
    public void onBinary(byte[] data) {
      session.send(OutboundMessage.binary(data));
    }

    @Override
    public void onClose(CloseReason reason, String description) {}
  }

  /** Greets, and answers some messages with others. */
  private static final class Client implements SessionListener {
    private final EngineSession session;
    private final PostHeaders posts;

    Client(EngineSession session, PostHeaders posts) {
      this.session = session;
      this.posts = posts;
      posts.opened(session);
      session.send(OutboundMessage.text("hi"));
    }

    @Override
    public void onText(String text) {
      session.send(
          switch (text) {
            case "give binary" -> OutboundMessage.binary(new byte[] {0, 1, 2, 3, 4});
            case "give utf8" -> OutboundMessage.text("пойду спать всем спокойной ночи");
            case "sendHeaders" -> OutboundMessage.text(posts.ofLast(session));
            default -> OutboundMessage.text(text);
          });
    }

    @Override
    public void onBinary(byte[] data) {
      session.send(OutboundMessage.binary(data));
    }

    @Override
    public void onClose(CloseReason reason, String description) {
      posts.closed(session);
    }
  }

  /** The headers of the last POST of each session. */
  private static final class PostHeaders {
    private final ObjectMapper json = new ObjectMapper();
    private final Map<String, Map<String, String>> bySession = new ConcurrentHashMap<>();

    void opened(EngineSession session) {
      bySession.put(session.id(), Map.of());
    }

    void note(RequestInfo request) {
      String sid = request.query().get("sid");
      if (sid != null && request.method().equals("POST")) {
        Map<String, String> flat = new HashMap<>();
        request.headers().forEach((name, values) -> flat.put(name, String.join(", ", values)));
        bySession.computeIfPresent(sid, (id, before) -> flat);
      }
    }

    /** As JSON text. */
    String ofLast(EngineSession session) {
      return json.writeValueAsString(bySession.getOrDefault(session.id(), Map.of()));
    }

    void closed(EngineSession session) {
      bySession.remove(session.id());
    }
  }
}
