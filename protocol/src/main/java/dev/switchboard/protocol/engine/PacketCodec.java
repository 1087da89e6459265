package dev.switchboard.protocol.engine;

import dev.switchboard.protocol.json.PacketFormatException;
import dev.switchboard.protocol.json.Utf8;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * One packet to and from one WebSocket message, or one piece of a polling payload. Stateless; any
 * thread.
 */
public final class PacketCodec {
  static final char BASE64 = 'b';

  private PacketCodec() {}

  /**
   * Reads a text message.
   *
   * @throws PacketFormatException if it is empty, of no known type or not base64 where it should be
   */
  public static EnginePacket decode(String message, EngineRevision revision) {
    if (message.isEmpty()) {
      throw new PacketFormatException("empty packet");
    }
    if (message.charAt(0) == BASE64) {
      byte[] encoded = new byte[message.length() - 1];
      for (int i = 0; i < encoded.length; i++) {
        char c = message.charAt(i + 1);
        encoded[i] = c < 0x80 ? (byte) c : -1;
      }
      return base64(encoded, 0, encoded.length, revision);
    }
    return EnginePacket.of(type(message.charAt(0)), message.substring(1));
  }

  /**
   * Reads a binary message. In revision 4 the array becomes the packet's own.
   *
   * @throws PacketFormatException if revision 3 finds no message in it
   */
  public static EnginePacket decode(byte[] message, EngineRevision revision) {
    if (!revision.typesBinary()) {
      return EnginePacket.message(message);
    }
    return typedBinary(message, 0, message.length);
  }

  /** Reads a packet from UTF-8 text. */
  static EnginePacket decode(byte[] utf8, int from, int to, EngineRevision revision) {
    if (from == to) {
      throw new PacketFormatException("empty packet");
    }
    char first = (char) (utf8[from] & 0xff);
    return first == BASE64
        ? base64(utf8, from + 1, to, revision)
        : EnginePacket.of(type(first), Utf8.decode(utf8, from + 1, to));
  }

  static EnginePacket typedBinary(byte[] bytes, int from, int to) {
    if (from == to || bytes[from] != EnginePacket.Type.MESSAGE.number()) {
      throw new PacketFormatException("a binary packet that is no message");
    }
    return EnginePacket.message(Arrays.copyOfRange(bytes, from + 1, to));
  }

  /** The text message of a packet: binary becomes base64. */
  public static String encode(EnginePacket packet, EngineRevision revision) {
    byte[] binary = packet.binary();
    if (binary == null) {
      return packet.type().digit() + packet.text();
    }
    String start = revision.typesBinary() ? "b4" : "b";
    return start + Base64.getEncoder().encodeToString(binary);
  }

  /** A text message, given as UTF-8, as the content of a text frame. */
  public static byte[] encodeText(byte[] utf8) {
    return prefixed(EnginePacket.Type.MESSAGE.digit(), utf8);
  }

  /** A binary message as the content of a binary frame; in revision 4 the array itself. */
  public static byte[] encodeBinary(byte[] data, EngineRevision revision) {
    return revision.typesBinary()
        ? prefixed((char) EnginePacket.Type.MESSAGE.number(), data)
        : data;
  }

  /** A binary message as the content of a text frame, for a peer that asked for base64. */
  public static byte[] encodeBase64(byte[] data, EngineRevision revision) {
    byte[] base64 = Base64.getEncoder().encode(data);
    return prefixed(BASE64, revision.typesBinary() ? encodeText(base64) : base64);
  }

  private static byte[] prefixed(char first, byte[] rest) {
    byte[] result = new byte[rest.length + 1];
    result[0] = (byte) first;
    System.arraycopy(rest, 0, result, 1, rest.length);
    return result;
  }

  private static EnginePacket base64(byte[] ascii, int from, int to, EngineRevision revision) {
    int start = from;
    if (revision.typesBinary()) {
      if (start == to || ascii[start] != EnginePacket.Type.MESSAGE.digit()) {
        throw new PacketFormatException("a binary packet that is no message");
      }
      start++;
    }
    byte[] encoded = Arrays.copyOfRange(ascii, start, to);
    // the JDK would also take base64 whose padding is missing
    if (encoded.length % 4 != 0) {
      throw new PacketFormatException("invalid base64");
    }
    try {
      return EnginePacket.message(Base64.getDecoder().decode(encoded));
    } catch (IllegalArgumentException e) {
      throw new PacketFormatException("invalid base64");
    }
  }

  private static EnginePacket.Type type(char digit) {
    EnginePacket.@Nullable Type type = EnginePacket.Type.ofDigit(digit);
    if (type == null) {
      throw new PacketFormatException("unknown packet type");
    }
    return type;
  }
}
