package dev.switchboard.server.netty;

import dev.switchboard.server.engine.HttpExchange;
import dev.switchboard.server.engine.HttpReply;
import dev.switchboard.server.engine.OutboundMessage;
import dev.switchboard.server.engine.RequestInfo;
import dev.switchboard.server.engine.WebSocketExchange;
import dev.switchboard.server.engine.WebSocketLink;
import dev.switchboard.server.engine.WebSocketListener;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/**
 * What stands for the engine in these tests: answers requests with their body, messages with
 * themselves, and keeps what it was told.
 */
final class EchoEngine implements ExchangeHandler {
  final Queue<HttpExchange> requests = new ConcurrentLinkedQueue<>();
  final Queue<String> incomplete = new ConcurrentLinkedQueue<>();
  final Queue<String> aborted = new ConcurrentLinkedQueue<>();
  final Queue<String> closed = new ConcurrentLinkedQueue<>();
  final BlockingQueue<WebSocketLink> links = new LinkedBlockingQueue<>();
  volatile Consumer<HttpExchange> onRequest = exchange -> exchange.respond(ok(exchange.body()));
  volatile Consumer<WebSocketExchange> onHandshake = this::accept;

  static HttpReply ok(byte[] body) {
    return new HttpReply(
        200, Map.of("Content-Type", List.of("text/plain; charset=UTF-8")), body, true, false);
  }

  static HttpReply ok(String body) {
    return ok(body.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void handle(HttpExchange exchange) {
    requests.add(exchange);
    onRequest.accept(exchange);
  }

  @Override
  public void handle(WebSocketExchange exchange) {
    onHandshake.accept(exchange);
  }

  @Override
  public void handleTooLarge(HttpExchange exchange) {
    exchange.respond(new HttpReply(413, Map.of(), new byte[0], false, true));
  }

  @Override
  public void handleBegun(RequestInfo request) {
    incomplete.add(request.url());
  }

  @Override
  public void handleComplete(RequestInfo request) {
    incomplete.remove(request.url());
  }

  @Override
  public void handleAborted(RequestInfo request) {
    aborted.add(request.url());
  }

  private void accept(WebSocketExchange exchange) {
    Echo echo = new Echo();
    echo.link = exchange.accept(Map.of(), echo);
    links.add(echo.link);
  }

  private final class Echo implements WebSocketListener {
    private WebSocketLink link;

    @Override
    public void onText(String text) {
      link.write(text);
      link.flush();
    }

    @Override
    public void onBinary(byte[] data) {
      link.write(OutboundMessage.binary(data), 4);
      link.flush();
    }

    @Override
    public void onWritable() {}

    @Override
    public void onClose(boolean error, String description) {
      closed.add((error ? "error " : "clean ") + description);
    }
  }
}
