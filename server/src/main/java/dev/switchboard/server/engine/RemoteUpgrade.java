package dev.switchboard.server.engine;

import java.time.Duration;

/**
 * A polling session's attempt to move to a WebSocket that another node holds. That node has the
 * dance with the client; here a GET that waits is ended meanwhile. Owned by the session's loop.
 */
final class RemoteUpgrade implements UpgradeAttempt {
  private final EngineSession session;
  private final String holderId;
  private final Noops noops;
  private final EventLoop.Timeout timer;

  private RemoteUpgrade(EngineSession session, String holderId, Duration noopInterval) {
    this.session = session;
    this.holderId = holderId;
    this.noops = new Noops(session, noopInterval);
    // The holder does not say when the probe fails, if it is one of the reference's.
    EngineSettings settings = session.settings();
    Duration most = settings.upgradeTimeout().plus(session.cluster().settings().responseTimeout());
    this.timer = session.loop().schedule(this::over, most);
  }

  /** Begins an attempt if the session may move. */
  static boolean begin(EngineSession session, String holderId, Duration noopInterval) {
    RemoteUpgrade attempt = new RemoteUpgrade(session, holderId, noopInterval);
    if (session.claimUpgrade(attempt)) {
      return true;
    }
    attempt.abandon();
    return false;
  }

  boolean isOf(String nodeId) {
    return holderId.equals(nodeId);
  }

  /** The session has moved, or the client failed to follow: then another attempt may come. */
  void over() {
    abandon();
    session.upgradeOver(this);
  }

  @Override
  public void abandon() {
    noops.stop();
    timer.cancel();
  }
}
