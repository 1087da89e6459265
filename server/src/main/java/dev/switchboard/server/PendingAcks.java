package dev.switchboard.server;

import dev.switchboard.protocol.socket.Args;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The acknowledgements that one socket still owes. Any thread. */
final class PendingAcks {
  private final int limit;
  private @Nullable Map<Long, PendingAck> pending;
  private boolean closed;

  /** Somebody who waits for an acknowledgement. Exactly one of the methods is called, once. */
  interface PendingAck {
    /** It came. Called on the event loop. */
    void acknowledged(Args args);

    /** The socket is gone. */
    void gone();
  }

  PendingAcks(int limit) {
    this.limit = limit;
  }

  /**
   * Waits for an acknowledgement.
   *
   * @return false if the socket is gone: then {@link PendingAck#gone} was called
   * @throws IllegalStateException if too many are waited for
   */
  boolean add(long id, PendingAck ack) {
    synchronized (this) {
      if (!closed) {
        if (pending == null) {
          pending = new HashMap<>(4);
        } else if (pending.size() >= limit) {
          throw new IllegalStateException(
              "more than "
                  + limit
                  + " acknowledgements are waited for on one socket: give calls a timeout, or raise"
                  + " LimitSettings.pendingAcks");
        }
        pending.put(id, ack);
        return true;
      }
    }
    ack.gone();
    return false;
  }

  /** Takes the one who waits for {@code id}. */
  synchronized @Nullable PendingAck remove(long id) {
    if (pending == null) {
      return null;
    }
    PendingAck ack = pending.remove(id);
    if (pending.isEmpty()) {
      pending = null;
    }
    return ack;
  }

  synchronized int size() {
    return pending == null ? 0 : pending.size();
  }

  /** The socket is gone: fails all. */
  void close() {
    List<PendingAck> left;
    synchronized (this) {
      closed = true;
      left = pending == null ? List.of() : List.copyOf(pending.values());
      pending = null;
    }
    left.forEach(PendingAck::gone);
  }
}
