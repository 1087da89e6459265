package dev.switchboard.protocol.json;

import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads msgpack value by value: as trees, or past them. Used by one thread.
 *
 * <p>An array or a map says how many elements it has; since each takes a byte at least, one that
 * claims more than there are bytes left is refused, and its list grows with what is really read.
 *
 * <p>All methods throw {@link PacketFormatException} if what comes next is not what they read.
 */
public final class MsgPackReader {
  private static final byte TIMESTAMP = -1;

  /** The type by which old versions of notepack wrote undefined, dates and ArrayBuffers. */
  private static final byte LEGACY = 0;

  private static final long MAX_NANOS = 999_999_999;

  /** How many elements a list has room for before the first of them was seen. */
  private static final int TRUSTED_SIZE = 16;

  private final byte[] bytes;
  private final int end;
  private final int maxDepth;
  private int position;

  /**
   * @param maxDepth how deep arrays and maps may nest in a value that is read
   */
  public MsgPackReader(byte[] bytes, int maxDepth) {
    this(bytes, 0, bytes.length, maxDepth);
  }

  /** A reader of the bytes from {@code from} to {@code to}. */
  public MsgPackReader(byte[] bytes, int from, int to, int maxDepth) {
    this.bytes = bytes;
    this.position = from;
    this.end = to;
    this.maxDepth = maxDepth;
  }

  /** Where the next value starts. */
  public int position() {
    return position;
  }

  /** Reads a value as a tree; {@link MsgPack#decode} says what becomes of what. */
  public @Nullable Object read() {
    return read(0);
  }

  /** Reads past a value, which is checked as if it were read. */
  public void skip() {
    skip(0);
  }

  /** Whether the next value is an array. */
  public boolean atList() {
    int head = position < end ? bytes[position] & 0xff : 0;
    return (head & 0xf0) == 0x90 || head == 0xdc || head == 0xdd;
  }

  /**
   * Whether the next value is what old versions of notepack write for {@code undefined}: in a map,
   * as good as no pair at all.
   */
  public boolean atUndefined() {
    return end - position > 2
        && (bytes[position] & 0xff) == 0xd4
        && bytes[position + 1] == LEGACY
        && bytes[position + 2] == 0;
  }

  /** Reads the head of an array: the number of values to follow. */
  public int readListSize() {
    int head = uint1();
    int size =
        switch (head) {
          case 0xdc -> uint2();
          case 0xdd -> length4();
          default -> fixedSize(head, 0x90);
        };
    check(size, 0);
    return size;
  }

  /** Reads the head of a map: the number of pairs of a key and a value to follow. */
  public int readMapSize() {
    int head = uint1();
    int size =
        switch (head) {
          case 0xde -> uint2();
          case 0xdf -> length4();
          default -> fixedSize(head, 0x80);
        };
    check(2L * size, 0);
    return size;
  }

  /** Reads a key of a map: text, or a number, which becomes text. */
  public String readKey() {
    Object key = read(maxDepth);
    if (key instanceof String || key instanceof Number) {
      return key.toString();
    }
    throw new PacketFormatException("a map key that is no text");
  }

  /** Checks that nothing is left. */
  public void end() {
    if (position != end) {
      throw new PacketFormatException((end - position) + " trailing bytes");
    }
  }

  private static int fixedSize(int head, int kind) {
    if ((head & 0xf0) != kind) {
      throw new PacketFormatException("invalid format");
    }
    return head & 0xf;
  }

  private @Nullable Object read(int depth) {
    int head = uint1();
    if (head < 0x80) {
      return head;
    } else if (head < 0x90) {
      return map(head & 0xf, depth + 1);
    } else if (head < 0xa0) {
      return list(head & 0xf, depth + 1);
    } else if (head < 0xc0) {
      return text(head & 0x1f);
    } else if (head >= 0xe0) {
      return (int) (byte) head;
    }
    return switch (head) {
      case 0xc0 -> null;
      case 0xc2 -> false;
      case 0xc3 -> true;
      case 0xc4 -> binary(uint1());
      case 0xc5 -> binary(uint2());
      case 0xc6 -> binary(length4());
      case 0xc7 -> extension(uint1());
      case 0xc8 -> extension(uint2());
      case 0xc9 -> extension(length4());
      case 0xca -> (double) Float.intBitsToFloat(int4());
      case 0xcb -> Double.longBitsToDouble(int8());
      case 0xd4 -> extension(1);
      case 0xd5 -> extension(2);
      case 0xd6 -> extension(4);
      case 0xd7 -> extension(8);
      case 0xd8 -> extension(16);
      case 0xd9 -> text(uint1());
      case 0xda -> text(uint2());
      case 0xdb -> text(length4());
      case 0xdc -> list(uint2(), depth + 1);
      case 0xdd -> list(length4(), depth + 1);
      case 0xde -> map(uint2(), depth + 1);
      case 0xdf -> map(length4(), depth + 1);
      default -> integer(head);
    };
  }

  private Number integer(int head) {
    return switch (head) {
      case 0xcc -> uint1();
      case 0xcd -> uint2();
      case 0xce -> narrow(int4() & 0xffff_ffffL);
      case 0xcf -> unsigned(int8());
      case 0xd0 -> (int) (byte) uint1();
      case 0xd1 -> (int) (short) uint2();
      case 0xd2 -> int4();
      case 0xd3 -> narrow(int8());
      default -> throw new PacketFormatException("not msgpack");
    };
  }

  private static Number narrow(long value) {
    if (value == (int) value) {
      return (int) value;
    }
    return value;
  }

  private static Number unsigned(long value) {
    if (value >= 0) {
      return narrow(value);
    }
    return BigInteger.valueOf(value).add(BigInteger.ONE.shiftLeft(Long.SIZE));
  }

  private List<@Nullable Object> list(int size, int depth) {
    check(size, depth);
    List<@Nullable Object> list = new ArrayList<>(Math.min(size, TRUSTED_SIZE));
    for (int i = 0; i < size; i++) {
      list.add(read(depth));
    }
    return list;
  }

  private Map<String, @Nullable Object> map(int size, int depth) {
    check(2L * size, depth);
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (int i = 0; i < size; i++) {
      map.put(readKey(), read(depth));
    }
    return map;
  }

  private void skip(int depth) {
    int head = uint1();
    if (head >= 0x80 && head < 0x90) {
      skipMap(head & 0xf, depth + 1);
    } else if (head >= 0x90 && head < 0xa0) {
      skipList(head & 0xf, depth + 1);
    } else if (head >= 0xa0 && head < 0xc0) {
      skipText(head & 0x1f);
    } else if (head >= 0xc0 && head < 0xe0) {
      skipLong(head, depth);
    }
  }

  private void skipLong(int head, int depth) {
    switch (head) {
      case 0xc4 -> take(uint1());
      case 0xc5 -> take(uint2());
      case 0xc6 -> take(length4());
      case 0xd9 -> skipText(uint1());
      case 0xda -> skipText(uint2());
      case 0xdb -> skipText(length4());
      case 0xdc -> skipList(uint2(), depth + 1);
      case 0xdd -> skipList(length4(), depth + 1);
      case 0xde -> skipMap(uint2(), depth + 1);
      case 0xdf -> skipMap(length4(), depth + 1);
      default -> {
        // small, or rare: read like any other
        position--;
        read(depth);
      }
    }
  }

  private void skipList(int size, int depth) {
    check(size, depth);
    for (int i = 0; i < size; i++) {
      skip(depth);
    }
  }

  private void skipMap(int size, int depth) {
    check(2L * size, depth);
    for (int i = 0; i < size; i++) {
      readKey();
      skip(depth);
    }
  }

  private void skipText(int length) {
    int start = take(length);
    Utf8.check(bytes, start, position);
  }

  private void check(long elements, int depth) {
    if (depth > maxDepth) {
      throw new PacketFormatException("nested deeper than " + maxDepth);
    }
    if (elements > end - position) {
      throw truncated();
    }
  }

  private String text(int length) {
    int start = take(length);
    return Utf8.decode(bytes, start, position);
  }

  private byte[] binary(int length) {
    int start = take(length);
    return Arrays.copyOfRange(bytes, start, position);
  }

  private @Nullable Object extension(int length) {
    byte type = (byte) uint1();
    if (type == TIMESTAMP) {
      return timestamp(length);
    }
    byte[] data = binary(length);
    if (type != LEGACY) {
      return new MsgPackExtension(type, data);
    }
    return switch (length) {
      case 1 -> null;
      case 8 -> Instant.ofEpochMilli(new MsgPackReader(data, 0).int8());
      default -> data;
    };
  }

  private Instant timestamp(int length) {
    long seconds;
    long nanos;
    switch (length) {
      case 4 -> {
        nanos = 0;
        seconds = int4() & 0xffff_ffffL;
      }
      case 8 -> {
        long both = int8();
        nanos = both >>> 34;
        seconds = both & 0x3_ffff_ffffL;
      }
      case 12 -> {
        nanos = int4() & 0xffff_ffffL;
        seconds = int8();
      }
      default -> throw new PacketFormatException("a timestamp of " + length + " bytes");
    }
    if (nanos > MAX_NANOS) {
      throw new PacketFormatException("a timestamp out of range");
    }
    try {
      return Instant.ofEpochSecond(seconds, nanos);
    } catch (DateTimeException e) {
      throw new PacketFormatException("a timestamp out of range");
    }
  }

  private int uint1() {
    return bytes[take(1)] & 0xff;
  }

  private int uint2() {
    return uint1() << 8 | uint1();
  }

  private int int4() {
    return uint2() << 16 | uint2();
  }

  private long int8() {
    return (long) int4() << 32 | (int4() & 0xffff_ffffL);
  }

  /** A length of 32 bits; what does not fit an int is longer than any message. */
  private int length4() {
    int length = int4();
    if (length < 0) {
      throw truncated();
    }
    return length;
  }

  private int take(int length) {
    if (length > end - position) {
      throw truncated();
    }
    int start = position;
    position += length;
    return start;
  }

  private static PacketFormatException truncated() {
    return new PacketFormatException("truncated msgpack");
  }
}
