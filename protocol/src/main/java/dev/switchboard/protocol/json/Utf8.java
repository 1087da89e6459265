package dev.switchboard.protocol.json;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** UTF-8 without repairs: what is not UTF-8 is refused, not replaced. */
public final class Utf8 {
  private static final char REPLACEMENT = '\ufffd';

  private Utf8() {}

  /**
   * The text that the bytes from {@code from} to {@code to} spell.
   *
   * @throws PacketFormatException if they are not UTF-8
   */
  public static String decode(byte[] bytes, int from, int to) {
    // the JDK decodes far faster when it may replace; only then is there anything to look at
    String text = new String(bytes, from, to - from, StandardCharsets.UTF_8);
    if (text.indexOf(REPLACEMENT) >= 0) {
      checkStrictly(bytes, from, to);
    }
    return text;
  }

  /** Checks without making anything of it. */
  static void check(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes[i] < 0) {
        decode(bytes, i, to);
        return;
      }
    }
  }

  private static void checkStrictly(byte[] bytes, int from, int to) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, from, to - from));
    } catch (CharacterCodingException e) {
      throw new PacketFormatException("invalid UTF-8");
    }
  }
}
