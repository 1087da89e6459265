package dev.switchboard.redis;

import java.util.ArrayList;
import java.util.List;

/**
 * Which stream a namespace's messages go through.
 *
 * <p>The reference takes the remainder of the hash of the name as it is, so that its nodes write to
 * streams with a negative number, which none of them reads, for about half of all names. What we
 * write goes where they read; and we read both.
 */
final class StreamNames {
  private final String name;
  private final int count;

  StreamNames(StreamsSettings settings) {
    this.name = settings.streamName();
    this.count = settings.streamCount();
  }

  /** The streams that are written to, by their numbers. */
  List<String> all() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add(of(i));
    }
    return names;
  }

  /** The streams that nodes of the reference write to and do not read. */
  List<String> stray() {
    List<String> names = new ArrayList<>();
    for (int i = 1; i < count; i++) {
      names.add(of(-i));
    }
    return names;
  }

  /** The number of a namespace's stream in {@link #all}. */
  int indexOf(String namespace) {
    return Math.floorMod(namespace.hashCode(), count);
  }

  /** Whether nodes of the reference write this namespace's messages to one of {@link #stray}. */
  boolean isStrayForTheReference(String namespace) {
    return namespace.hashCode() % count < 0;
  }

  private String of(int number) {
    return count == 1 ? name : name + "-" + number;
  }
}
