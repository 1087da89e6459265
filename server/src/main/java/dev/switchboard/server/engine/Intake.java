package dev.switchboard.server.engine;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a request goes through before a session has it: CORS, the filters, the checks in the
 * reference's order, and, if it begins a session, the application's consent.
 *
 * <p>Each request stays on the loop that it came on. Stateless but for the throttles of its hints.
 */
final class Intake {
  private static final Logger log = LoggerFactory.getLogger(Intake.class);
  private static final int LONGEST_ID = 200;

  private final EngineServer server;
  private final EngineSettings settings;
  private final Gatekeeper gatekeeper;
  private final OriginGate originGate;
  private final LongSupplier nanoTime;
  private final SessionIds ids = new SessionIds();
  private final HintThrottle unknownSidHint;
  private final HintThrottle originHint;

  Intake(EngineServer server, Gatekeeper gatekeeper, LongSupplier nanoTime) {
    this.server = server;
    this.settings = server.settings();
    this.gatekeeper = gatekeeper;
    this.originGate = new OriginGate(server.cors());
    this.nanoTime = nanoTime;
    this.unknownSidHint = new HintThrottle(nanoTime.getAsLong());
    this.originHint = new HintThrottle(nanoTime.getAsLong());
  }

  void take(Request request) {
    Cors cors = server.cors();
    Optional<HttpReply> preflight = cors.preflight(request.info());
    if (preflight.isPresent()) {
      request.reply(preflight.get());
      return;
    }
    cors.addHeadersFor(request.info(), request.headers());
    filter(request, 0);
  }

  private void filter(Request request, int index) {
    List<HookSettings.Filter> filters = settings.hooks().filters();
    if (index == filters.size()) {
      verify(request);
      return;
    }
    await(
        request,
        () -> filters.get(index).filter(request.info(), request.headers()),
        answer -> {
          if (answer.isEmpty()) {
            filter(request, index + 1);
          } else if (request.finish()) {
            request.reply(answer.get());
          }
        },
        failure -> refuse(request, EngineError.BAD_REQUEST, Map.of("name", "MIDDLEWARE_FAILURE")));
  }

  private void verify(Request request) {
    String transport = request.query("transport");
    if (transport == null || !settings.transports().contains(transport)) {
      refuse(
          request,
          EngineError.TRANSPORT_UNKNOWN,
          transport == null ? Map.of() : Map.of("transport", transport));
      return;
    }
    String origin = request.header("origin");
    if (origin != null && !isHeaderValue(origin)) {
      refuse(request, EngineError.BAD_REQUEST, Map.of("name", "INVALID_ORIGIN", "origin", origin));
    } else if (request.upgrade() && !originGate.allows(request.info())) {
      refuseOrigin(request, String.valueOf(origin));
    } else if (request.initial()) {
      verifyHandshake(request, transport);
    } else {
      verifyInSession(request, transport);
    }
  }

  private void verifyInSession(Request request, String transport) {
    EngineSession session = server.find(request.info());
    if (session == null) {
      seekElsewhere(request, transport);
      return;
    }
    String present = session.transport();
    if (request.upgrade() ? !transport.equals("websocket") : !transport.equals(present)) {
      refuse(
          request,
          EngineError.BAD_REQUEST,
          Map.of(
              "name", "TRANSPORT_MISMATCH", "transport", transport, "previousTransport", present));
      return;
    }
    int protocol = protocol(request);
    if (protocol != session.protocol()) {
      refuse(
          request,
          EngineError.BAD_REQUEST,
          Map.of(
              "name",
              "PROTOCOL_MISMATCH",
              "protocol",
              protocol,
              "previousProtocol",
              session.protocol()));
    } else if (request.finish()) {
      handOver(request, session);
    }
  }

  private void seekElsewhere(Request request, String transport) {
    EngineCluster cluster = server.cluster();
    String sid = request.query("sid");
    if (cluster == null || sid == null || !EngineCluster.mayBeElsewhere(sid)) {
      refuseUnknownSid(request);
    } else if (request.upgrade() != transport.equals("websocket")) {
      refuse(
          request,
          EngineError.BAD_REQUEST,
          Map.of("name", "TRANSPORT_MISMATCH", "transport", transport));
    } else if (request.upgrade() && gatekeeper.isDraining()) {
      turnAway(request, TurnedAway.DRAINING); // it may have to take the session over
    } else if (gatekeeper.guesses(request.info().remoteAddress())) {
      turnAway(request, TurnedAway.TOO_MANY_UNKNOWN_SESSIONS); // each question goes to all nodes
    } else {
      cluster.seek(request, sid, () -> refuseUnknownSid(request));
    }
  }

  private static void handOver(Request request, EngineSession session) {
    if (request instanceof HttpRequest http) {
      session.executeNow(() -> session.onRequest(http));
    } else if (request instanceof WebSocketRequest webSocket) {
      Upgrade.begin(session, webSocket);
    }
  }

  private void verifyHandshake(Request request, String transport) {
    String method = request.info().method();
    if (!method.equals("GET")) {
      refuse(request, EngineError.BAD_HANDSHAKE_METHOD, Map.of("method", method));
    } else if (transport.equals("websocket") != request.upgrade()) {
      refuse(request, EngineError.BAD_REQUEST, Map.of("name", "TRANSPORT_HANDSHAKE_ERROR"));
    } else {
      reserve(request);
    }
  }

  private void reserve(Request request) {
    String address = request.info().remoteAddress();
    TurnedAway why = gatekeeper.reserve(address);
    if (why != null) {
      turnAway(request, why);
      return;
    }
    request.reserve(() -> gatekeeper.release(address));
    askToAllow(request);
  }

  private void askToAllow(Request request) {
    Function<RequestInfo, CompletionStage<Admission>> allowRequest =
        settings.hooks().allowRequest();
    if (allowRequest == null) {
      checkProtocol(request);
      return;
    }
    await(
        request,
        () -> allowRequest.apply(request.info()),
        admission -> {
          String refusal = admission.refusal();
          if (refusal == null) {
            checkProtocol(request);
          } else {
            refuse(request, EngineError.FORBIDDEN, Map.of("message", refusal), refusal);
          }
        },
        failure -> refuse(request, EngineError.FORBIDDEN, Map.of("error", failure)));
  }

  private void checkProtocol(Request request) {
    if (protocol(request) == 3 && !settings.allowEio3()) {
      refuse(request, EngineError.UNSUPPORTED_PROTOCOL, Map.of("protocol", 3));
    } else if (request.query("j") != null && !request.upgrade() && !settings.jsonp()) {
      refuse(request, EngineError.BAD_REQUEST, Map.of("name", "JSONP_DISABLED"));
    } else {
      nameSession(request);
    }
  }

  private void nameSession(Request request) {
    Function<RequestInfo, CompletionStage<String>> generateId = settings.hooks().generateId();
    if (generateId == null) {
      open(request, ids.next());
      return;
    }
    await(
        request,
        () -> generateId.apply(request.info()),
        id -> {
          if (isUsable(id)) {
            open(request, id);
          } else {
            refuseId(request, "the id must be new, and 1 to 200 of A-Z a-z 0-9 _ -");
          }
        },
        failure -> refuseId(request, failure));
  }

  private boolean isUsable(String id) {
    return !id.isEmpty()
        && id.length() <= LONGEST_ID
        && id.chars().allMatch(Intake::isIdCharacter)
        && !server.isTaken(id);
  }

  private static boolean isIdCharacter(int c) {
    return (c >= '0' && c <= '9')
        || (c >= 'A' && c <= 'Z')
        || (c >= 'a' && c <= 'z')
        || c == '_'
        || c == '-';
  }

  private void open(Request request, String id) {
    request.keepReservation();
    request.finish();
    EngineSession session;
    try {
      session =
          new EngineSession(
              server,
              id,
              protocol(request),
              request.info(),
              server.flusher(request.loop()),
              made -> newTransport(request, made));
    } catch (RuntimeException e) {
      gatekeeper.release(request.info().remoteAddress());
      refuseLate(
          request,
          EngineError.BAD_REQUEST,
          Map.of("name", "TRANSPORT_HANDSHAKE_ERROR", "error", e));
      return;
    }
    if (server.add(session)) {
      session.open();
    } else {
      // Another handshake with the application's same id won the race.
      session.end(CloseReason.FORCED_CLOSE, "the id is taken");
    }
  }

  private Transport newTransport(Request request, EngineSession session) {
    if (request instanceof WebSocketRequest webSocket) {
      return new WebSocketTransport(session, webSocket, null);
    }
    CookieSettings cookie = settings.cookie();
    if (cookie != null) {
      request.addHeader("Set-Cookie", cookie.header(session.id(), request.info().secure()));
    }
    return new PollingTransport(session, (HttpRequest) request);
  }

  private static int protocol(Request request) {
    return request.revision().number();
  }

  private static boolean isHeaderValue(String value) {
    return value.chars().allMatch(c -> (c >= ' ' || c == '\t') && c != 127);
  }

  /** Goes on with what the application says, however it says it. */
  private <T> void await(
      Request request,
      Supplier<CompletionStage<T>> question,
      Consumer<T> answered,
      Consumer<Throwable> failed) {
    CompletionStage<T> stage;
    try {
      stage = question.get();
    } catch (RuntimeException e) {
      stage = CompletableFuture.failedFuture(e);
    }
    request.await(
        stage,
        settings.limits().handshakeTimeout(),
        () -> refuse(request, EngineError.FORBIDDEN, Map.of("name", "HANDSHAKE_TIMEOUT")),
        (value, failure) -> {
          if (failure != null) {
            failed.accept(failure);
          } else if (value == null) {
            failed.accept(new NullPointerException("a hook's stage must not complete with null"));
          } else {
            answered.accept(value);
          }
        });
  }

  // Refusals

  private void refuse(Request request, EngineError error, Map<String, Object> context) {
    refuse(request, error, context, error.message());
  }

  /** Refuses a request that was handed over already. Any thread. */
  void refuseLate(Request request, EngineError error, Map<String, Object> context) {
    request.reply(request.errorReply(error.status(), error.code(), error.message()));
    report(request, error, context);
  }

  private void refuse(
      Request request, EngineError error, Map<String, Object> context, String message) {
    log.debug("Refused {}: {} {}", request.info(), message, context.get("name"));
    request.refuse(error.status(), error.code(), message);
    report(request, error, context);
  }

  private void report(Request request, EngineError error, Map<String, Object> context) {
    try {
      server
          .listener()
          .onConnectionError(
              new ConnectionError(request.info(), error.code(), error.message(), context));
    } catch (RuntimeException e) {
      log.error("The listener for connection errors failed", e);
    }
  }

  private void refuseId(Request request, Object error) {
    refuse(request, EngineError.BAD_REQUEST, Map.of("name", "ID_GENERATION_ERROR", "error", error));
  }

  private void refuseUnknownSid(Request request) {
    if (gatekeeper.tooManyUnknownSids(request.info().remoteAddress())) {
      turnAway(request, TurnedAway.TOO_MANY_UNKNOWN_SESSIONS);
      return;
    }
    if (unknownSidHint.permits(nanoTime.getAsLong())) {
      log.info(
          "Requests name sessions that are not on this node ({} so far). With several nodes,"
              + " polling needs sticky sessions at the load balancer",
          gatekeeper.unknownSids());
    }
    refuse(
        request, EngineError.SESSION_UNKNOWN, Map.of("sid", String.valueOf(request.query("sid"))));
  }

  private void refuseOrigin(Request request, String origin) {
    String message =
        "Origin not allowed: add it to the origins of the server's CORS settings (cors.origin)";
    if (originHint.permits(nanoTime.getAsLong())) {
      String shown = origin.length() > 100 ? origin.substring(0, 100) : origin;
      log.info("A WebSocket from {} was refused. {}", shown, message);
    }
    refuse(
        request,
        EngineError.FORBIDDEN,
        Map.of("name", "ORIGIN_NOT_ALLOWED", "origin", origin),
        message);
  }

  private void turnAway(Request request, TurnedAway why) {
    if (request.finish()) {
      // Spread, so that those turned away together do not come back together.
      int seconds = ThreadLocalRandom.current().nextInt(1, 6);
      Map<String, List<String>> headers = new LinkedHashMap<>(request.headers());
      headers.put("Retry-After", List.of(Integer.toString(seconds)));
      headers.put("Content-Type", List.of("text/plain; charset=UTF-8"));
      byte[] body = why.message().getBytes(StandardCharsets.UTF_8);
      request.reply(new HttpReply(why.status(), headers, body, false, request.upgrade()));
    }
    try {
      server.listener().onTurnedAway(request.info(), why);
    } catch (RuntimeException e) {
      log.error("The listener for requests turned away failed", e);
    }
  }
}
