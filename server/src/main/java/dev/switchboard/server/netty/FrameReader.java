package dev.switchboard.server.netty;

import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the frames of one client by RFC 6455, strictly, and puts messages together from them. On
 * the connection's loop.
 *
 * <p>A message that lies whole in one buffer, as most do, is taken straight from there. Of any
 * other the payload is collected, unmasked, as it comes; memory is taken for what has come, not for
 * what a header says will come. What {@link #read} leaves in the buffer is the beginning of a
 * header, or of a control frame: less than 140 bytes.
 */
final class FrameReader {
  static final int PROTOCOL_ERROR = 1002;
  static final int BAD_TEXT = 1007;
  static final int POLICY = 1008;
  static final int TOO_BIG = 1009;

  /** What is read, and how much of it may be. */
  interface Sink {
    /** Whether to read on; else the rest stays in the buffer. */
    boolean accepts();

    /** An array of at least {@code size} bytes to be used until the next call. */
    byte[] scratch(int size);

    int maxMessageBytes();

    int maxFragments();

    void onText(String text);

    void onBinary(byte[] data);

    /** A frame of a message that is not its last has come, or, after that, its last. */
    void onFragments(boolean complete);

    void onPing(byte[] payload);

    /**
     * The client closes.
     *
     * @param code 0 if the frame has none
     */
    void onClose(int code, String reason);

    /** The client broke a rule; nothing after that is read. */
    void onViolation(int closeCode, String description);
  }

  private static final int CONTINUATION = 0;
  private static final int TEXT = 1;
  private static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;
  private static final int MASK_BYTES = 4;
  private static final int MAX_CONTROL_BYTES = 125;
  private static final byte[] NONE = {};
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final Sink sink;
  private final @Nullable Inflation inflation;

  // The frame whose payload is being read.
  private boolean inPayload;
  private boolean last;
  private int mask;
  private int remaining;

  // The message that its frames make up; opcode 0 if none has begun.
  private int opcode;
  private boolean compressed;
  private int fragments;
  private byte[] collected = NONE;
  private int collectedSize;

  /**
   * A reader.
   *
   * @param inflation null if compression was not agreed upon
   */
  FrameReader(Sink sink, @Nullable Inflation inflation) {
    this.sink = sink;
    this.inflation = inflation;
  }

  /** Reads what is complete, as long as the sink accepts it. */
  void read(ByteBuf in) {
    boolean more = true;
    while (more && sink.accepts()) {
      more = inPayload ? readPayload(in) : readFrame(in);
    }
  }

  /** Returns whether there may be more to read. */
  private boolean readFrame(ByteBuf in) {
    int available = in.readableBytes();
    if (available < 2) {
      return false;
    }
    int start = in.readerIndex();
    int first = in.getByte(start) & 0xff;
    int second = in.getByte(start + 1) & 0xff;
    String violation = violation(first, second);
    if (violation != null) {
      sink.onViolation(PROTOCOL_ERROR, violation);
      return false;
    }
    int shortLength = second & 0x7f;
    int lengthBytes = shortLength == 126 ? 2 : shortLength == 127 ? 8 : 0;
    int headerBytes = 2 + lengthBytes + MASK_BYTES;
    if (available < headerBytes) {
      return false;
    }
    long length =
        switch (lengthBytes) {
          case 0 -> shortLength;
          case 2 -> in.getUnsignedShort(start + 2);
          default -> in.getLong(start + 2);
        };
    int frameMask = in.getInt(start + headerBytes - MASK_BYTES);
    int frameOpcode = first & 0x0f;
    if (frameOpcode >= CLOSE) {
      if (available < headerBytes + length) {
        return false;
      }
      in.skipBytes(headerBytes);
      readControl(in, frameOpcode, (int) length, frameMask);
      return true;
    }
    if (!mayBegin(frameOpcode, length, lengthBytes)) {
      return false;
    }
    in.skipBytes(headerBytes);
    beginPayload(first, (int) length, frameMask);
    return true;
  }

  /** What is wrong with the first two bytes of a frame. */
  private @Nullable String violation(int first, int second) {
    int frameOpcode = first & 0x0f;
    boolean isLast = (first & 0x80) != 0;
    if ((first & 0x30) != 0) {
      return "Invalid WebSocket frame: RSV2 and RSV3 must be clear";
    }
    boolean mayCompress = inflation != null && (frameOpcode == TEXT || frameOpcode == BINARY);
    if ((first & 0x40) != 0 && !mayCompress) {
      return "Invalid WebSocket frame: RSV1 must be clear";
    }
    boolean known =
        switch (frameOpcode) {
          case CONTINUATION -> opcode != 0;
          case TEXT, BINARY -> opcode == 0;
          case CLOSE, PING, PONG -> true;
          default -> false;
        };
    if (!known) {
      return "Invalid WebSocket frame: invalid opcode " + frameOpcode;
    }
    int shortLength = second & 0x7f;
    if (frameOpcode >= CLOSE) {
      if (!isLast) {
        return "Invalid WebSocket frame: FIN must be set";
      }
      if (shortLength > MAX_CONTROL_BYTES || (frameOpcode == CLOSE && shortLength == 1)) {
        return "Invalid WebSocket frame: invalid payload length " + shortLength;
      }
    }
    return (second & 0x80) == 0 ? "Invalid WebSocket frame: MASK must be set" : null;
  }

  /** Whether a data frame of this length may come now. */
  private boolean mayBegin(int frameOpcode, long length, int lengthBytes) {
    boolean minimal =
        switch (lengthBytes) {
          case 0 -> true;
          case 2 -> length > MAX_CONTROL_BYTES;
          default -> length > 0xffff || length < 0;
        };
    if (!minimal) {
      sink.onViolation(PROTOCOL_ERROR, "Invalid WebSocket frame: the length must be minimal");
    } else if (length < 0 || length > sink.maxMessageBytes() - collectedSize) {
      sink.onViolation(TOO_BIG, "Max payload size exceeded");
    } else if (frameOpcode == CONTINUATION && fragments >= sink.maxFragments()) {
      sink.onViolation(POLICY, "Too many message fragments");
    } else {
      return true;
    }
    return false;
  }

  private void beginPayload(int first, int length, int frameMask) {
    int frameOpcode = first & 0x0f;
    if (frameOpcode != CONTINUATION) {
      opcode = frameOpcode;
      compressed = (first & 0x40) != 0;
      fragments = 0;
    }
    fragments++;
    last = (first & 0x80) != 0;
    mask = frameMask;
    remaining = length;
    inPayload = true;
  }

  private boolean readPayload(ByteBuf in) {
    int count = Math.min(remaining, in.readableBytes());
    if (last && collectedSize == 0 && count == remaining) {
      readWholeMessage(in, count);
      return true;
    }
    collect(in, count);
    remaining -= count;
    if (remaining > 0) {
      mask = Integer.rotateLeft(mask, (count & 3) * Byte.SIZE);
      return false;
    }
    inPayload = false;
    if (last) {
      byte[] message = collected;
      int size = collectedSize;
      collected = NONE;
      collectedSize = 0;
      if (fragments > 1) {
        sink.onFragments(true);
      }
      deliver(message, size, true);
    } else if (fragments == 1) {
      sink.onFragments(false);
    }
    return true;
  }

  private void readWholeMessage(ByteBuf in, int length) {
    boolean keeps = opcode == BINARY && !compressed;
    byte[] message = keeps ? new byte[length] : sink.scratch(length);
    in.readBytes(message, 0, length);
    unmask(message, 0, length, mask);
    inPayload = false;
    if (fragments > 1) {
      sink.onFragments(true);
    }
    deliver(message, length, keeps);
  }

  /** Takes bytes of a message that goes on: the array doubles until it is as long as the frame. */
  private void collect(ByteBuf in, int count) {
    int needed = collectedSize + count;
    if (needed > collected.length) {
      int room = Math.max(needed, Math.min(collected.length * 2, collectedSize + remaining));
      collected = Arrays.copyOf(collected, room);
    }
    in.readBytes(collected, collectedSize, count);
    unmask(collected, collectedSize, count, mask);
    collectedSize = needed;
  }

  /**
   * Hands a complete message over.
   *
   * @param owned whether the array may be given away
   */
  private void deliver(byte[] message, int size, boolean owned) {
    int type = opcode;
    opcode = 0;
    byte[] data = message;
    int length = size;
    boolean mine = owned;
    if (compressed && inflation != null) {
      byte[] inflated = inflation.inflate(message, size, sink.maxMessageBytes());
      if (inflated == null) {
        sink.onViolation(inflation.closeCode(), inflation.failure());
        return;
      }
      data = inflated;
      length = inflated.length;
      mine = true;
    }
    if (type == BINARY) {
      sink.onBinary(mine && data.length == length ? data : Arrays.copyOf(data, length));
      return;
    }
    String text = Utf8.decode(data, 0, length);
    if (text == null) {
      sink.onViolation(BAD_TEXT, "Invalid WebSocket frame: invalid UTF-8 sequence");
    } else {
      sink.onText(text);
    }
  }

  private void readControl(ByteBuf in, int frameOpcode, int length, int frameMask) {
    byte[] payload = length == 0 ? NONE : new byte[length];
    in.readBytes(payload);
    unmask(payload, 0, length, frameMask);
    if (frameOpcode == PING) {
      sink.onPing(payload);
    } else if (frameOpcode == CLOSE) {
      readClose(payload);
    }
  }

  private void readClose(byte[] payload) {
    if (payload.length == 0) {
      sink.onClose(0, "");
      return;
    }
    int code = (payload[0] & 0xff) << 8 | (payload[1] & 0xff);
    if (!isCloseCode(code)) {
      sink.onViolation(PROTOCOL_ERROR, "Invalid WebSocket frame: invalid status code " + code);
      return;
    }
    String reason = Utf8.decode(payload, 2, payload.length - 2);
    if (reason == null) {
      sink.onViolation(BAD_TEXT, "Invalid WebSocket frame: invalid UTF-8 sequence");
    } else {
      sink.onClose(code, reason);
    }
  }

  private static boolean isCloseCode(int code) {
    boolean standard = code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
    return standard || (code >= 3000 && code <= 4999);
  }

  private static void unmask(byte[] bytes, int start, int count, int mask) {
    long wide = (long) mask << Integer.SIZE | (mask & 0xffffffffL);
    int at = start;
    int end = start + count;
    for (; at <= end - Long.BYTES; at += Long.BYTES) {
      LONGS.set(bytes, at, (long) LONGS.get(bytes, at) ^ wide);
    }
    for (int shift = 24; at < end; at++) {
      bytes[at] ^= (byte) (mask >> shift);
      shift = shift == 0 ? 24 : shift - 8;
    }
  }
}
