package dev.switchboard.server.engine;

import dev.switchboard.protocol.engine.EnginePacket;

/**
 * A GET that waits for packets: one of this node's, or one that another node holds. It is answered
 * once. Owned by the session's loop.
 */
sealed interface Poll permits HttpRequest, RemotePoll {
  void answer(PayloadForm form, Outbox.Node first);

  void answer(PayloadForm form, EnginePacket.Type... types);
}
