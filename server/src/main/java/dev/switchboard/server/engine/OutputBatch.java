package dev.switchboard.server.engine;

/**
 * Gathers the sessions that a thread writes to, so that their loops are woken once, at the end, and
 * each socket is flushed once.
 *
 * <p>Open and close it on the same thread; {@link #flush} may be called by any thread (the one that
 * relieves a handler that blocks).
 */
public final class OutputBatch implements AutoCloseable {
  private OutputBatch() {}

  /** Gathers from now on what the calling thread sends. Not nested. */
  public static OutputBatch open() {
    return new OutputBatch();
  }

  /** Hands the sessions gathered so far to their loops. */
  public void flush() {}

  /** Flushes, and gathers no more. */
  @Override
  public void close() {}
}
