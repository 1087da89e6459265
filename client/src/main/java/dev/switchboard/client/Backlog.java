package dev.switchboard.client;

/**
 * How much of one socket waits to be sent, from the emit to the network, against its limits. Any
 * thread.
 */
final class Backlog {
  private final LimitSettings limits;
  private int packets;
  private long bytes;

  Backlog(LimitSettings limits) {
    this.limits = limits;
  }

  /** Takes room for a packet; false if there is none. */
  synchronized boolean take(long size) {
    if (packets >= limits.bufferedPackets() || bytes + size > limits.bufferedBytes()) {
      return false;
    }
    packets++;
    bytes += size;
    return true;
  }

  /**
   * Takes room that an older packet is about to give up, which is not known yet; false if many do.
   */
  synchronized boolean takeInAdvance(long size) {
    if (packets >= 2L * limits.bufferedPackets()
        || bytes + size > 2 * limits.bufferedBytes()
        || size > limits.bufferedBytes()) {
      return false;
    }
    packets++;
    bytes += size;
    return true;
  }

  /** Whether more was taken than is allowed for good. */
  synchronized boolean overdrawn() {
    return packets > limits.bufferedPackets() || bytes > limits.bufferedBytes();
  }

  synchronized void give(long size) {
    packets--;
    bytes -= size;
  }

  synchronized int packets() {
    return packets;
  }
}
