package dev.switchboard.server.http;

/** Answers the requests for one route. */
@FunctionalInterface
public interface HttpHandler {
  /**
   * Answers a request. Runs on the handler executor and may block; several requests run at the same
   * time.
   *
   * @throws Exception to answer 500; it is logged, and the client gets no word of it
   */
  HttpAnswer handle(HttpRequest request) throws Exception;
}
