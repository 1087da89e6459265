package dev.switchboard.server.netty;

import dev.switchboard.server.engine.HttpReply;
import dev.switchboard.server.engine.RequestInfo;
import dev.switchboard.server.engine.WebSocketExchange;
import dev.switchboard.server.engine.WebSocketLink;
import dev.switchboard.server.engine.WebSocketListener;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Map;

/** One WebSocket handshake; see {@link WebSocketExchange}. */
final class NettyWebSocketExchange extends Exchange implements WebSocketExchange {
  private final HttpHeaders headers;

  NettyWebSocketExchange(HttpConnection connection, RequestInfo request, HttpHeaders headers) {
    super(connection, request);
    this.headers = headers;
  }

  @Override
  public void reject(HttpReply reply) {
    ResponseWriter.check(reply.headers());
    claimAnswer();
    var closing =
        new HttpReply(reply.status(), reply.headers(), reply.body(), reply.compressible(), true);
    if (loop().inLoop()) {
      connection.answer(this, closing);
    } else {
      loop().execute(() -> connection.answer(this, closing));
    }
  }

  @Override
  public WebSocketLink accept(Map<String, List<String>> headers, WebSocketListener listener) {
    if (!loop().inLoop()) {
      throw new IllegalStateException("accept a WebSocket on the exchange's loop");
    }
    ResponseWriter.check(headers);
    claimAnswer();
    return connection.upgrade(this, headers, listener);
  }

  /** The request's headers, for what the 101 says in answer to them. */
  HttpHeaders requestHeaders() {
    return headers;
  }
}
