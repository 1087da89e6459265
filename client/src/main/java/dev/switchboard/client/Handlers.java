package dev.switchboard.client;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * Handlers by what they are for, in the order of their registration. Any thread; a run of handlers
 * sees those that were there when it began.
 */
final class Handlers<H> {
  private final CopyOnWriteArrayList<Entry<H>> entries = new CopyOnWriteArrayList<>();

  private static final class Entry<H> { // by identity: the same handler may be registered twice
    final Object key;
    final H handler;

    Entry(Object key, H handler) {
      this.key = key;
      this.handler = handler;
    }
  }

  /** Adds a handler behind the others, or before them. */
  Registration add(Object key, H handler, boolean first) {
    var entry = new Entry<>(key, handler);
    if (first) {
      entries.add(0, entry);
    } else {
      entries.add(entry);
    }
    return () -> entries.remove(entry);
  }

  /** Adds a handler for one run only. */
  Registration addOnce(Object key, H handler, Once<H> once) {
    var spent = new AtomicBoolean();
    var registration = new Registration[1];
    H single =
        once.wrap(
            handler,
            () -> {
              registration[0].remove();
              return spent.compareAndSet(false, true);
            });
    registration[0] = add(key, single, false);
    return registration[0];
  }

  /** Makes a handler of one that first asks whether it may run. */
  interface Once<H> {
    H wrap(H handler, BooleanSupplier mayRun);
  }

  void removeAll(Predicate<Object> keys) {
    entries.removeIf(entry -> keys.test(entry.key));
  }

  boolean has(Object key) {
    for (Entry<H> entry : entries) {
      if (entry.key.equals(key)) {
        return true;
      }
    }
    return false;
  }

  List<H> of(Object key) {
    List<H> matching = new ArrayList<>(1);
    for (Entry<H> entry : entries) {
      if (entry.key.equals(key)) {
        matching.add(entry.handler);
      }
    }
    return matching;
  }
}
