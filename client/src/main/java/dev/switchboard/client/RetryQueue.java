package dev.switchboard.client;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The events of one socket that are sent until the server has acknowledged them, one at a time, in
 * order. Of the loop.
 *
 * <p>Each keeps its id from one try to the next, so that a late acknowledgement of an earlier try
 * counts too.
 */
final class RetryQueue {
  private final SocketLink link;
  private final int most;
  private final Deque<Outgoing> queue = new ArrayDeque<>();
  private boolean pending;

  RetryQueue(SocketLink link, int most) {
    this.link = link;
    this.most = most;
  }

  void add(Outgoing packet) {
    queue.add(packet);
    sendFirst(false);
  }

  /** The one whose turn it is, or null. */
  @Nullable Outgoing first() {
    return queue.peekFirst();
  }

  /** Sends the first, unless it is under way already, or again in any case. */
  void sendFirst(boolean again) {
    Outgoing first = queue.peekFirst();
    if (first == null || !link.connected || (pending && !again)) {
      return;
    }
    pending = true;
    first.tries++;
    link.waitForReply(
        first, late -> failed(new AckTimeoutException(Objects.requireNonNull(late.timeout))));
    link.transmitAgain(first);
  }

  void acknowledged() {
    Outgoing done = queue.removeFirst();
    pending = false;
    link.backlog().give(done.bytes);
    sendFirst(false);
  }

  /** The first was sent and is not acknowledged: it is sent again, or given up. */
  void failed(RuntimeException why) {
    Outgoing first = queue.getFirst();
    pending = false;
    if (first.tries > most) {
      queue.removeFirst();
      link.backlog().give(first.bytes);
      link.settle(first, why);
    }
    sendFirst(false);
  }

  /** The caller does not wait any more; one that was not sent yet need not be. */
  void forgetReply(Outgoing call) {
    if (call.tries == 0) {
      if (queue.remove(call)) {
        link.backlog().give(call.bytes);
      }
    } else if (call == queue.peekFirst()) {
      acknowledged(); // whether it arrived is nobody's concern any more
    }
  }

  void forget(Outgoing packet) {
    if (packet == queue.peekFirst()) {
      pending = false;
    }
    queue.remove(packet);
  }

  /** The oldest that was never sent, or null. */
  @Nullable Outgoing oldestUnsent() {
    for (Outgoing packet : queue) {
      if (packet.tries == 0) {
        return packet;
      }
    }
    return null;
  }

  void close() {
    for (Outgoing packet : List.copyOf(queue)) {
      link.drop(packet, new SocketDisconnectedException());
    }
  }

  int size() {
    return queue.size();
  }
}
