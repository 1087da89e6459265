package dev.switchboard.server;

import dev.switchboard.server.engine.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands what became ready in one turn of an event loop to the handler executor, once, at the end of
 * the turn: a wake-up costs more than many a handler. One for each loop.
 *
 * <p>{@link #ready} may be called by any thread; the list belongs to the loop.
 */
final class Turn {
  private static final Logger log = LoggerFactory.getLogger(Turn.class);

  private static final Duration RETRY_DELAY = Duration.ofMillis(50);

  private final EventLoop loop;
  private final Executor executor;
  private final @Nullable Relief relief;
  private final List<Runnable> ready = new ArrayList<>();

  /**
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
      start(item);
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
      start(ready.toArray(new Runnable[0]));
      ready.clear();
    }
  }

  private void start(Runnable... items) {
    try {
      if (relief == null) {
        for (Runnable item : items) {
          executor.execute(item);
        }
      } else {
        executor.execute(new HandlerRun(new HandlerRun.Batch(items), relief));
      }
    } catch (RejectedExecutionException full) {
      // never on the loop instead: the handlers may block
      log.warn("the handler executor refused work, which waits: {}", full.toString());
      loop.schedule(() -> start(items), RETRY_DELAY);
    }
  }
}
