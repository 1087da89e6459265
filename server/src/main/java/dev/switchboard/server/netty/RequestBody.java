package dev.switchboard.server.netty;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * A body as it arrives. It takes memory for what has come, not for what the peer says will come.
 */
final class RequestBody {
  private static final byte[] NONE = {};
  private static final int FIRST_BYTES = 1_024;

  private byte[] bytes = NONE;
  private int size;

  int size() {
    return size;
  }

  /**
   * @param expected the size of the whole body, or -1
   */
  void add(ByteBuf part, long expected) {
    int count = part.readableBytes();
    int needed = size + count;
    if (needed > bytes.length) {
      int room = Math.max(needed, Math.max(FIRST_BYTES, bytes.length * 2));
      if (expected >= needed) {
        room = (int) Math.min(room, expected);
      }
      bytes = Arrays.copyOf(bytes, room);
    }
    part.readBytes(bytes, size, count);
    size = needed;
  }

  /** The body; ends the collecting. */
  byte[] toBytes() {
    return bytes.length == size ? bytes : Arrays.copyOf(bytes, size);
  }
}
