package dev.switchboard.server.engine;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An HTTP request whose answer the test looks at. */
final class FakeHttpExchange implements HttpExchange {
  private final RequestInfo request;
  private final FakeEventLoop loop;
  private final byte[] body;
  private @Nullable HttpReply reply;
  private @Nullable Runnable abortTask;
  private boolean aborted;
  private Consumer<String> wire = packets -> {};

  FakeHttpExchange(RequestInfo request, FakeEventLoop loop, byte[] body) {
    this.request = request;
    this.loop = loop;
    this.body = body;
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
  public byte[] body() {
    return body;
  }

  @Override
  public void respond(HttpReply reply) {
    if (this.reply != null) {
      throw new IllegalStateException("answered twice");
    }
    this.reply = reply;
    if (!aborted) {
      wire.accept(text());
    }
  }

  /** Has a consumer told the answer when it is given, unless the peer is gone. */
  void onReply(Consumer<String> wire) {
    this.wire = wire;
  }

  @Override
  public void onAbort(Runnable task) {
    if (aborted) {
      loop.within(task);
    } else if (abortTask == null) {
      abortTask = task;
    } else {
      Runnable first = abortTask;
      abortTask =
          () -> {
            first.run();
            task.run();
          };
    }
  }

  /** The peer goes away. */
  void abort() {
    if (!aborted) {
      aborted = true;
      if (abortTask != null && reply == null) {
        loop.within(abortTask);
      }
    }
  }

  boolean aborted() {
    return aborted;
  }

  boolean answered() {
    return reply != null;
  }

  HttpReply reply() {
    if (reply == null) {
      throw new AssertionError("not answered");
    }
    return reply;
  }

  int status() {
    return reply().status();
  }

  String text() {
    return new String(reply().body(), StandardCharsets.UTF_8);
  }

  @Nullable String header(String name) {
    List<String> values = reply().headers().get(name);
    return values == null ? null : String.join("|", values);
  }
}
