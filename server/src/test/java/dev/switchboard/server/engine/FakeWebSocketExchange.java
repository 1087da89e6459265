package dev.switchboard.server.engine;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A WebSocket handshake whose outcome the test looks at. */
final class FakeWebSocketExchange implements WebSocketExchange {
  private final RequestInfo request;
  private final FakeEventLoop loop;
  private @Nullable HttpReply rejection;
  private @Nullable FakeWebSocketLink link;
  private Map<String, List<String>> headers = Map.of();
  private @Nullable Runnable abortTask;

  FakeWebSocketExchange(RequestInfo request, FakeEventLoop loop) {
    this.request = request;
    this.loop = loop;
  }

  @Override
  public RequestInfo request() {
    return request;
  }

  @Override
  public FakeEventLoop loop() {
    return loop;
  }

  @Override
  public void reject(HttpReply reply) {
    checkUndecided();
    rejection = reply;
  }

  @Override
  public WebSocketLink accept(Map<String, List<String>> headers, WebSocketListener listener) {
    checkUndecided();
    this.headers = Map.copyOf(headers);
    link = new FakeWebSocketLink(loop, listener);
    return link;
  }

  private void checkUndecided() {
    if (rejection != null || link != null) {
      throw new IllegalStateException("answered twice");
    }
  }

  @Override
  public void onAbort(Runnable task) {
    abortTask = task;
  }

  void abort() {
    if (abortTask != null && rejection == null && link == null) {
      loop.within(abortTask);
    }
  }

  boolean accepted() {
    return link != null;
  }

  boolean rejected() {
    return rejection != null;
  }

  FakeWebSocketLink link() {
    if (link == null) {
      throw new AssertionError("not accepted");
    }
    return link;
  }

  HttpReply rejection() {
    if (rejection == null) {
      throw new AssertionError("not rejected");
    }
    return rejection;
  }

  String rejectionText() {
    return new String(rejection().body(), StandardCharsets.UTF_8);
  }

  Map<String, List<String>> headers() {
    return headers;
  }
}
