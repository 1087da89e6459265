package dev.switchboard.server.engine;

import dev.switchboard.protocol.engine.EnginePacket;

/** A GET that another node holds: what it is answered with goes there. */
record RemotePoll(EngineSession session, RemotePeer holder) implements Poll {
  @Override
  public void answer(PayloadForm form, Outbox.Node first) {
    holder.drain(session, first);
  }

  @Override
  public void answer(PayloadForm form, EnginePacket.Type... types) {
    holder.drain(session, types);
  }
}
