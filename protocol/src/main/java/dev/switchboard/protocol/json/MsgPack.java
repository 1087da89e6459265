package dev.switchboard.protocol.json;

import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * MessagePack as {@code notepack.io} writes and reads it, which is what the official msgpack parser
 * and the official Redis adapters use: the shortest integers, integral doubles as integers, text as
 * {@code str}, binary as {@code bin}, instants as the timestamp extension. Any thread.
 *
 * <p>Written by hand rather than on a library, for the sake of what comes from outside: nothing is
 * allocated by a length that only claims to be, and nesting has an end.
 */
public final class MsgPack {
  private MsgPack() {}

  /**
   * Encodes a tree ({@link Json} says what that is).
   *
   * @throws IllegalArgumentException if there is anything else in it; the message names the type
   */
  public static byte[] encode(@Nullable Object tree) {
    return encode(
        tree,
        value -> {
          throw new IllegalArgumentException(
              "cannot encode a " + value.getClass().getName() + " as msgpack; make a tree of it");
        });
  }

  /**
   * Encodes a tree in which other values may stand.
   *
   * @param toTree makes a tree of such a value: {@code json::toTree}
   */
  public static byte[] encode(@Nullable Object value, UnaryOperator<@Nullable Object> toTree) {
    MsgPackWriter writer = new MsgPackWriter(toTree);
    writer.write(value, 0);
    return writer.toByteArray();
  }

  /**
   * Decodes one value, which must take up all of the bytes, to a tree. Timestamps become {@code
   * Instant}, extensions unknown here {@link MsgPackExtension}, integers beyond {@code long} {@code
   * BigInteger}; what old versions of notepack wrote for {@code undefined} becomes null.
   *
   * @param maxDepth how deep arrays and maps may nest
   * @throws PacketFormatException if they are no such value
   */
  public static @Nullable Object decode(byte[] bytes, int maxDepth) {
    MsgPackReader reader = new MsgPackReader(bytes, maxDepth);
    Object value = reader.read();
    reader.end();
    return value;
  }
}
