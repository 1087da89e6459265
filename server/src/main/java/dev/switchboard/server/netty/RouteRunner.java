package dev.switchboard.server.netty;

import dev.switchboard.server.http.HttpAnswer;
import dev.switchboard.server.http.HttpRequest;
import dev.switchboard.server.http.HttpRoutes;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Has the plain HTTP routes answer requests, on a thread that may block. Called on the connections'
 * loops.
 */
record RouteRunner(HttpRoutes routes, Executor executor) {
  void handle(NettyHttpExchange exchange) {
    HttpRequest request = new HttpRequest(exchange.request(), exchange.body());
    if (!routes.has(request.path())) {
      exchange.respond(HttpAnswer.empty(404));
      return;
    }
    try {
      executor.execute(() -> exchange.respond(routes.answer(request)));
    } catch (RejectedExecutionException e) {
      exchange.respond(HttpAnswer.empty(503));
    }
  }
}
