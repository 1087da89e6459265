package dev.switchboard.server.engine;

import dev.switchboard.protocol.engine.EnginePacket;
import dev.switchboard.protocol.json.JsonOutput;
import java.util.List;
import java.util.Map;

/** A request over HTTP, and the ways to answer it. The answers may be given on any thread. */
final class HttpRequest extends Request implements Poll {
  private static final List<String> NO_STORE = List.of("no-store");
  private static final List<String> JSON = List.of("application/json");
  private static final List<String> HTML = List.of("text/html");
  private static final List<String> ALLOWED = List.of("GET, POST");
  private static final byte[] OK = {'o', 'k'};

  private final HttpExchange exchange;
  private final HookSettings hooks;
  // Owned by the session's loop.
  private boolean hasPackets;

  HttpRequest(HttpExchange exchange, HookSettings hooks) {
    super(exchange.request(), exchange.loop());
    this.exchange = exchange;
    this.hooks = hooks;
  }

  byte[] body() {
    return exchange.body();
  }

  @Override
  boolean upgrade() {
    return false;
  }

  @Override
  void onAbort(Runnable task) {
    exchange.onAbort(task);
  }

  @Override
  void reply(HttpReply reply) {
    exchange.respond(reply);
  }

  @Override
  HttpReply errorReply(int status, int code, String message) {
    headers().put("Content-Type", JSON);
    JsonOutput body = new JsonOutput();
    body.text("{\"code\":");
    body.number(code);
    body.text(",\"message\":");
    body.string(message);
    body.put('}');
    return new HttpReply(status, headers(), body.toByteArray(), false, false);
  }

  /** Whether the body is compressed or the like, which nobody here undoes. */
  boolean isBodyEncoded() {
    String encoding = header("content-encoding");
    return encoding != null && !encoding.equalsIgnoreCase("identity");
  }

  boolean isOctetStream() {
    return "application/octet-stream".equals(header("content-type"));
  }

  @Override
  public void answer(PayloadForm form, Outbox.Node first) {
    hasPackets = true;
    form.respond(this, first);
  }

  @Override
  public void answer(PayloadForm form, EnginePacket.Type... types) {
    form.respond(this, types);
  }

  /** Whether the session's packets went with the answer. */
  boolean hasPackets() {
    return hasPackets;
  }

  /** Answers a request that is neither a GET nor a POST. */
  void refuseMethod() {
    headers().put("Allow", ALLOWED);
    respondEmpty(405, false);
  }

  /** Answers that the session is no more. */
  void respondUnknown() {
    EngineError error = EngineError.SESSION_UNKNOWN;
    reply(errorReply(error.status(), error.code(), error.message()));
  }

  /** Answers without a body. */
  void respondEmpty(int status, boolean close) {
    exchange.respond(new HttpReply(status, headers(), NO_BODY, false, close));
  }

  /** Answers a POST whose packets were taken. */
  void respondOk() {
    headers().put("Content-Type", HTML);
    respondInSession(OK, false);
  }

  /** Answers a GET with a payload. */
  void respondPayload(String contentType, byte[] payload, boolean compressible) {
    headers().put("Content-Type", List.of(contentType));
    respondInSession(payload, compressible);
  }

  private void respondInSession(byte[] body, boolean compressible) {
    Map<String, List<String>> headers = headers();
    String userAgent = header("user-agent");
    if (userAgent != null && (userAgent.contains(";MSIE") || userAgent.contains("Trident/"))) {
      headers.put("X-XSS-Protection", List.of("0"));
    }
    headers.put("cache-control", NO_STORE);
    runHeaderHooks(hooks);
    exchange.respond(new HttpReply(200, headers, body, compressible, false));
  }
}
