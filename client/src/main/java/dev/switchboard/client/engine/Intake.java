package dev.switchboard.client.engine;

/**
 * How much of what a WebSocket received waits for the loop: while it is little, the next message is
 * asked for at once. Any thread.
 */
final class Intake {
  private static final int MOST_MESSAGES = 32;
  private static final long MOST_BYTES = 1 << 20;

  private int messages;
  private long bytes;

  /** Messages that were not asked for, since too much waits. */
  private int owed;

  /** A message came; returns how many to ask for now. */
  synchronized int arrived(long size) {
    messages++;
    bytes += size;
    if (messages < MOST_MESSAGES && bytes < MOST_BYTES) {
      return 1;
    }
    owed++;
    return 0;
  }

  /** Messages were worked off; returns how many to ask for now. */
  synchronized int workedOff(int count, long size) {
    messages -= count;
    bytes -= size;
    if (messages > MOST_MESSAGES / 2 || bytes > MOST_BYTES / 2) {
      return 0;
    }
    int now = owed;
    owed = 0;
    return now;
  }
}
