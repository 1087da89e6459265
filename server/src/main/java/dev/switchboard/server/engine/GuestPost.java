package dev.switchboard.server.engine;

import dev.switchboard.protocol.engine.EngineMessage;
import dev.switchboard.protocol.engine.EngineMessage.AcquireLock;
import dev.switchboard.protocol.engine.EngineMessage.Closed;
import dev.switchboard.protocol.engine.EngineMessage.Incoming;
import dev.switchboard.protocol.engine.EngineMessage.LockAnswer;
import dev.switchboard.protocol.engine.EngineMessage.Malformed;
import dev.switchboard.protocol.engine.EnginePacket;
import dev.switchboard.protocol.engine.EngineRevision;
import dev.switchboard.protocol.engine.PayloadReader;
import dev.switchboard.protocol.json.PacketFormatException;
import org.jspecify.annotations.Nullable;

/**
 * A POST on this node for a session that another node owns. Owned by the request's loop.
 *
 * <p>It is answered when all of its packets have arrived, so that those of the client's next POST,
 * which may come to the owner itself, cannot overtake them: behind the packets the owner is asked
 * once more, and what it answers does not matter.
 */
final class GuestPost {
  /** Packets of one POST: each is a message on the bus, however small it is. */
  private static final int MOST_PACKETS = 16_384;

  private final EngineCluster cluster;
  private final HttpRequest request;
  private final String sid;
  private final Runnable unknown;

  GuestPost(EngineCluster cluster, HttpRequest request, String sid, Runnable unknown) {
    this.cluster = cluster;
    this.request = request;
    this.sid = sid;
    this.unknown = unknown;
  }

  void begin() {
    if (request.isBodyEncoded()) {
      if (request.finish()) {
        request.respondEmpty(415, false);
      }
      return;
    }
    request.onAbort(request::finish);
    cluster.ask(
        request.loop(),
        id -> new AcquireLock(id, cluster.nodeId(), null, sid, "polling", true),
        answer -> {},
        this::answered);
  }

  private void answered(@Nullable EngineMessage answer) {
    if (!(answer instanceof LockAnswer lock) || !lock.success()) {
      unknown.run();
    } else if (request.finish()) {
      bring(lock.senderId());
    }
  }

  private void bring(String owner) {
    if (request.revision() == EngineRevision.V4 && request.isOctetStream()) {
      cluster.publish(new Closed(cluster.nodeId(), owner, sid, true));
      request.respondEmpty(400, false);
      return;
    }
    if (publishPackets(owner)) {
      cluster.ask(
          request.loop(),
          id -> new AcquireLock(id, cluster.nodeId(), owner, sid, "polling", true),
          answer -> {},
          this::arrived);
    } else {
      request.respondOk(); // the session ends, which nobody confirms
    }
  }

  /** Returns whether the session goes on. */
  private boolean publishPackets(String owner) {
    int count = 0;
    try {
      PayloadReader reader = PayloadForm.of(request.revision(), request).reader(request);
      EnginePacket packet = reader.next();
      while (packet != null) {
        count++;
        if (count > MOST_PACKETS || packet.type() == EnginePacket.Type.CLOSE) {
          boolean error = count > MOST_PACKETS;
          cluster.publish(new Closed(cluster.nodeId(), owner, sid, error));
          return false;
        }
        cluster
            .publish(new Incoming(cluster.nodeId(), owner, sid, packet))
            .whenComplete((done, failure) -> sent(owner, failure));
        packet = reader.next();
      }
      return true;
    } catch (PacketFormatException e) {
      cluster.publish(new Malformed(cluster.nodeId(), owner, sid));
      return false;
    }
  }

  /** Better an end than a hole. */
  private void sent(String owner, @Nullable Throwable failure) {
    if (failure != null) {
      cluster.publish(new Closed(cluster.nodeId(), owner, sid, true));
    }
  }

  private void arrived(@Nullable EngineMessage answer) {
    if (answer != null) {
      request.respondOk();
    } else {
      request.respondUnknown();
    }
  }
}
