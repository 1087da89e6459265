package dev.switchboard.server;

import dev.switchboard.server.engine.OutboundMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Holds back what is delivered to a socket that is about to resume a session, until what it missed
 * has been written: then neither comes twice nor out of order, and nothing falls between the two.
 *
 * <p>Any thread.
 */
final class RecoveryBuffer {
  private final Socket socket;
  private final List<Held> held = new ArrayList<>();
  private final int limit;
  private boolean released;

  /**
   * @param limit how many messages are held back before the connection is closed
   */
  RecoveryBuffer(Socket socket, int limit) {
    this.socket = socket;
    this.limit = limit;
  }

  /**
   * Holds a message back; a volatile one is dropped.
   *
   * @return false if nothing is held back any more: send it
   */
  synchronized boolean hold(OutboundMessage message, String offset, boolean isVolatile) {
    if (released) {
      return false;
    }
    if (!isVolatile) {
      held.add(new Held(message, offset));
      if (held.size() > limit) {
        held.clear();
        released = true;
        socket.connection().session().close(); // it comes back, and is told what it missed
      }
    }
    return true;
  }

  /**
   * Runs {@code first}, which writes what was missed, then writes what was held back but was not
   * among it.
   *
   * @param missed the offsets of what was missed
   */
  synchronized void release(Set<String> missed, Runnable first) {
    first.run();
    for (Held one : held) {
      if (one.offset.isEmpty() || !missed.contains(one.offset)) {
        socket.transmit(one.message, false);
      }
    }
    held.clear();
    released = true;
    socket.holdBackNoLonger();
  }

  private record Held(OutboundMessage message, String offset) {}
}
