package dev.switchboard.server.engine;

/**
 * One HTTP request, complete with its body, that waits for its one answer. A port: the transport's
 * library implements it.
 */
public interface HttpExchange {
  RequestInfo request();

  /**
   * The loop of the connection that the request came over; not always that of the session it is
   * for.
   */
  EventLoop loop();

  /** The whole body, at most {@code maxHttpBufferSize} bytes; empty for a GET. */
  byte[] body();

  /** Answers. Any thread; once, a second call is an error. Does nothing if the peer is gone. */
  void respond(HttpReply reply);

  /**
   * Has {@code task} run on {@link #loop()} if the peer goes before the answer was given; at once
   * if it is gone already. A later task takes the place of an earlier one. Any thread.
   */
  void onAbort(Runnable task);
}
