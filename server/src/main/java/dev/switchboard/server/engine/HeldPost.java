package dev.switchboard.server.engine;

import java.time.Duration;

/**
 * Another node's wish to bring a POST, held back while the session does not read, though not until
 * that node gives up. Owned by the session's loop.
 */
final class HeldPost {
  private final Runnable allow;
  private final EventLoop.Timeout timer;
  private boolean allowed;

  HeldPost(EventLoop loop, Runnable allow, Duration most) {
    this.allow = allow;
    this.timer = loop.schedule(this::allow, most);
  }

  /** Answers the node, once. */
  void allow() {
    if (!allowed) {
      allowed = true;
      timer.cancel();
      allow.run();
    }
  }
}
