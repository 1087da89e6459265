package dev.switchboard.server.engine;

import dev.switchboard.protocol.engine.EnginePacket;
import dev.switchboard.protocol.engine.EngineRevision;
import dev.switchboard.protocol.engine.Jsonp;
import dev.switchboard.protocol.engine.PayloadCodec;
import dev.switchboard.protocol.engine.PayloadReader;
import dev.switchboard.protocol.engine.PayloadWriter;
import dev.switchboard.protocol.json.PacketFormatException;
import java.time.Duration;
import java.util.List;
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
  private static final byte SEPARATOR = 0x1e;

  /** How long an orderly close waits for a GET to answer. */
  private static final Duration CLOSE_WAIT = Duration.ofSeconds(30);

  private static final Duration OVERTAKING = Duration.ofMillis(50);

  private final EngineSession session;
  // The j of a session that polls by script tags; what it asked for at first holds to its end.
  private final @Nullable String jsonp;
  private final boolean base64;
  private volatile @Nullable HttpRequest poll;
  private long polledNanos;
  private @Nullable HttpRequest data;
  // The POSTs whose bodies are on their way.
  private int bodiesAwaited;
  private EventLoop.@Nullable Timeout closeTimer;
  private boolean peerCloses;

  /**
   * @param handshake the GET that opens the session, and that is answered with its first packets
   */
  PollingTransport(EngineSession session, HttpRequest handshake) {
    this.session = session;
    this.poll = handshake;
    this.jsonp = handshake.query("j");
    this.base64 = jsonp != null || handshake.query("b64") != null;
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
      default -> {
        request.headers().put("Allow", List.of("GET, POST"));
        request.respondEmpty(405, false);
      }
    }
  }

  private void onGet(HttpRequest request) {
    if (poll != null) {
      request.respondEmpty(400, false);
      session.end(CloseReason.TRANSPORT_ERROR, "overlap from client");
      return;
    }
    poll = request;
    polledNanos = session.nanoTime();
    if (peerCloses) {
      session.end(CloseReason.TRANSPORT_CLOSE, "");
      return;
    }
    request.onAbort(() -> session.executeNow(() -> onGetAborted(request)));
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
    String encoding = request.header("content-encoding");
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      request.respondEmpty(415, false);
      return;
    }
    if (session.protocol() == 4
        && "application/octet-stream".equals(request.header("content-type"))) {
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
      PayloadReader reader = payloadReader(request);
      EnginePacket packet = reader.next();
      while (packet != null && !session.isClosed()) {
        session.receive(packet);
        packet = reader.next();
      }
    } catch (PacketFormatException e) {
      session.malformed(e);
    }
  }

  private PayloadReader payloadReader(HttpRequest request) {
    byte[] body = jsonp == null ? request.body() : Jsonp.unwrap(request.body());
    return PayloadCodec.toRead(session.revision(), request.header("content-type")).reader(body);
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
    if (session.protocol() == 4) {
      writeShared(first);
    } else {
      writeV3(first);
    }
  }

  private void answerPackets(PayloadCodec codec, byte[] payload, boolean compressible) {
    HttpRequest request = poll;
    if (request != null) {
      request.markPackets();
    }
    answer(codec, payload, compressible);
  }

  /** Revision 4: joins the wire forms that the messages share with other recipients. */
  private void writeShared(Outbox.Node first) {
    int length = -1;
    boolean compressible = false;
    for (Outbox.Node node = first; node != null; node = node.next) {
      length = Math.addExact(length, node.message.pollingPayload().length + 1);
      compressible |= node.message.compressed();
    }
    byte[] payload = first.message.pollingPayload();
    if (first.next != null) {
      payload = new byte[length];
      int at = 0;
      for (Outbox.Node node = first; node != null; node = node.next) {
        if (at > 0) {
          payload[at++] = SEPARATOR;
        }
        byte[] packets = node.message.pollingPayload();
        System.arraycopy(packets, 0, payload, at, packets.length);
        at += packets.length;
      }
    }
    answerPackets(PayloadCodec.V4, payload, compressible);
  }

  private void writeV3(Outbox.Node first) {
    boolean compressible = false;
    boolean anyBinary = false;
    for (Outbox.Node node = first; node != null; node = node.next) {
      compressible |= node.message.compressed();
      anyBinary |= !node.message.binary().isEmpty();
    }
    PayloadCodec codec = PayloadCodec.toWrite(EngineRevision.V3, base64, anyBinary);
    PayloadWriter writer = codec.writer();
    for (Outbox.Node node = first; node != null; node = node.next) {
      node.message.writeTo(writer, EngineRevision.V3);
    }
    answerPackets(codec, writer.toByteArray(), compressible);
  }

  private void answer(EnginePacket.Type... types) {
    PayloadCodec codec = PayloadCodec.toWrite(session.revision(), base64, false);
    PayloadWriter writer = codec.writer();
    for (EnginePacket.Type type : types) {
      writer.packet(EnginePacket.of(type));
    }
    answer(codec, writer.toByteArray(), true);
  }

  private void answer(PayloadCodec codec, byte[] payload, boolean compressible) {
    HttpRequest request = poll;
    if (request != null) {
      poll = null;
      byte[] body = jsonp == null ? payload : Jsonp.wrap(jsonp, payload);
      request.respondPayload(codec.contentType(), body, compressible);
    }
  }

  /** During an upgrade: has the client come back soon, so that it can finish polling. */
  void answerNoop() {
    answer(EnginePacket.Type.NOOP);
  }

  /** Holds the answer to a POST back, so that the client sends no other. */
  @Override
  void reading(boolean on) {
    if (on) {
      answerPost();
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
    stopCloseTimer();
  }

  /** The session moved to a WebSocket. */
  void discard() {
    HttpRequest request = poll;
    if (request != null && session.nanoTime() - polledNanos < OVERTAKING.toNanos()) {
      // A client ends its last GET before it completes the upgrade: this one came after that.
      poll = null;
      session.refuseMoved(request);
    }
    answer(EnginePacket.Type.NOOP);
    answerPost();
    stopCloseTimer();
  }

  private void stopCloseTimer() {
    if (closeTimer != null) {
      closeTimer.cancel();
      closeTimer = null;
    }
  }
}
