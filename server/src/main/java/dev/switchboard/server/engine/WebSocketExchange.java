package dev.switchboard.server.engine;

import java.util.List;
import java.util.Map;

/**
 * A WebSocket handshake, valid by RFC 6455, that waits to be accepted or refused. A port, as {@link
 * HttpExchange}.
 */
public interface WebSocketExchange {
  RequestInfo request();

  EventLoop loop();

  /** Answers with an HTTP error and closes. Any thread. */
  void reject(HttpReply reply);

  /**
   * Answers 101. Called on {@link #loop()}; the listener's methods are called on that loop too,
   * none before this returns.
   *
   * @param headers to add to the 101
   */
  WebSocketLink accept(Map<String, List<String>> headers, WebSocketListener listener);

  /** Has {@code task} run on {@link #loop()} if the peer goes before it was accepted or refused. */
  void onAbort(Runnable task);
}
