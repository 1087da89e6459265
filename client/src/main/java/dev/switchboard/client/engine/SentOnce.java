package dev.switchboard.client.engine;

import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The empty body of a request that must not be sent a second time.
 *
 * <p>The JDK's HTTP client by itself repeats a GET whose connection broke before the answer came.
 * But the answer to a poll may have been lost with the connection, and the server would not send it
 * again: the loss would go unnoticed. The client asks for the body of each try; the second time
 * there is none, so that the poll fails, the session ends and what was missed can be recovered.
 */
final class SentOnce implements HttpRequest.BodyPublisher {
  private final AtomicBoolean asked = new AtomicBoolean();

  @Override
  public long contentLength() {
    if (asked.getAndSet(true)) {
      throw new EngineException("the connection broke before the answer");
    }
    return 0;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
    HttpRequest.BodyPublishers.noBody().subscribe(subscriber);
  }
}
