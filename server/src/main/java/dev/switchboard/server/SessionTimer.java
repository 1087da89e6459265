package dev.switchboard.server;

import dev.switchboard.server.engine.EngineSession;
import dev.switchboard.server.engine.EventLoop;
import java.time.Duration;

/**
 * A timer of a session, which may move to another loop meanwhile: the task runs on the loop of that
 * moment, and the timer is cancelled on the one that keeps it. Cancel it when the session ends: it
 * holds what its task holds.
 *
 * <p>Used on the session's loop.
 */
final class SessionTimer {
  private final EventLoop loop;
  private final EventLoop.Timeout timeout;

  SessionTimer(EngineSession session, Runnable task, Duration delay) {
    loop = session.loop();
    timeout = loop.schedule(() -> session.execute(task), delay);
  }

  void cancel() {
    if (loop.inLoop()) {
      timeout.cancel();
    } else {
      loop.execute(timeout::cancel);
    }
  }
}
