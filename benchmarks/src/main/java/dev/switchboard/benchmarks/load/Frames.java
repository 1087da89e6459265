package dev.switchboard.benchmarks.load;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** WebSocket frames as a client sends them: final, masked, built once and sent many times. */
final class Frames {

  static final int TEXT = 1;
  static final int CLOSE = 8;

  /** Any mask costs the server the same; a constant one lets a frame be built before it is sent. */
  private static final int MASK = 0x37fa213d;

  private static final int LONGEST_SHORT_LENGTH = 125;

  private Frames() {}

  static byte[] text(String payload) {
    return frame(TEXT, payload.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] close() {
    return frame(CLOSE, new byte[] {0x03, (byte) 0xe8});
  }

  /** The length of what comes before the payload of a frame. */
  static int headerLength(int payloadLength) {
    return payloadLength <= LONGEST_SHORT_LENGTH ? 6 : 8;
  }

  /** The byte of the mask that applies at this index of the payload. */
  static int maskAt(int index) {
    return MASK >>> (24 - 8 * (index & 3)) & 0xff;
  }

  private static byte[] frame(int opcode, byte[] payload) {
    if (payload.length > 0xffff) {
      throw new IllegalArgumentException("a payload of at most 65535 bytes, not " + payload.length);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(payload.length + 8);
    out.write(0x80 | opcode);
    if (payload.length <= LONGEST_SHORT_LENGTH) {
      out.write(0x80 | payload.length);
    } else {
      out.write(0x80 | 126);
      out.write(payload.length >>> 8);
      out.write(payload.length & 0xff);
    }
    for (int shift = 24; shift >= 0; shift -= 8) {
      out.write(MASK >>> shift & 0xff);
    }
    for (int i = 0; i < payload.length; i++) {
      out.write(payload[i] ^ maskAt(i));
    }
    return out.toByteArray();
  }
}
