package dev.switchboard.server.engine;

import dev.switchboard.protocol.engine.EngineMessage;
import dev.switchboard.protocol.engine.EngineMessage.Outgoing;
import dev.switchboard.protocol.engine.EnginePacket;
import java.util.ArrayList;
import java.util.List;

/**
 * A node that holds a request or the WebSocket of a session of this node, as the session writes to
 * it. Any thread.
 */
record RemotePeer(EngineCluster cluster, String nodeId) {
  void drain(EngineSession session, Outbox.Node first) {
    publish(session, new EngineMessage.Drain(self(), nodeId, session.id(), WirePackets.of(first)));
  }

  void drain(EngineSession session, EnginePacket.Type... types) {
    List<Outgoing> packets = new ArrayList<>(types.length);
    for (EnginePacket.Type type : types) {
      packets.add(new Outgoing(EnginePacket.of(type), true));
    }
    publish(session, new EngineMessage.Drain(self(), nodeId, session.id(), packets));
  }

  void reading(EngineSession session, boolean on) {
    publish(session, new EngineMessage.Reading(self(), nodeId, session.id(), on));
  }

  private String self() {
    return cluster.nodeId();
  }

  /** Better an end of the session than a hole in what it sends. */
  private void publish(EngineSession session, EngineMessage message) {
    cluster
        .publish(message)
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                session.closeNow(CloseReason.TRANSPORT_ERROR, "the engine bus failed");
              }
            });
  }
}
