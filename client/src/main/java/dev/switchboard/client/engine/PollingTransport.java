package dev.switchboard.client.engine;

import dev.switchboard.client.engine.ClientLoop.Timer;
import dev.switchboard.protocol.engine.EnginePacket;
import dev.switchboard.protocol.engine.PayloadCodec;
import dev.switchboard.protocol.engine.PayloadReader;
import dev.switchboard.protocol.engine.PayloadWriter;
import dev.switchboard.protocol.json.PacketFormatException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * HTTP polling: a GET that waits for what the server has to say, again and again, and a POST for
 * what there is to send. Never two of a kind at a time.
 */
final class PollingTransport implements Transport {
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(3);
  private static final int OK = 200;

  private final ClientLoop loop;
  private final HttpClient http;
  private final Requests requests;
  private final int maxBodyBytes;
  private final Listener listener;

  private @Nullable String sid;
  private @Nullable CompletableFuture<?> polling;
  private @Nullable CompletableFuture<?> posting;
  private @Nullable Runnable onPaused;
  private boolean owesPoll;
  private boolean ended;

  PollingTransport(
      ClientLoop loop, HttpClient http, Requests requests, int maxBodyBytes, Listener listener) {
    this.loop = loop;
    this.http = http;
    this.requests = requests;
    this.maxBodyBytes = maxBodyBytes;
    this.listener = listener;
  }

  @Override
  public String name() {
    return EngineSettings.POLLING;
  }

  @Override
  public void open() {
    poll();
  }

  /** The handshake is done: from here on the requests are those of this session. */
  void opened(String session) {
    sid = session;
  }

  @Override
  public boolean writable() {
    return sid != null && posting == null && onPaused == null && !ended;
  }

  private void poll() {
    HttpRequest request;
    try {
      request = requests.get(sid);
    } catch (IllegalArgumentException e) {
      loop.execute(() -> fail("xhr poll error", e));
      return;
    }
    polling = exchange(request, "xhr poll error", this::polled);
  }

  private void polled(byte[] body) {
    polling = null;
    PayloadReader reader = PayloadCodec.V4.reader(body);
    try {
      EnginePacket packet = reader.next();
      while (packet != null && !ended) {
        if (packet.type() == EnginePacket.Type.CLOSE) {
          abort();
          listener.closed();
        } else {
          listener.packet(packet);
        }
        packet = reader.next();
      }
    } catch (PacketFormatException e) {
      fail(Answers.notAPacket(e));
    }
    if (ended) {
      return;
    }
    if (sid == null) {
      fail(new EngineException("server error: the answer to the handshake is none"));
    } else if (onPaused != null) {
      pausedOnceIdle();
    } else if (listener.reading()) {
      poll();
    } else {
      owesPoll = true;
    }
  }

  @Override
  public void resumeReading() {
    if (owesPoll && !ended) {
      owesPoll = false;
      if (onPaused == null) {
        poll();
      }
    }
  }

  @Override
  public void send(List<EnginePacket> packets) {
    post(packets, body -> posted());
  }

  private void posted() {
    posting = null;
    if (!ended) {
      listener.drained();
      pausedOnceIdle();
    }
  }

  private void post(List<EnginePacket> packets, Consumer<byte[]> onAnswer) {
    PayloadWriter writer = PayloadCodec.V4.writer();
    packets.forEach(writer::packet);
    HttpRequest request = requests.post(sid, writer.toByteArray(), PayloadCodec.V4.contentType());
    posting = exchange(request, "xhr post error", onAnswer);
  }

  private CompletableFuture<?> exchange(
      HttpRequest request, String errorWord, Consumer<byte[]> onAnswer) {
    CompletableFuture<HttpResponse<byte[]>> answer =
        http.sendAsync(request, LimitedBody.upTo(maxBodyBytes));
    answer.whenComplete(
        (response, failure) ->
            loop.execute(
                () -> {
                  if (ended) {
                    return;
                  }
                  if (response == null) {
                    fail(errorWord, failure);
                    return;
                  }
                  requests.answered(response.headers());
                  if (response.statusCode() == OK) {
                    onAnswer.accept(response.body());
                  } else {
                    fail(new EngineException(errorWord + ": " + Answers.describe(response)));
                  }
                }));
    return answer;
  }

  /**
   * Stops, for a WebSocket to take over: what is under way is awaited, nothing new is begun.
   *
   * @param then is called when nothing is under way any more
   */
  void pause(Runnable then) {
    onPaused = then;
    loop.execute(this::pausedOnceIdle);
  }

  private void pausedOnceIdle() {
    Runnable then = onPaused;
    if (then != null && polling == null && posting == null && !ended) {
      ended = true;
      then.run();
    }
  }

  @Override
  public void close() {
    if (ended || sid == null || posting != null) {
      abort();
      return;
    }
    ended = true;
    post(List.of(EnginePacket.of(EnginePacket.Type.CLOSE)), body -> {});
    CompletableFuture<?> farewell = posting;
    Timer deadline = loop.schedule(this::abort, CLOSE_TIMEOUT);
    if (farewell != null) {
      farewell.whenComplete(
          (answer, failure) ->
              loop.execute(
                  () -> {
                    deadline.cancel();
                    abort(); // the poll, if the server has not released it
                  }));
    }
  }

  @Override
  public void abort() {
    ended = true;
    if (polling != null) {
      polling.cancel(true);
    }
    if (posting != null) {
      posting.cancel(true);
    }
  }

  private void fail(String errorWord, @Nullable Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    fail(
        cause != null && cause.getCause() instanceof EngineException told
            ? told
            : cause instanceof EngineException told
                ? told
                : new EngineException(errorWord + ": " + cause, cause));
  }

  private void fail(EngineException cause) {
    if (!ended) {
      abort();
      listener.failed(cause);
    }
  }
}
