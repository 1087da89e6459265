package dev.switchboard.server;

import dev.switchboard.server.engine.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Hands what became ready in one turn of an event loop to the handler executor, once, at the end of
 * the turn: a wake-up costs more than many a handler. One for each loop.
 *
 * <p>{@link #ready} may be called by any thread; the list belongs to the loop.
 */
final class Turn {
  private final EventLoop loop;
  private final Executor executor;
  private final @Nullable Relief relief;
  private final List<Runnable> ready = new ArrayList<>();

  /**
   * @param executor never refuses, so that what is ready is not lost
   * @param relief null if the executor runs everything on the calling thread, so that nothing can
   *     be relieved
   */
  Turn(EventLoop loop, Executor executor, @Nullable Relief relief) {
    this.loop = loop;
    this.executor = executor;
    this.relief = relief;
  }

  /** Has a mailbox, or something that stands alone, run soon. */
  void ready(Runnable item) {
    if (!loop.inLoop()) {
      if (relief == null) {
        loop.execute(() -> ready(item)); // handlers that run on the loop run on no other thread
      } else {
        start(item);
      }
      return;
    }
    if (ready.isEmpty()) {
      loop.execute(this::end);
    }
    ready.add(item);
  }

  private void end() {
    if (relief == null) {
      // handlers on the loop: what they make ready meanwhile goes to the next turn
      Runnable[] items = ready.toArray(new Runnable[0]);
      ready.clear();
      start(items);
      return;
    }
    for (int i = ready.size() - 1; i >= 0; i--) {
      if (ready.get(i) instanceof Mailbox mailbox && mailbox.suspect()) {
        ready.remove(i);
        start(mailbox);
      }
    }
    if (!ready.isEmpty()) {
      Runnable[] items = ready.toArray(new Runnable[0]);
      ready.clear();
      start(items);
    }
  }

  private void start(Runnable... items) {
    if (relief == null) {
      for (Runnable item : items) {
        executor.execute(item);
      }
    } else {
      executor.execute(new HandlerRun(new HandlerRun.Batch(items), relief));
    }
  }
}
