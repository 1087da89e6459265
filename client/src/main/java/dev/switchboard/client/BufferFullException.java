package dev.switchboard.client;

/** An event was dropped, since too many wait to be sent: the connection is away, or too slow. */
public final class BufferFullException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BufferFullException(LimitSettings limits) {
    super(
        "more than "
            + limits.bufferedPackets()
            + " packets or "
            + limits.bufferedBytes()
            + " bytes wait to be sent: emit less, or raise the limits of the buffer",
        null,
        false,
        false);
  }
}
