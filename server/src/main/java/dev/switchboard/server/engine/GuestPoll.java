package dev.switchboard.server.engine;

import dev.switchboard.protocol.engine.EngineMessage;
import dev.switchboard.protocol.engine.EngineMessage.AcquireLock;
import dev.switchboard.protocol.engine.EngineMessage.Closed;
import dev.switchboard.protocol.engine.EngineMessage.Drain;
import dev.switchboard.protocol.engine.EngineMessage.LockAnswer;
import org.jspecify.annotations.Nullable;

/**
 * A GET on this node for a session that another node owns: it waits for what the owner drains.
 * Owned by the request's loop; {@link #drain} and what ends it from outside hop there.
 */
final class GuestPoll {
  private final EngineCluster cluster;
  private final HttpRequest request;
  private final String sid;
  private final Runnable unknown;
  // Set on the bus's thread, before anything of the owner's can follow.
  private volatile @Nullable String owner;
  private EventLoop.@Nullable Timeout lease;
  private boolean over;

  GuestPoll(EngineCluster cluster, HttpRequest request, String sid, Runnable unknown) {
    this.cluster = cluster;
    this.request = request;
    this.sid = sid;
    this.unknown = unknown;
  }

  void begin() {
    request.onAbort(this::aborted);
    cluster.ask(
        request.loop(),
        id -> new AcquireLock(id, cluster.nodeId(), null, sid, "polling", false),
        this::granted,
        this::answered);
  }

  private void granted(EngineMessage answer) {
    if (answer instanceof LockAnswer lock && lock.success()) {
      owner = lock.senderId();
      cluster.add(sid, this);
    }
  }

  private void answered(@Nullable EngineMessage answer) {
    if (over) {
      leave(true); // the client went while the question was on its way
    } else if (owner == null) {
      over = true;
      unknown.run();
    } else if (request.finish()) {
      lease = request.loop().schedule(this::refuse, cluster.lease());
    } else {
      over = true;
      leave(true);
    }
  }

  /** What the owner has for the client. The bus's thread. */
  void drain(Drain drain) {
    request.loop().execute(() -> drained(drain));
  }

  private void drained(Drain drain) {
    if (over || !drain.senderId().equals(owner)) {
      return;
    }
    over = true;
    leave(false);
    PayloadForm form = PayloadForm.of(request.revision(), request);
    Outbox.Node first = WirePackets.chain(drain.packets());
    if (first != null) {
      form.respond(request, first);
    } else {
      form.respond(request);
    }
  }

  private void aborted() {
    if (!over) {
      over = true;
      request.finish();
      leave(true);
    }
  }

  /** Leaves the table; what the owner drains from now on would be lost, so it has to know. */
  private void leave(boolean lost) {
    if (lease != null) {
      lease.cancel();
      lease = null;
    }
    String to = owner;
    owner = null;
    cluster.remove(sid, this);
    if (lost && to != null) {
      cluster.publish(new Closed(cluster.nodeId(), to, sid, true));
    }
  }

  /** Ends with the answer that the session is unknown: its owner is silent, or this node goes. */
  private void refuse() {
    if (!over) {
      over = true;
      leave(true);
      request.respondUnknown();
    }
  }

  /** Another GET of the session was allowed, so its owner does not know of this one. */
  void replaced() {
    request
        .loop()
        .execute(
            () -> {
              owner = null;
              refuse();
            });
  }

  /** This node goes. */
  void dismiss() {
    request.loop().execute(this::refuse);
  }
}
