package dev.switchboard.server.engine;

import dev.switchboard.protocol.engine.EnginePacket;

/**
 * A WebSocket that another node holds, as the transport of a session of this node. What the other
 * node cannot write in time it answers for itself: it closes the WebSocket, and says so. Owned by
 * the session's loop.
 */
final class RemoteTransport extends Transport {
  private final EngineSession session;
  private final RemotePeer holder;
  private boolean lost;

  RemoteTransport(EngineSession session, RemotePeer holder) {
    this.session = session;
    this.holder = holder;
  }

  @Override
  String name() {
    return "websocket";
  }

  @Override
  boolean writable() {
    return true;
  }

  @Override
  void write(Outbox.Node first) {
    holder.drain(session, first);
  }

  @Override
  long unsentBytes() {
    return 0;
  }

  @Override
  void reading(boolean on) {
    holder.reading(session, on);
  }

  @Override
  void beginClose() {
    session.end(CloseReason.FORCED_CLOSE, "");
  }

  @Override
  void peerCloses() {
    session.end(CloseReason.TRANSPORT_CLOSE, "");
  }

  /** The holder said that the WebSocket is gone. */
  void lost() {
    lost = true;
  }

  @Override
  void close(CloseReason reason) {
    if (!lost) {
      lost = true;
      holder.drain(session, EnginePacket.Type.CLOSE);
    }
  }
}
