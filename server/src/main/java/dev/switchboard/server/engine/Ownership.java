package dev.switchboard.server.engine;

import dev.switchboard.protocol.engine.EngineMessage.AcquireLock;
import dev.switchboard.protocol.engine.EngineMessage.Closed;
import dev.switchboard.protocol.engine.EngineMessage.Incoming;
import dev.switchboard.protocol.engine.EngineMessage.LockAnswer;
import dev.switchboard.protocol.engine.EngineMessage.Malformed;
import dev.switchboard.protocol.engine.EngineMessage.ProbeAnswer;
import dev.switchboard.protocol.engine.EngineMessage.Probed;
import dev.switchboard.protocol.engine.EnginePacket;
import dev.switchboard.protocol.json.PacketFormatException;
import java.util.List;
import java.util.function.Consumer;

/**
 * What other nodes ask and tell about the sessions of this one. Called on the bus's thread; each
 * does its part on the session's loop, in the order of the bus.
 */
final class Ownership {
  private final EngineServer server;
  private final EngineCluster cluster;

  Ownership(EngineServer server, EngineCluster cluster) {
    this.server = server;
    this.cluster = cluster;
  }

  /** Does something with a session on its loop, if it is here. */
  private void with(String sid, Consumer<EngineSession> action) {
    EngineSession session = server.find(sid);
    if (session != null) {
      session.execute(() -> action.accept(session));
    }
  }

  void acquire(AcquireLock lock) {
    EngineSession session = server.find(lock.sid());
    if (session != null) {
      session.execute(() -> acquire(session, lock));
    } else if (lock.recipientId() != null) {
      answer(lock, false); // it was here just now
    }
  }

  private void acquire(EngineSession session, AcquireLock lock) {
    PollingTransport polling = session.polling();
    if (polling == null) {
      answer(lock, false);
    } else if (lock.transport().equals("websocket")) {
      answer(
          lock,
          RemoteUpgrade.begin(session, lock.senderId(), cluster.settings().noopUpgradeInterval()));
    } else if (lock.write()) {
      polling.onRemotePost(() -> answer(lock, session.polling() != null));
    } else if (polling.hasPoll()) {
      answer(lock, false);
    } else {
      answer(lock, true);
      polling.onPoll(new RemotePoll(session, new RemotePeer(cluster, lock.senderId())));
    }
  }

  private void answer(AcquireLock lock, boolean success) {
    cluster.publish(new LockAnswer(lock.requestId(), cluster.nodeId(), lock.senderId(), success));
  }

  void incoming(Incoming incoming) {
    with(incoming.sid(), session -> session.receiveRemote(incoming.packet()));
  }

  void malformed(Malformed malformed) {
    with(
        malformed.sid(),
        session -> session.malformed(new PacketFormatException("found by another node")));
  }

  void closed(Closed closed) {
    with(closed.sid(), session -> session.lostRemotely(closed.error()));
  }

  void probed(Probed probed) {
    with(probed.sid(), session -> probed(session, probed));
  }

  private void probed(EngineSession session, Probed probed) {
    if (!(session.upgrade() instanceof RemoteUpgrade attempt) || !attempt.isOf(probed.senderId())) {
      return;
    }
    attempt.over();
    if (!probed.success() || session.polling() == null) {
      return;
    }
    if (session.isAnnounced() || session.isClosing()) {
      answer(probed, false, List.of());
      session.moveTo(new RemoteTransport(session, new RemotePeer(cluster, probed.senderId())));
    } else {
      answer(probed, true, session.handOver());
    }
  }

  private void answer(Probed probed, boolean takeOver, List<EnginePacket> packets) {
    cluster.publish(
        new ProbeAnswer(
            probed.requestId(), cluster.nodeId(), probed.senderId(), takeOver, packets));
  }
}
