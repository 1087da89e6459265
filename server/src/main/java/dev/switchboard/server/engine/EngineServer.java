package dev.switchboard.server.engine;

/**
 * The Engine.IO server: routes requests to sessions, opens and closes them. The transport's library
 * feeds it.
 */
public abstract class EngineServer {
  EngineServer() {}

  /** A request for the engine's path. Called on the exchange's loop. */
  public abstract void handle(HttpExchange exchange);

  /** A WebSocket handshake for the engine's path. Called on the exchange's loop. */
  public abstract void handle(WebSocketExchange exchange);

  /**
   * A request whose body exceeds {@code maxHttpBufferSize}, found out before the body was read; its
   * body is empty. The engine ends the session that it names and answers 413.
   */
  public abstract void handleTooLarge(HttpExchange exchange);
}
