package dev.switchboard.server.engine;

import dev.switchboard.protocol.engine.EngineRevision;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request on its way to a session: what HTTP and WebSocket handshakes have in common. Owned by
 * the loop that it came on until a session takes it.
 *
 * <p>What the application decides may take a while: {@link #await} goes on when it has, unless the
 * peer went away or the time was up meanwhile, when the request is over.
 */
abstract sealed class Request permits HttpRequest, WebSocketRequest {
  private static final Logger log = LoggerFactory.getLogger(Request.class);
  static final byte[] NO_BODY = new byte[0];

  private final RequestInfo info;
  private final EventLoop loop;
  private final Map<String, List<String>> headers = new LinkedHashMap<>();
  private EventLoop.@Nullable Timeout timer;
  private boolean watched;
  private boolean over;
  private @Nullable Runnable reservation;

  Request(RequestInfo info, EventLoop loop) {
    this.info = info;
    this.loop = loop;
  }

  final RequestInfo info() {
    return info;
  }

  final EventLoop loop() {
    return loop;
  }

  /** The headers of the answer so far. */
  final Map<String, List<String>> headers() {
    return headers;
  }

  final void addHeader(String name, String value) {
    headers.computeIfAbsent(name, absent -> new ArrayList<>()).add(value);
  }

  /** Lets the application add headers to the answer. */
  final void runHeaderHooks(HookSettings hooks) {
    if (initial()) {
      hooks.initialHeaders().forEach(this::run);
    }
    hooks.headers().forEach(this::run);
  }

  private void run(HookSettings.HeaderHook hook) {
    try {
      hook.accept(headers, info);
    } catch (RuntimeException e) {
      log.error("A hook for headers failed", e);
    }
  }

  final @Nullable String query(String name) {
    return info.query().get(name);
  }

  final @Nullable String header(String name) {
    return info.header(name);
  }

  /** Whether it begins a session, rather than belonging to one. */
  final boolean initial() {
    String sid = query("sid");
    return sid == null || sid.isEmpty();
  }

  /** The revision that it speaks. */
  final EngineRevision revision() {
    return "4".equals(query("EIO")) ? EngineRevision.V4 : EngineRevision.V3;
  }

  /** Whether it is a WebSocket handshake. */
  abstract boolean upgrade();

  abstract void onAbort(Runnable task);

  abstract void reply(HttpReply reply);

  abstract HttpReply errorReply(int status, int code, String message);

  /** Answers with an error and ends the request; it may have ended already. */
  final void refuse(int status, int code, String message) {
    if (finish()) {
      reply(errorReply(status, code, message));
    }
  }

  /** Has a task run when the request ends without having become a session. */
  final void reserve(Runnable release) {
    reservation = release;
  }

  /** The session took over what was reserved for it. */
  final void keepReservation() {
    reservation = null;
  }

  /** Ends the part before the session; false if it had ended. */
  final boolean finish() {
    if (over) {
      return false;
    }
    over = true;
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
    if (reservation != null) {
      reservation.run();
      reservation = null;
    }
    return true;
  }

  /**
   * Goes on with a stage's outcome, on the request's loop, unless the request is over by then.
   *
   * @param timedOut what to do, once, if all that was awaited takes longer than {@code timeout}
   */
  final <T> void await(
      CompletionStage<T> stage,
      Duration timeout,
      Runnable timedOut,
      BiConsumer<@Nullable T, @Nullable Throwable> then) {
    stage.whenComplete(
        (value, failure) -> {
          if (loop.inLoop()) {
            goOn(value, failure, then);
          } else {
            loop.execute(() -> goOn(value, failure, then));
          }
        });
    if (!over && timer == null && !stage.toCompletableFuture().isDone()) {
      timer = loop.schedule(timedOut, timeout);
    }
    if (!over && !watched) {
      watched = true;
      onAbort(this::finish);
    }
  }

  private <T> void goOn(
      @Nullable T value,
      @Nullable Throwable failure,
      BiConsumer<@Nullable T, @Nullable Throwable> then) {
    if (!over) {
      then.accept(value, failure);
    }
  }
}
