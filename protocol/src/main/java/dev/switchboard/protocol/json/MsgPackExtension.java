package dev.switchboard.protocol.json;

import java.util.Arrays;
import java.util.Objects;

/**
 * A msgpack extension of a type that means nothing here. It is passed on as it came.
 *
 * @param type -128 to 127; those below 0 are msgpack's own
 */
@SuppressWarnings("ArrayRecordComponent") // as all binary: handed on, not copied
public record MsgPackExtension(byte type, byte[] data) {
  public MsgPackExtension {
    Objects.requireNonNull(data, "data");
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MsgPackExtension that
        && type == that.type
        && Arrays.equals(data, that.data);
  }

  @Override
  public int hashCode() {
    return 31 * type + Arrays.hashCode(data);
  }

  @Override
  public String toString() {
    return "MsgPackExtension[type=" + type + ", " + data.length + " bytes]";
  }
}
