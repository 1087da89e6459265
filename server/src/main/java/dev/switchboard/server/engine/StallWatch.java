package dev.switchboard.server.engine;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Finds out that a session's peer does not take what is sent to it, and closes the session when too
 * much waits, or for too long.
 *
 * <p>Owned by the session's loop, but for {@link #isOver}, which any thread asks before it adds.
 *
 * <p>The application may send more in one go than the limits allow to wait, and a polling client is
 * away between two GETs: so the limits are strict only when nothing was taken for a second. Until
 * then sixteen times as much may wait. The time limit is for WebSockets; a polling client that does
 * not poll is found out by the heartbeat.
 */
final class StallWatch implements Runnable {
  private static final Duration GRACE = Duration.ofSeconds(1);
  private static final int BURST_FACTOR = 16;

  private final EngineSession session;
  private final Outbox outbox;
  private EventLoop.@Nullable Timeout timer;
  private volatile boolean stalled;

  StallWatch(EngineSession session, Outbox outbox) {
    this.session = session;
    this.outbox = outbox;
  }

  /** Whether so much waits that nothing may be added. */
  boolean isOver() {
    LimitSettings limits = session.settings().limits();
    int factor = stalled ? 1 : BURST_FACTOR;
    return outbox.packets() >= (long) limits.outboundPackets() * factor
        || outbox.bytes() > (long) limits.outboundBytes() * factor;
  }

  /** Something waits that the transport could not take just now. */
  void notTaken() {
    if (stalled) {
      check();
    } else if (timer == null) {
      timer = session.loop().schedule(this, GRACE);
    }
  }

  /** The transport took all, or the session is over, or moves. */
  void stop() {
    if (stalled) {
      stalled = false;
    }
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  /** The grace is over, or the time limit after it. */
  @Override
  public void run() {
    timer = null;
    if (stalled) {
      session.overflow();
      return;
    }
    stalled = true;
    check();
    if (session.isOpen() && !session.polls()) {
      timer = session.loop().schedule(this, session.settings().limits().outboundAge().minus(GRACE));
    }
  }

  private void check() {
    LimitSettings limits = session.settings().limits();
    if (outbox.packets() > limits.outboundPackets()
        || outbox.bytes() + session.unsentBytes() > limits.outboundBytes()) {
      session.overflow();
    }
  }
}
