package dev.switchboard.server.engine;

import java.time.Duration;

/**
 * Ends a GET that waits again and again during an upgrade, so that the client can finish polling.
 * Owned by the session's loop.
 */
final class Noops implements Runnable {
  private final EngineSession session;
  private final Duration interval;
  private EventLoop.Timeout next;
  private boolean stopped;

  /** Begins; the first is due after the interval. */
  Noops(EngineSession session, Duration interval) {
    this.session = session;
    this.interval = interval;
    this.next = session.loop().schedule(this, interval);
  }

  void stop() {
    stopped = true;
    next.cancel();
  }

  @Override
  public void run() {
    session.answerNoop();
    if (!stopped) {
      next = session.loop().schedule(this, interval);
    }
  }
}
