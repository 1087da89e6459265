package dev.switchboard.server.netty;

import dev.switchboard.server.engine.EventLoop;
import dev.switchboard.server.engine.RequestInfo;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A request that waits for its answer: what an HTTP exchange and a WebSocket handshake have in
 * common. Any thread may call it; its state is the loop's, but for {@link #answered}.
 */
abstract sealed class Exchange permits NettyHttpExchange, NettyWebSocketExchange {
  final HttpConnection connection;
  private final RequestInfo request;
  private final AtomicBoolean answered = new AtomicBoolean();
  private @Nullable Runnable abortTask;
  private boolean aborted;

  Exchange(HttpConnection connection, RequestInfo request) {
    this.connection = connection;
    this.request = request;
  }

  public RequestInfo request() {
    return request;
  }

  public EventLoop loop() {
    return connection.loop();
  }

  public void onAbort(Runnable task) {
    if (!loop().inLoop()) {
      loop().execute(() -> onAbort(task));
    } else if (aborted) {
      task.run();
    } else {
      abortTask = task;
    }
  }

  /** The peer has gone. On the loop. */
  void abort() {
    aborted = true;
    Runnable task = abortTask;
    abortTask = null;
    if (task != null && !answered.get()) {
      task.run();
    }
  }

  /** Claims the one answer that there may be. */
  void claimAnswer() {
    if (!answered.compareAndSet(false, true)) {
      throw new IllegalStateException(
          "the request "
              + request.method()
              + " "
              + RequestReader.path(request.url())
              + " was answered already");
    }
  }
}
