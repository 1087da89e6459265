package dev.switchboard.protocol.json;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Writes one msgpack value. Used by one thread, once. */
final class MsgPackWriter {
  private static final byte TIMESTAMP = -1;

  /** From here on a double no longer tells neighbouring integers apart. */
  private static final double EXACT_INTEGERS = 9_007_199_254_740_992.0;

  private final UnaryOperator<@Nullable Object> toTree;
  private byte[] buffer = new byte[128];
  private int count;

  MsgPackWriter(UnaryOperator<@Nullable Object> toTree) {
    this.toTree = toTree;
  }

  byte[] toByteArray() {
    return Arrays.copyOf(buffer, count);
  }

  void write(@Nullable Object value, int depth) {
    if (depth > JacksonJson.MAX_DEPTH) {
      throw new IllegalArgumentException(
          "nested deeper than " + JacksonJson.MAX_DEPTH + "; does the value hold itself?");
    }
    if (value == null) {
      put(0xc0);
    } else if (value instanceof String text) {
      text(text);
    } else if (value instanceof Number number) {
      number(number, depth);
    } else if (value instanceof Boolean bool) {
      put(bool ? 0xc3 : 0xc2);
    } else if (value instanceof Map<?, ?> map) {
      map(map, depth);
    } else if (value instanceof Collection<?> collection) {
      list(collection, depth);
    } else if (value instanceof byte[] data) {
      binary(data);
    } else if (value instanceof ByteBuffer data) {
      binary(JsonOutput.bytes(data));
    } else if (value instanceof Instant instant) {
      timestamp(instant);
    } else if (value instanceof Date date && value.getClass() == Date.class) {
      timestamp(date.toInstant());
    } else if (value instanceof MsgPackExtension extension) {
      extension(extension.type(), extension.data());
    } else {
      write(toTree.apply(value), depth + 1);
    }
  }

  private void number(Number number, int depth) {
    if (number instanceof Integer
        || number instanceof Long
        || number instanceof Short
        || number instanceof Byte) {
      integer(number.longValue());
    } else if (number instanceof Double) {
      floating(number.doubleValue());
    } else if (number instanceof Float || number instanceof BigDecimal) {
      // by its digits: 0.1f means 0.1
      floating(Double.parseDouble(number.toString()));
    } else if (number instanceof BigInteger big) {
      integer(big);
    } else {
      write(toTree.apply(number), depth + 1);
    }
  }

  private void floating(double value) {
    if (value == Math.rint(value) && Math.abs(value) <= EXACT_INTEGERS) {
      integer((long) value);
    } else {
      put(0xcb);
      put8(Double.doubleToLongBits(value));
    }
  }

  private void integer(BigInteger value) {
    if (value.bitLength() < Long.SIZE) {
      integer(value.longValue());
    } else if (value.signum() > 0 && value.bitLength() == Long.SIZE) {
      put(0xcf);
      put8(value.longValue());
    } else {
      put(0xcb);
      put8(Double.doubleToLongBits(value.doubleValue()));
    }
  }

  private void integer(long value) {
    if (value >= 0) {
      if (value < 0x80) {
        put((int) value);
      } else if (value < 0x1_0000_0000L) {
        unsigned((int) value, 0xcc, 0xcd, 0xce);
      } else {
        put(0xcf);
        put8(value);
      }
    } else if (value >= -0x20) {
      put((int) value);
    } else if (value >= Byte.MIN_VALUE) {
      put(0xd0);
      put((int) value);
    } else if (value >= Short.MIN_VALUE) {
      put(0xd1);
      put2((int) value);
    } else if (value >= Integer.MIN_VALUE) {
      put(0xd2);
      put4((int) value);
    } else {
      put(0xd3);
      put8(value);
    }
  }

  private void text(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    if (utf8.length < 0x20) {
      put(0xa0 | utf8.length);
    } else {
      unsigned(utf8.length, 0xd9, 0xda, 0xdb);
    }
    put(utf8);
  }

  private void binary(byte[] data) {
    unsigned(data.length, 0xc4, 0xc5, 0xc6);
    put(data);
  }

  private void list(Collection<?> values, int depth) {
    start(values.size(), 0x90, 0xdc);
    for (Object value : values) {
      write(value, depth + 1);
    }
  }

  private void map(Map<?, ?> map, int depth) {
    start(map.size(), 0x80, 0xde);
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      text(JacksonJson.key(entry.getKey()));
      write(entry.getValue(), depth + 1);
    }
  }

  private void start(int size, int fix, int head) {
    if (size < 0x10) {
      put(fix | size);
    } else if (size < 0x10000) {
      put(head);
      put2(size);
    } else {
      put(head + 1);
      put4(size);
    }
  }

  /** A number of 8, 16 or 32 bits, each after its own head. */
  private void unsigned(int value, int head8, int head16, int head32) {
    if (value >= 0 && value < 0x100) {
      put(head8);
      put(value);
    } else if (value >= 0 && value < 0x10000) {
      put(head16);
      put2(value);
    } else {
      put(head32);
      put4(value);
    }
  }

  private void timestamp(Instant instant) {
    long seconds = instant.getEpochSecond();
    int nanos = instant.getNano();
    if (seconds >>> 32 == 0 && nanos == 0) {
      put(0xd6);
      put(TIMESTAMP);
      put4((int) seconds);
    } else if (seconds >>> 34 == 0) {
      put(0xd7);
      put(TIMESTAMP);
      put8((long) nanos << 34 | seconds);
    } else {
      put(0xc7);
      put(12);
      put(TIMESTAMP);
      put4(nanos);
      put8(seconds);
    }
  }

  private void extension(byte type, byte[] data) {
    switch (data.length) {
      case 1 -> put(0xd4);
      case 2 -> put(0xd5);
      case 4 -> put(0xd6);
      case 8 -> put(0xd7);
      case 16 -> put(0xd8);
      default -> unsigned(data.length, 0xc7, 0xc8, 0xc9);
    }
    put(type);
    put(data);
  }

  private void put(int b) {
    ensure(1);
    buffer[count++] = (byte) b;
  }

  private void put(byte[] bytes) {
    ensure(bytes.length);
    System.arraycopy(bytes, 0, buffer, count, bytes.length);
    count += bytes.length;
  }

  private void put2(int value) {
    ensure(2);
    buffer[count++] = (byte) (value >> 8);
    buffer[count++] = (byte) value;
  }

  private void put4(int value) {
    put2(value >> 16);
    put2(value);
  }

  private void put8(long value) {
    put4((int) (value >> 32));
    put4((int) value);
  }

  private void ensure(int more) {
    if (buffer.length - count < more) {
      long wanted = Math.max((long) count + more, 2L * buffer.length);
      buffer = Arrays.copyOf(buffer, (int) Math.min(wanted, Integer.MAX_VALUE - 8));
    }
  }
}
