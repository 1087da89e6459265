package dev.switchboard.protocol.engine;

import dev.switchboard.protocol.json.PacketFormatException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the packets of one polling body, one at a time, so that a body of many small packets costs
 * no list of them. Used by one thread.
 */
public abstract sealed class PayloadReader {
  /** The most digits of a length, more than any body needs and less than an int holds. */
  private static final int MAX_LENGTH_DIGITS = 9;

  final byte[] body;
  int position;

  private PayloadReader(byte[] body) {
    this.body = body;
  }

  /**
   * The next packet, or null at the end of the body, and after a failure: nothing that stands
   * behind a bad packet is delivered.
   *
   * @throws PacketFormatException if what comes next is no packet
   */
  public final @Nullable EnginePacket next() {
    try {
      return read();
    } catch (PacketFormatException e) {
      position = body.length + 1;
      throw e;
    }
  }

  abstract @Nullable EnginePacket read();

  /** Takes {@code length} bytes and returns where they start. */
  final int take(int length) {
    if (length > body.length - position) {
      throw invalid();
    }
    int start = position;
    position += length;
    return start;
  }

  /**
   * Takes a length.
   *
   * @param zero the byte that stands for the digit 0
   * @param end the byte that ends it
   */
  final int takeLength(int zero, byte end) {
    int length = 0;
    int start = position;
    while (true) {
      byte b = body[take(1)];
      int digits = position - 1 - start;
      if (b == end && digits > 0) {
        return length;
      }
      int digit = b - zero;
      if (digit < 0 || digit > 9 || digits == MAX_LENGTH_DIGITS) {
        throw invalid();
      }
      length = length * 10 + digit;
    }
  }

  static PacketFormatException invalid() {
    return new PacketFormatException("invalid payload");
  }

  /** An empty body is one empty packet, and so is what follows a separator at the end. */
  static final class V4 extends PayloadReader {
    V4(byte[] body) {
      super(body);
    }

    @Override
    @Nullable EnginePacket read() {
      if (position > body.length) {
        return null;
      }
      int start = position;
      int end = start;
      while (end < body.length && body[end] != PayloadWriter.V4.SEPARATOR) {
        end++;
      }
      position = end + 1;
      return PacketCodec.decode(body, start, end, EngineRevision.V4);
    }
  }

  static final class V3Text extends PayloadReader {
    V3Text(byte[] body) {
      super(body);
    }

    @Override
    @Nullable EnginePacket read() {
      if (body.length == 0 && position == 0) {
        throw invalid();
      }
      while (position < body.length) {
        int length = takeLength('0', (byte) ':');
        // "0:" is how a peer says that it has nothing to say
        if (length > 0) {
          int start = position;
          takeUnits(length);
          return PacketCodec.decode(body, start, position, EngineRevision.V3);
        }
      }
      return null;
    }

    /** Takes as many bytes as make up {@code units} UTF-16 units. */
    private void takeUnits(int units) {
      int left = units;
      while (left > 0) {
        int lead = body[take(1)] & 0xff;
        if (lead >= 0xf0) {
          take(3);
          left -= 2;
        } else {
          take(lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0);
          left--;
        }
      }
      if (left < 0) {
        throw invalid();
      }
    }
  }

  static final class V3Binary extends PayloadReader {
    V3Binary(byte[] body) {
      super(body);
    }

    @Override
    @Nullable EnginePacket read() {
      if (body.length == 0 && position == 0) {
        throw invalid();
      }
      if (position >= body.length) {
        return null;
      }
      byte kind = body[take(1)];
      if (kind != PayloadWriter.V3Binary.TEXT && kind != PayloadWriter.V3Binary.BINARY) {
        throw invalid();
      }
      int start = take(takeLength(0, PayloadWriter.V3Binary.END_OF_LENGTH));
      return kind == PayloadWriter.V3Binary.TEXT
          ? PacketCodec.decode(body, start, position, EngineRevision.V3)
          : PacketCodec.typedBinary(body, start, position);
    }
  }
}
