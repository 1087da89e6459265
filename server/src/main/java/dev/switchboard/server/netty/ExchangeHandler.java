package dev.switchboard.server.netty;

import dev.switchboard.server.engine.EngineServer;
import dev.switchboard.server.engine.HttpExchange;
import dev.switchboard.server.engine.RequestInfo;
import dev.switchboard.server.engine.WebSocketExchange;

/** Who answers the requests for one path. Called on the connection's loop. */
interface ExchangeHandler {
  void handle(HttpExchange exchange);

  void handle(WebSocketExchange exchange);

  /** A request whose body is, or says that it is, beyond the limit; without its body. */
  void handleTooLarge(HttpExchange exchange);

  /** A request whose body does not come together with its head; it is not answered yet. */
  void handleBegun(RequestInfo request);

  /** The body of a request that was begun is complete; {@code handle} follows. */
  void handleComplete(RequestInfo request);

  /** A request whose connection ended, or was ended, before its body was complete. */
  void handleAborted(RequestInfo request);

  static ExchangeHandler of(EngineServer engine) {
    return new ExchangeHandler() {
      @Override
      public void handle(HttpExchange exchange) {
        engine.handle(exchange);
      }

      @Override
      public void handle(WebSocketExchange exchange) {
        engine.handle(exchange);
      }

      @Override
      public void handleTooLarge(HttpExchange exchange) {
        engine.handleTooLarge(exchange);
      }

      @Override
      public void handleBegun(RequestInfo request) {
        engine.handleBegun(request);
      }

      @Override
      public void handleComplete(RequestInfo request) {
        engine.handleComplete(request);
      }

      @Override
      public void handleAborted(RequestInfo request) {
        engine.handleAborted(request);
      }
    };
  }
}
