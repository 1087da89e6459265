package dev.switchboard.server.engine;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Finds out that a session's peer is gone. Owned by the session's loop.
 *
 * <p>Revision 4: the server pings {@code pingInterval} after the last pong, and waits {@code
 * pingTimeout} for the next; the first other packet that comes meanwhile shows that the peer lives,
 * and starts that wait anew, once a ping. Revision 3: the client pings; it has {@code pingInterval
 * + pingTimeout} for it. There is one timer at a time.
 *
 * <p>While the session does not read, its peer cannot be blamed for silence: the timer starts anew.
 */
final class Heartbeat implements Runnable {
  /**
   * By how much the wait for a sign of life is cut short, at most a twentieth of it. Timers are
   * late, never early: a peer that counts the same time and comes at its end must find the session
   * gone, not just about to go.
   */
  private static final Duration LEAD = Duration.ofMillis(10);

  private final EngineSession session;
  private EventLoop.@Nullable Timeout timer;
  private boolean awaitingPong;
  private boolean extended;

  Heartbeat(EngineSession session) {
    this.session = session;
  }

  /** Starts anew: when the session opens, and when it has moved to another transport. */
  void start() {
    awaitingPong = false;
    arm();
  }

  void stop() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  /** A packet came, whatever its type; before {@link #pong} if it is one. */
  void received(boolean pong) {
    if (awaitingPong && !extended && !pong) {
      extended = true;
      arm();
    }
  }

  /** A pong came, asked for or not. */
  void pong() {
    awaitingPong = false;
    arm();
  }

  /** Revision 3: the client pinged. */
  void ping() {
    arm();
  }

  /** The session reads again. */
  void readingResumed() {
    if (awaitingPong || session.protocol() == 3) {
      arm();
    }
  }

  @Override
  public void run() {
    timer = null;
    if (session.protocol() == 4 && !awaitingPong) {
      awaitingPong = true;
      extended = false;
      session.enqueue(ControlPackets.PING);
      arm();
    } else if (session.readingPaused()) {
      arm();
    } else {
      session.end(CloseReason.PING_TIMEOUT, "");
    }
  }

  private void arm() {
    stop();
    EngineSettings settings = session.settings();
    Duration patience = patience(settings.pingTimeout());
    Duration wait;
    if (session.protocol() == 3) {
      wait = settings.pingInterval().plus(patience);
    } else {
      wait = awaitingPong ? patience : settings.pingInterval();
    }
    timer = session.loop().schedule(this, wait);
  }

  private static Duration patience(Duration pingTimeout) {
    Duration twentieth = pingTimeout.dividedBy(20);
    return pingTimeout.minus(twentieth.compareTo(LEAD) < 0 ? twentieth : LEAD);
  }
}
