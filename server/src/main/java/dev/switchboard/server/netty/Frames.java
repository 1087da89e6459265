package dev.switchboard.server.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes a server's WebSocket frames. */
final class Frames {
  static final int TEXT = 0x81;
  static final int BINARY = 0x82;
  static final int CLOSE = 0x88;
  static final int PONG = 0x8a;

  /** Set in the first byte of a compressed message. */
  static final int COMPRESSED = 0x40;

  static final int MAX_HEADER_BYTES = 10;
  private static final int MAX_REASON_BYTES = 123;

  private Frames() {}

  static void header(ByteBuf out, int first, int length) {
    out.writeByte(first);
    if (length < 126) {
      out.writeByte(length);
    } else if (length <= 0xffff) {
      out.writeByte(126).writeShort(length);
    } else {
      out.writeByte(127).writeLong(length);
    }
  }

  static void text(ByteBuf out, String text) {
    int length = ByteBufUtil.utf8Bytes(text);
    header(out, TEXT, length);
    ByteBufUtil.reserveAndWriteUtf8(out, text, length);
  }

  /**
   * @param code 0: without one
   */
  static void close(ByteBuf out, int code, String reason) {
    if (code == 0) {
      header(out, CLOSE, 0);
      return;
    }
    byte[] text = reason.getBytes(StandardCharsets.UTF_8);
    if (text.length > MAX_REASON_BYTES) {
      text = whole(text, MAX_REASON_BYTES);
    }
    header(out, CLOSE, Short.BYTES + text.length);
    out.writeShort(code).writeBytes(text);
  }

  /** At most {@code max} bytes of a text, without a character cut in two. */
  private static byte[] whole(byte[] text, int max) {
    int end = max;
    while (end > 0 && (text[end] & 0xc0) == 0x80) {
      end--;
    }
    return Arrays.copyOf(text, end);
  }
}
