package dev.switchboard.server.engine;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** A WebSocket handshake. */
final class WebSocketRequest extends Request {
  private static final List<String> TEXT = List.of("text/plain; charset=UTF-8");

  private final WebSocketExchange exchange;
  private final HookSettings hooks;

  WebSocketRequest(WebSocketExchange exchange, HookSettings hooks) {
    super(exchange.request(), exchange.loop());
    this.exchange = exchange;
    this.hooks = hooks;
  }

  @Override
  boolean upgrade() {
    return true;
  }

  @Override
  void onAbort(Runnable task) {
    exchange.onAbort(task);
  }

  @Override
  void reply(HttpReply reply) {
    exchange.reject(reply);
  }

  @Override
  HttpReply errorReply(int status, int code, String message) {
    headers().put("Content-Type", TEXT);
    byte[] body = message.getBytes(StandardCharsets.UTF_8);
    return new HttpReply(status, headers(), body, false, true);
  }

  /** Answers 101. On the loop. */
  WebSocketLink accept(WebSocketListener listener) {
    runHeaderHooks(hooks);
    return exchange.accept(headers(), listener);
  }
}
