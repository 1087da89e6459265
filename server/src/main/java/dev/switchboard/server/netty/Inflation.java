package dev.switchboard.server.netty;

import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Decompresses the messages of one loop's clients by RFC 7692, each for itself. On the loop; {@link
 * #end} gives its native memory back.
 */
final class Inflation {
  private static final byte[] TAIL = {0, 0, (byte) 0xff, (byte) 0xff};
  private static final int FIRST_BYTES = 512;

  private final Inflater inflater = new Inflater(true);
  private int closeCode;
  private String failure = "";

  /** The message, or null if it is not valid or greater than {@code maxBytes}. */
  byte @Nullable [] inflate(byte[] data, int size, int maxBytes) {
    try {
      return inflateAll(data, size, maxBytes);
    } catch (DataFormatException e) {
      return fail(FrameReader.BAD_TEXT, "Invalid compressed data");
    } finally {
      inflater.reset();
    }
  }

  private byte @Nullable [] inflateAll(byte[] data, int size, int maxBytes)
      throws DataFormatException {
    byte[] out = new byte[(int) Math.min(maxBytes + 1L, Math.max(FIRST_BYTES, size * 2L))];
    int length = 0;
    boolean tail = false;
    inflater.setInput(data, 0, size);
    while (true) {
      int count = inflater.inflate(out, length, out.length - length);
      length += count;
      if (length > maxBytes) {
        return fail(FrameReader.TOO_BIG, "Max payload size exceeded");
      }
      if (length == out.length) {
        // One byte more than allowed, to tell what fits exactly from what does not.
        out = Arrays.copyOf(out, (int) Math.min(maxBytes + 1L, length * 2L));
      } else if (count == 0 && inflater.needsInput() && !tail) {
        tail = true;
        inflater.setInput(TAIL);
      } else if (count == 0 && (inflater.finished() || inflater.needsInput())) {
        return Arrays.copyOf(out, length);
      } else if (count == 0) {
        return fail(FrameReader.BAD_TEXT, "Invalid compressed data");
      }
    }
  }

  /** The code to close with after {@link #inflate} failed. */
  int closeCode() {
    return closeCode;
  }

  String failure() {
    return failure;
  }

  void end() {
    inflater.end();
  }

  private byte @Nullable [] fail(int code, String description) {
    closeCode = code;
    failure = description;
    return null;
  }
}
