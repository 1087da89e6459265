package dev.switchboard.server;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The handlers of one socket, in the order of their registration. Any thread; changes copy, so that
 * a run of handlers sees those that were there when it began.
 *
 * <p>One small array for a socket rather than a map: a socket has few handlers, and there are many
 * sockets.
 */
final class Handlers<H> {
  private static final Object[] NONE = {};

  /** Key and handler in turns. */
  private volatile Object[] entries = NONE;

  /** Adds a handler behind the others, or before them. */
  Registration add(Object key, H handler, boolean first) {
    synchronized (this) {
      Object[] old = entries;
      var grown = new Object[old.length + 2];
      System.arraycopy(old, 0, grown, first ? 2 : 0, old.length);
      int at = first ? 0 : old.length;
      grown[at] = key;
      grown[at + 1] = handler;
      entries = grown;
    }
    var removed = new AtomicBoolean();
    return () -> {
      if (removed.compareAndSet(false, true)) { // the same handler may be registered again
        remove(key, handler);
      }
    };
  }

  synchronized void remove(Object key, H handler) {
    Object[] old = entries;
    for (int i = 0; i < old.length; i += 2) {
      if (old[i + 1] == handler && old[i].equals(key)) {
        var shrunk = new Object[old.length - 2];
        System.arraycopy(old, 0, shrunk, 0, i);
        System.arraycopy(old, i + 2, shrunk, i, shrunk.length - i);
        entries = shrunk.length == 0 ? NONE : shrunk;
        return;
      }
    }
  }

  synchronized void removeAll(Predicate<Object> keys) {
    Object[] old = entries;
    var kept = new Object[old.length];
    int size = 0;
    for (int i = 0; i < old.length; i += 2) {
      if (!keys.test(old[i])) {
        kept[size++] = old[i];
        kept[size++] = old[i + 1];
      }
    }
    entries = size == 0 ? NONE : Arrays.copyOf(kept, size);
  }

  boolean isEmpty() {
    return entries.length == 0;
  }

  boolean has(Object key) {
    Object[] now = entries;
    for (int i = 0; i < now.length; i += 2) {
      if (now[i].equals(key)) {
        return true;
      }
    }
    return false;
  }

  /** Calls {@code action} with each handler of the key. */
  <E extends Exception> void forEach(Object key, Action<? super H, E> action) throws E {
    Object[] now = entries;
    for (int i = 0; i < now.length; i += 2) {
      if (now[i].equals(key)) {
        @SuppressWarnings("unchecked") // only add() puts handlers here
        H handler = (H) now[i + 1];
        action.accept(handler);
      }
    }
  }

  /** What to do with a handler. */
  interface Action<H extends @Nullable Object, E extends Exception> {
    void accept(H handler) throws E;
  }
}
