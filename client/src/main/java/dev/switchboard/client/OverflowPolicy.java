package dev.switchboard.client;

/** What becomes of an event when as many wait to be sent as are allowed. */
public enum OverflowPolicy {
  /** It is refused: {@code emit} throws a {@link BufferFullException}, a call fails with one. */
  REJECT,
  /** It is dropped without a word; a call fails with a {@link BufferFullException}. */
  DROP_NEWEST,
  /**
   * The oldest one that waits for a connection is dropped instead, and a call of it fails with a
   * {@link BufferFullException}. If none does, since they are all on their way, the new one is.
   */
  DROP_OLDEST
}
