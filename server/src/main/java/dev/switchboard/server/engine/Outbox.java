package dev.switchboard.server.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The messages waiting to be written to one connection.
 *
 * <p>Any thread may offer; only the session's event loop takes. The order of the offers is the
 * order on the wire.
 *
 * <p>How it works: a stack of immutable nodes. An offer pushes a node by compare-and-set; the node
 * keeps how many packets and bytes there are with it, so that the limits cost no counter. The loop
 * takes the whole stack at once and reverses it. There is no pop of single nodes, hence no ABA
 * problem, and an empty outbox is one reference.
 */
final class Outbox {
  /** A waiting message. Immutable until taken; then {@code next} is the one offered after it. */
  static final class Node {
    final OutboundMessage message;
    @Nullable Node next;
    private int packets;
    private long bytes;

    Node(OutboundMessage message) {
      this.message = message;
    }

    private void putOn(@Nullable Node below) {
      next = below;
      packets = below == null ? 1 : below.packets + 1;
      bytes = message.sizeBytes() + (below == null ? 0 : below.bytes);
    }
  }

  private static final Node CLOSED = new Node(OutboundMessage.packet(""));
  private static final VarHandle HEAD;

  static {
    try {
      HEAD = MethodHandles.lookup().findVarHandle(Outbox.class, "head", Node.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private volatile @Nullable Node head;

  /** Adds a message; false if the outbox is closed. */
  boolean offer(OutboundMessage message) {
    Node node = new Node(message);
    while (true) {
      Node top = head;
      if (top == CLOSED) {
        return false;
      }
      node.putOn(top);
      if (HEAD.compareAndSet(this, top, node)) {
        return true;
      }
    }
  }

  /** Adds a message if none waits; false if one does, or the outbox is closed. */
  boolean offerIfEmpty(OutboundMessage message) {
    if (head != null) {
      return false;
    }
    Node node = new Node(message);
    node.putOn(null);
    return HEAD.compareAndSet(this, null, node);
  }

  boolean isEmpty() {
    Node top = head;
    return top == null || top == CLOSED;
  }

  int packets() {
    Node top = head;
    return top == null ? 0 : top.packets;
  }

  long bytes() {
    Node top = head;
    return top == null ? 0 : top.bytes;
  }

  /** Takes all, the oldest first; null if there are none. On the loop. */
  @Nullable Node take() {
    Node top = head;
    if (top == null || top == CLOSED) {
      return null;
    }
    return reversed((Node) HEAD.getAndSet(this, null));
  }

  /** Drops what waits, and refuses what comes. On the loop. */
  void close() {
    head = CLOSED;
  }

  private static @Nullable Node reversed(@Nullable Node top) {
    Node first = null;
    Node node = top;
    while (node != null) {
      Node below = node.next;
      node.next = first;
      first = node;
      node = below;
    }
    return first;
  }
}
