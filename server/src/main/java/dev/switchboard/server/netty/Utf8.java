package dev.switchboard.server.netty;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Strict UTF-8. */
final class Utf8 {
  private static final char REPLACEMENT = '\ufffd';

  private Utf8() {}

  /** The text, or null if it is not well-formed. */
  static @Nullable String decode(byte[] bytes, int start, int length) {
    // The JDK's lenient decoder is by far its fastest, and marks what is wrong; so only a text that
    // has the mark, rightly or not, needs the slow one.
    String text = new String(bytes, start, length, StandardCharsets.UTF_8);
    return text.indexOf(REPLACEMENT) < 0 || wellFormed(bytes, start, length) ? text : null;
  }

  private static boolean wellFormed(byte[] bytes, int start, int length) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, start, length));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
