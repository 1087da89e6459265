package dev.switchboard.server.engine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the sessions that a thread writes to, so that their loops are woken once, at the end, and
 * each socket is flushed once.
 *
 * <p>Open and close it on the same thread; {@link #flush} may be called by any thread (the one that
 * relieves a handler that blocks).
 */
public final class OutputBatch implements AutoCloseable {
  private static final ThreadLocal<@Nullable OutputBatch> CURRENT = new ThreadLocal<>();
  private static final int FIRST_CAPACITY = 16;

  private final Object lock = new Object();
  private @Nullable EngineSession[] sessions = new @Nullable EngineSession[FIRST_CAPACITY];
  private int size;

  private OutputBatch() {}

  /**
   * Gathers from now on what the calling thread sends. Not nested: see {@link #gather}.
   *
   * @throws IllegalStateException if the thread has a batch open
   */
  public static OutputBatch open() {
    if (CURRENT.get() != null) {
      throw new IllegalStateException(
          "This thread has an OutputBatch open already: close it first, or use gather()");
    }
    OutputBatch batch = new OutputBatch();
    CURRENT.set(batch);
    return batch;
  }

  /** Runs a task with the batch that the thread has open, or with one of its own. */
  public static void gather(Runnable task) {
    if (CURRENT.get() != null) {
      task.run();
      return;
    }
    OutputBatch batch = open();
    try {
      task.run();
    } finally {
      batch.close();
    }
  }

  /**
   * Flushes the batch that the calling thread has open, if it has one: for a thread that is about
   * to wait for an answer to what it sent.
   */
  public static void flushCurrent() {
    OutputBatch batch = CURRENT.get();
    if (batch != null) {
      batch.flush();
    }
  }

  /** The batch that the calling thread has open, or null. */
  public static @Nullable OutputBatch current() {
    return CURRENT.get();
  }

  /** Adds a session that was just marked as gathered. */
  void add(EngineSession session) {
    synchronized (lock) {
      if (size == sessions.length) {
        sessions = Arrays.copyOf(sessions, size * 2);
      }
      sessions[size++] = session;
    }
  }

  /** Hands the sessions gathered so far to their loops. */
  public void flush() {
    @Nullable EngineSession[] gathered;
    int count;
    synchronized (lock) {
      if (size == 0) {
        return;
      }
      gathered = sessions;
      count = size;
      sessions = new @Nullable EngineSession[FIRST_CAPACITY];
      size = 0;
    }
    handOver(gathered, count);
  }

  /**
   * Chains the sessions of each loop and adds them to its flusher at once, so that the loop is
   * woken once and not while its sessions are still being counted out.
   */
  private static void handOver(@Nullable EngineSession[] gathered, int count) {
    for (int i = 0; i < count; i++) {
      EngineSession first = gathered[i];
      if (first == null || !first.claimGathered()) {
        continue;
      }
      Flusher flusher = first.flusher();
      EngineSession top = first;
      for (int j = i + 1; j < count; j++) {
        EngineSession session = gathered[j];
        if (session != null && session.flusher() == flusher) {
          gathered[j] = null;
          if (session.claimGathered()) {
            session.nextDirty = top;
            top = session;
          }
        }
      }
      flusher.addChain(top, first);
    }
  }

  /** Flushes, and gathers no more. */
  @Override
  public void close() {
    CURRENT.remove();
    flush();
  }
}
