package dev.switchboard.redis;

import org.jspecify.annotations.Nullable;

/** Where an entry stands in a stream: two unsigned numbers, {@code 1700000000000-0}. */
record StreamId(long millis, long sequence) implements Comparable<StreamId> {
  /** Before the first entry of any stream. */
  static final StreamId START = new StreamId(0, 0);

  /** The id, or null if the text is none, in the one form that Redis writes. */
  static @Nullable StreamId parse(String text) {
    int dash = text.indexOf('-');
    if (dash < 1 || text.length() > 41) {
      return null;
    }
    try {
      var id =
          new StreamId(
              Long.parseUnsignedLong(text.substring(0, dash)),
              Long.parseUnsignedLong(text.substring(dash + 1)));
      return id.toString().equals(text) ? id : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  boolean isAfter(StreamId other) {
    return compareTo(other) > 0;
  }

  @Override
  public int compareTo(StreamId other) {
    int order = Long.compareUnsigned(millis, other.millis);
    return order != 0 ? order : Long.compareUnsigned(sequence, other.sequence);
  }

  @Override
  public String toString() {
    return Long.toUnsignedString(millis) + "-" + Long.toUnsignedString(sequence);
  }
}
