package dev.switchboard.server.engine;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Flushes the sessions of one loop that have something to send.
 *
 * <p>Any thread may add sessions; they are flushed on the loop, each once a turn. However many are
 * added, one task at most waits on the loop: the addition that finds the list empty queues it.
 *
 * <p>The list is a stack chained through {@link EngineSession#nextDirty}; a session is on one list
 * at most, which its {@link EngineSession#flushState} sees to.
 */
final class Flusher implements Runnable {
  private final EventLoop loop;
  private final AtomicReference<@Nullable EngineSession> dirty = new AtomicReference<>();

  Flusher(EventLoop loop) {
    this.loop = loop;
  }

  EventLoop loop() {
    return loop;
  }

  /** Adds a session that its {@code flushState} says is on no list. */
  void add(EngineSession session) {
    addChain(session, session);
  }

  /** Adds sessions, chained from the first to the last. */
  void addChain(EngineSession first, EngineSession last) {
    EngineSession top;
    do {
      top = dirty.get();
      last.nextDirty = top;
    } while (!dirty.compareAndSet(top, first));
    if (top == null) {
      loop.execute(this);
    }
  }

  @Override
  public void run() {
    EngineSession session = oldestFirst(dirty.getAndSet(null));
    while (session != null) {
      EngineSession next = session.nextDirty;
      session.nextDirty = null;
      session.flushDirty(this);
      session = next;
    }
  }

  private static @Nullable EngineSession oldestFirst(@Nullable EngineSession top) {
    EngineSession first = null;
    EngineSession session = top;
    while (session != null) {
      EngineSession below = session.nextDirty;
      session.nextDirty = first;
      first = session;
      session = below;
    }
    return first;
  }
}
