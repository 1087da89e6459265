package dev.switchboard.client;

import java.util.Objects;

/**
 * What one socket may use up.
 *
 * @param bufferedPackets events that wait to be sent: for a connection, or for a server that reads
 *     slowly; default 10,000
 * @param bufferedBytes their size; default 16 MiB
 * @param overflow what becomes of more; default {@link OverflowPolicy#REJECT}
 * @param pendingCalls calls that wait for their acknowledgement; default 100,000
 * @param unhandledEvents events that wait for a handler that is busy: with more nothing is read
 *     from the connection until half are handled; default 10,000
 * @param maxMessageBytes the longest message that is taken from the server; default 16 MiB
 * @param maxAttachments binary values in one packet from the server; default 10, as in the
 *     reference
 */
public record LimitSettings(
    int bufferedPackets,
    long bufferedBytes,
    OverflowPolicy overflow,
    int pendingCalls,
    int unhandledEvents,
    int maxMessageBytes,
    int maxAttachments) {
  public static final LimitSettings DEFAULT =
      new LimitSettings(10_000, 16 << 20, OverflowPolicy.REJECT, 100_000, 10_000, 16 << 20, 10);

  public LimitSettings {
    Objects.requireNonNull(overflow, "overflow");
    check("bufferedPackets", bufferedPackets, 0);
    check("bufferedBytes", bufferedBytes, 0);
    check("pendingCalls", pendingCalls, 0);
    check("unhandledEvents", unhandledEvents, 1);
    check("maxMessageBytes", maxMessageBytes, 1);
    check("maxAttachments", maxAttachments, 0);
  }

  private static void check(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(name + " must be at least " + least + ", not " + value);
    }
  }

  /** See {@link #bufferedPackets}, {@link #bufferedBytes} and {@link #overflow}. */
  public LimitSettings buffer(int packets, long bytes, OverflowPolicy policy) {
    return new LimitSettings(
        packets, bytes, policy, pendingCalls, unhandledEvents, maxMessageBytes, maxAttachments);
  }

  /** See {@link #pendingCalls}. */
  public LimitSettings pendingCalls(int most) {
    return new LimitSettings(
        bufferedPackets,
        bufferedBytes,
        overflow,
        most,
        unhandledEvents,
        maxMessageBytes,
        maxAttachments);
  }

  /** See {@link #unhandledEvents}. */
  public LimitSettings unhandledEvents(int most) {
    return new LimitSettings(
        bufferedPackets,
        bufferedBytes,
        overflow,
        pendingCalls,
        most,
        maxMessageBytes,
        maxAttachments);
  }

  /** See {@link #maxMessageBytes}. */
  public LimitSettings maxMessageBytes(int most) {
    return new LimitSettings(
        bufferedPackets,
        bufferedBytes,
        overflow,
        pendingCalls,
        unhandledEvents,
        most,
        maxAttachments);
  }

  /** See {@link #maxAttachments}. */
  public LimitSettings maxAttachments(int most) {
    return new LimitSettings(
        bufferedPackets,
        bufferedBytes,
        overflow,
        pendingCalls,
        unhandledEvents,
        maxMessageBytes,
        most);
  }
}
