package dev.switchboard.server.engine;

import dev.switchboard.protocol.engine.EnginePacket;
import dev.switchboard.protocol.engine.PayloadReader;
import dev.switchboard.protocol.json.PacketFormatException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * HTTP long-polling: one GET at a time waits for packets, one POST at a time brings some.
 *
 * <p>A client's requests come over several connections, on several loops, so that one can overtake
 * another that was sent just before. Where the order matters (at the client's close and at the
 * upgrade) what comes within {@link #OVERTAKING} of each other counts as having come in the order
 * that makes sense.
 *
 * <p>Owned by the session's loop; requests come over on any loop and hop here first.
 */
final class PollingTransport extends Transport {
  /** How long an orderly close waits for a GET to answer. */
  private static final Duration CLOSE_WAIT = Duration.ofSeconds(30);

  private static final Duration OVERTAKING = Duration.ofMillis(50);

  private final EngineSession session;
  // What the client asked for at first holds to its end.
  private final PayloadForm form;
  private volatile @Nullable Poll poll;
  private long polledNanos;
  private @Nullable HttpRequest data;
  // The POSTs whose bodies are on their way.
  private int bodiesAwaited;
  private EventLoop.@Nullable Timeout closeTimer;
  private boolean peerCloses;
  private @Nullable HeldPost heldPost;

  /**
   * @param handshake the GET that opens the session, and that is answered with its first packets
   */
  PollingTransport(EngineSession session, HttpRequest handshake) {
    this.session = session;
    this.poll = handshake;
    this.form = PayloadForm.of(session.revision(), handshake);
  }

  @Override
  String name() {
    return "polling";
  }

  @Override
  boolean writable() {
    return poll != null;
  }

  @Override
  long unsentBytes() {
    return 0;
  }

  void onRequest(HttpRequest request) {
    switch (request.info().method()) {
      case "GET" -> onGet(request);
      case "POST" -> onPost(request);
      default -> request.refuseMethod();
    }
  }

  private void onGet(HttpRequest request) {
    if (poll != null) {
      request.respondEmpty(400, false);
      session.end(CloseReason.TRANSPORT_ERROR, "overlap from client");
      return;
    }
    onPoll(request);
  }

  /** A GET waits from now on, here or on another node; none did. */
  void onPoll(Poll waiting) {
    poll = waiting;
    polledNanos = session.nanoTime();
    if (peerCloses) {
      session.end(CloseReason.TRANSPORT_CLOSE, "");
      return;
    }
    if (waiting instanceof HttpRequest request) {
      request.onAbort(() -> session.executeNow(() -> onGetAborted(request)));
    }
    if (session.hasWaiting()) {
      session.flush();
    } else if (session.isClosing() && poll != null) {
      answer(EnginePacket.Type.NOOP, EnginePacket.Type.CLOSE);
      session.end(CloseReason.FORCED_CLOSE, "");
    }
  }

  private void onGetAborted(HttpRequest request) {
    boolean waiting = poll == request;
    if (waiting) {
      poll = null;
    }
    // An answer may have crossed the news on its way here from another loop. Its packets are lost:
    // better an end than a hole.
    if (waiting || request.hasPackets()) {
      session.end(CloseReason.TRANSPORT_ERROR, "poll connection closed prematurely");
    }
  }

  void onBodyAwaited() {
    bodiesAwaited++;
  }

  void onBodyComplete() {
    bodiesAwaited--;
  }

  private void onPost(HttpRequest request) {
    if (data != null || bodiesAwaited > 0) {
      request.respondEmpty(400, false);
      session.end(CloseReason.TRANSPORT_ERROR, "data request overlap from client");
      return;
    }
    if (request.isBodyEncoded()) {
      request.respondEmpty(415, false);
      return;
    }
    if (session.protocol() == 4 && request.isOctetStream()) {
      request.respondEmpty(400, false);
      session.end(CloseReason.TRANSPORT_ERROR, "invalid content");
      return;
    }
    data = request;
    request.onAbort(() -> session.executeNow(() -> onPostAborted(request)));
    receivePayload(request);
    if (!session.readingPaused() && !peerCloses) {
      answerPost();
    }
  }

  private void onPostAborted(HttpRequest request) {
    if (data == request) {
      data = null;
      if (peerCloses) {
        session.end(CloseReason.TRANSPORT_CLOSE, "");
      } else {
        session.end(CloseReason.TRANSPORT_ERROR, "data request connection closed prematurely");
      }
    }
  }

  private void receivePayload(HttpRequest request) {
    try {
      PayloadReader reader = form.reader(request);
      EnginePacket packet = reader.next();
      while (packet != null && !session.isClosed()) {
        session.receive(packet);
        packet = reader.next();
      }
    } catch (PacketFormatException e) {
      session.malformed(e);
    }
  }

  private void answerPost() {
    HttpRequest request = data;
    if (request != null) {
      data = null;
      request.respondOk();
    }
  }

  @Override
  void write(Outbox.Node first) {
    Poll waiting = poll;
    if (waiting != null) {
      poll = null;
      waiting.answer(form, first);
    }
  }

  private void answer(EnginePacket.Type... types) {
    Poll waiting = poll;
    if (waiting != null) {
      poll = null;
      waiting.answer(form, types);
    }
  }

  /** During an upgrade: has the client come back soon, so that it can finish polling. */
  void answerNoop() {
    answer(EnginePacket.Type.NOOP);
  }

  boolean hasPoll() {
    return poll != null;
  }

  /** Another node has a POST and asks whether it may bring it: not before reading goes on. */
  void onRemotePost(Runnable allow) {
    allowHeldPost();
    if (session.readingPaused()) {
      heldPost = new HeldPost(session.loop(), allow, session.cluster().patience());
    } else {
      allow.run();
    }
  }

  private void allowHeldPost() {
    if (heldPost != null) {
      heldPost.allow();
      heldPost = null;
    }
  }

  /** Holds the answer to a POST back, so that the client sends no other. */
  @Override
  void reading(boolean on) {
    if (on) {
      answerPost();
      allowHeldPost();
    }
  }

  @Override
  void beginClose() {
    if (poll != null) {
      session.end(CloseReason.FORCED_CLOSE, "");
    } else if (closeTimer == null) {
      closeTimer =
          session.loop().schedule(() -> session.end(CloseReason.FORCED_CLOSE, ""), CLOSE_WAIT);
    }
  }

  /** The client has a GET under way, as a rule, which is to be answered too. */
  @Override
  void peerCloses() {
    if (poll != null) {
      session.end(CloseReason.TRANSPORT_CLOSE, "");
    } else {
      peerCloses = true;
      closeTimer =
          session.loop().schedule(() -> session.end(CloseReason.TRANSPORT_CLOSE, ""), OVERTAKING);
    }
  }

  @Override
  void close(CloseReason reason) {
    boolean byClient = reason == CloseReason.TRANSPORT_CLOSE;
    answer(byClient ? EnginePacket.Type.NOOP : EnginePacket.Type.CLOSE);
    answerPost();
    allowHeldPost();
    stopCloseTimer();
  }

  /** The session moved to a WebSocket. */
  void discard() {
    if (poll instanceof HttpRequest request
        && session.nanoTime() - polledNanos < OVERTAKING.toNanos()) {
      // A client ends its last GET before it completes the upgrade: this one came after that.
      poll = null;
      session.refuseMoved(request);
    }
    answer(EnginePacket.Type.NOOP);
    answerPost();
    allowHeldPost();
    stopCloseTimer();
  }

  private void stopCloseTimer() {
    if (closeTimer != null) {
      closeTimer.cancel();
      closeTimer = null;
    }
  }
}
