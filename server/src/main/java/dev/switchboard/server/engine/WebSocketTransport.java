package dev.switchboard.server.engine;

import org.jspecify.annotations.Nullable;

/**
 * A WebSocket, as the transport of a session or, while its {@link Upgrade} is underway, as the
 * candidate for it. Owned by the WebSocket's loop, which is the session's loop once it is the
 * transport.
 */
final class WebSocketTransport extends Transport implements WebSocketListener {
  private final EngineSession session;
  private final WebSocketLink link;
  // Whether binary goes as text, as the handshake asked for with b64.
  private final boolean base64;
  private @Nullable Upgrade upgrade;
  private boolean closed;
  // What one burst wrote beyond the outbound limit: it was the application's will, and does not
  // count as the peer's slowness while it is on its way.
  private long forgivenBytes;

  /** Accepts a handshake that begins a session, or one that tries to upgrade it. */
  WebSocketTransport(EngineSession session, WebSocketRequest request, @Nullable Upgrade upgrade) {
    this.session = session;
    this.base64 = request.query("b64") != null;
    this.upgrade = upgrade;
    this.link = request.accept(this);
  }

  /** Takes over a WebSocket that is open; what comes over it is handed on to this. */
  WebSocketTransport(EngineSession session, WebSocketLink link, boolean base64) {
    this.session = session;
    this.link = link;
    this.base64 = base64;
  }

  EventLoop loop() {
    return link.loop();
  }

  @Override
  String name() {
    return "websocket";
  }

  @Override
  boolean writable() {
    return !closed && link.writable();
  }

  @Override
  long unsentBytes() {
    return Math.max(0, link.unsentBytes() - forgivenBytes);
  }

  @Override
  void write(Outbox.Node first) {
    if (closed) {
      return;
    }
    long bytes = WebSocketWriter.write(link, session.revision(), base64, first);
    forgivenBytes = bytes > session.settings().limits().outboundBytes() ? bytes : 0;
  }

  /** Writes a packet of the upgrade's; false if the peer does not take it. */
  boolean writeProbe(String packet) {
    if (!writable()) {
      return false;
    }
    link.write(packet);
    link.flush();
    return true;
  }

  @Override
  void reading(boolean on) {
    if (!closed) {
      link.reading(on);
    }
  }

  @Override
  void beginClose() {
    session.end(CloseReason.FORCED_CLOSE, "");
  }

  @Override
  void peerCloses() {
    session.end(CloseReason.TRANSPORT_CLOSE, "");
  }

  @Override
  void close(CloseReason reason) {
    close();
  }

  /** Closes without a status, as the reference does. */
  void close() {
    if (!closed) {
      closed = true;
      link.close(0, "");
    }
  }

  /** From now on it is the session's transport. */
  void upgraded() {
    upgrade = null;
  }

  @Override
  public void onText(String text) {
    if (closed) {
      return;
    }
    if (upgrade != null) {
      upgrade.onText(text);
    } else {
      session.receive(text);
    }
  }

  @Override
  public void onBinary(byte[] data) {
    if (closed) {
      return;
    }
    if (upgrade != null) {
      upgrade.onBinary(data);
    } else {
      session.receive(data);
    }
  }

  @Override
  public void onWritable() {
    if (upgrade == null) {
      session.flush();
    }
  }

  @Override
  public void onClose(boolean error, String description) {
    if (closed) {
      return;
    }
    closed = true;
    CloseReason reason = error ? CloseReason.TRANSPORT_ERROR : CloseReason.TRANSPORT_CLOSE;
    if (upgrade != null) {
      upgrade.onClose(() -> session.end(reason, description));
    } else {
      session.end(reason, description);
    }
  }
}
