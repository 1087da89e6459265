package dev.switchboard.server.engine;

import dev.switchboard.protocol.json.JsonOutput;
import java.util.List;
import java.util.Map;

/** A request over HTTP, and the ways to answer it. The answers may be given on any thread. */
final class HttpRequest extends Request {
  private static final List<String> NO_STORE = List.of("no-store");
  private static final List<String> JSON = List.of("application/json");
  private static final List<String> HTML = List.of("text/html");
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

  /** Notes that the session's packets go with the answer. */
  void markPackets() {
    hasPackets = true;
  }

  boolean hasPackets() {
    return hasPackets;
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
