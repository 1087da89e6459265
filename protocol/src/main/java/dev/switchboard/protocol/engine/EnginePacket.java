package dev.switchboard.protocol.engine;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An Engine.IO packet.
 *
 * @param text what follows the type; empty if nothing does, or if the packet is binary
 * @param binary the data of a binary message, else null
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, not copied: it can be a megabyte
public record EnginePacket(Type type, String text, byte @Nullable [] binary) {
  public EnginePacket {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(text, "text");
    if (binary != null && (type != Type.MESSAGE || !text.isEmpty())) {
      throw new IllegalArgumentException("only a message without text can be binary, not " + type);
    }
  }

  public static EnginePacket of(Type type) {
    return new EnginePacket(type, "", null);
  }

  public static EnginePacket of(Type type, String text) {
    return new EnginePacket(type, text, null);
  }

  public static EnginePacket message(String text) {
    return new EnginePacket(Type.MESSAGE, text, null);
  }

  /** The array is kept, not copied. */
  public static EnginePacket message(byte[] binary) {
    return new EnginePacket(Type.MESSAGE, "", binary);
  }

  /** What a packet is for. */
  public enum Type {
    OPEN('0'),
    CLOSE('1'),
    PING('2'),
    PONG('3'),
    MESSAGE('4'),
    UPGRADE('5'),
    NOOP('6');

    private final char digit;

    Type(char digit) {
      this.digit = digit;
    }

    /** The character that it starts with. */
    public char digit() {
      return digit;
    }

    /** What it starts with where it is binary: the number that the digit stands for. */
    byte number() {
      return (byte) (digit - '0');
    }

    static @Nullable Type ofDigit(char digit) {
      return switch (digit) {
        case '0' -> OPEN;
        case '1' -> CLOSE;
        case '2' -> PING;
        case '3' -> PONG;
        case '4' -> MESSAGE;
        case '5' -> UPGRADE;
        case '6' -> NOOP;
        default -> null;
      };
    }
  }
}
