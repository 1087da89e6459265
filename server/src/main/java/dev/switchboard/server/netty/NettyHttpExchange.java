package dev.switchboard.server.netty;

import dev.switchboard.server.engine.HttpExchange;
import dev.switchboard.server.engine.HttpReply;
import dev.switchboard.server.engine.RequestInfo;
import dev.switchboard.server.http.HttpAnswer;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One HTTP request and its answer; see {@link HttpExchange}. */
final class NettyHttpExchange extends Exchange implements HttpExchange {
  /**
   * Greater bodies are compressed elsewhere than on the loop: this takes a tenth of a millisecond.
   */
  private static final int COMPRESSED_ON_LOOP_BYTES = 8 * 1_024;

  private static final Logger log = LoggerFactory.getLogger(NettyHttpExchange.class);

  private final byte[] body;

  NettyHttpExchange(HttpConnection connection, RequestInfo request, byte[] body) {
    super(connection, request);
    this.body = body;
  }

  @Override
  public byte[] body() {
    return body;
  }

  @Override
  public void respond(HttpReply reply) {
    ResponseWriter.check(reply.headers());
    claimAnswer();
    ServerParts parts = connection.parts();
    boolean compresses =
        parts.compression().http()
            && ReplyCompression.applies(reply, parts.compression().httpThreshold());
    if (!compresses) {
      answer(reply);
    } else if (loop().inLoop() && reply.body().length > COMPRESSED_ON_LOOP_BYTES) {
      compressElsewhere(reply);
    } else {
      answer(compressed(reply));
    }
  }

  /** Answers for a route. On a thread that may block. */
  void respond(HttpAnswer answer) {
    if (answer.body() instanceof HttpAnswer.File file) {
      ResponseWriter.check(answer.headers());
      respond(answer, file);
    } else if (answer.body() instanceof HttpAnswer.Bytes bytes) {
      respond(new HttpReply(answer.status(), answer.headers(), bytes.bytes(), true, false));
    }
  }

  private void respond(HttpAnswer answer, HttpAnswer.File body) {
    FileSender file;
    try {
      file =
          FileSender.open(
              connection.channel(), connection.parts().executor(), body.path(), body.sizeBytes());
    } catch (IOException e) {
      log.warn("The file {} cannot be sent: {}", body.path(), e.toString());
      respond(HttpAnswer.empty(404));
      return;
    }
    claimAnswer();
    loop().execute(() -> connection.answer(this, answer, file));
  }

  private void compressElsewhere(HttpReply reply) {
    try {
      connection.parts().executor().execute(() -> answer(compressed(reply)));
    } catch (RejectedExecutionException e) {
      answer(reply);
    }
  }

  private HttpReply compressed(HttpReply reply) {
    return ReplyCompression.apply(reply, request().header("accept-encoding"));
  }

  private void answer(HttpReply reply) {
    if (loop().inLoop()) {
      connection.answer(this, reply);
    } else {
      loop().execute(() -> connection.answer(this, reply));
    }
  }
}
