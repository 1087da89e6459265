package dev.switchboard.server.engine;

/** A polling session's attempt to move to a WebSocket; a session has one at a time. */
sealed interface UpgradeAttempt permits Upgrade, RemoteUpgrade {
  /** The session is over. On its loop. */
  void abandon();
}
