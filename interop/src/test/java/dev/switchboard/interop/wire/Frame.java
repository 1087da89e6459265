package dev.switchboard.interop.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** One WebSocket frame, with every bit free to be wrong. */
final class Frame {
  private static final byte[] MASK = {0x37, (byte) 0xfa, 0x21, 0x3d};

  private final boolean fin;
  private final int rsv;
  private final int opcode;
  private final boolean masked;
  private final byte[] payload;

  private Frame(boolean fin, int rsv, int opcode, boolean masked, byte[] payload) {
    this.fin = fin;
    this.rsv = rsv;
    this.opcode = opcode;
    this.masked = masked;
    this.payload = payload;
  }

  static Frame of(int opcode, byte[] payload) {
    return new Frame(true, 0, opcode, true, payload);
  }

  static Frame text(String text) {
    return of(1, text.getBytes(UTF_8));
  }

  static Frame text(byte[] payload) {
    return of(1, payload);
  }

  static Frame binary(int... bytes) {
    return of(2, bytes(bytes));
  }

  static Frame ping(byte[] payload) {
    return of(9, payload);
  }

  static Frame pong(byte[] payload) {
    return of(10, payload);
  }

  static Frame close() {
    return of(8, new byte[0]);
  }

  static Frame close(int code, byte... reason) {
    return of(8, ByteBuffer.allocate(2 + reason.length).putShort((short) code).put(reason).array());
  }

  static Frame continuation(String text) {
    return of(0, text.getBytes(UTF_8));
  }

  static byte[] bytes(int... bytes) {
    var array = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      array[i] = (byte) bytes[i];
    }
    return array;
  }

  /** The same, to be continued. */
  Frame first() {
    return new Frame(false, rsv, opcode, masked, payload);
  }

  Frame reserved(int bits) {
    return new Frame(fin, bits, opcode, masked, payload);
  }

  Frame unmasked() {
    return new Frame(fin, rsv, opcode, false, payload);
  }

  byte[] encoded() {
    int lengthBytes = payload.length < 126 ? 0 : payload.length < 65_536 ? 2 : 8;
    return encoded(payload.length, lengthBytes);
  }

  /** With the length in {@code lengthBytes} (0, 2 or 8), whether it takes them or not. */
  byte[] encoded(int lengthBytes) {
    return encoded(payload.length, lengthBytes);
  }

  /** The head alone, with any length announced. */
  byte[] head(long announced) {
    return Arrays.copyOf(encoded(announced, 8), masked ? 14 : 10);
  }

  /** The same with the length in two bytes. */
  byte[] shortHead(int announced) {
    return Arrays.copyOf(encoded(announced, 2), masked ? 8 : 4);
  }

  private byte[] encoded(long length, int lengthBytes) {
    var out = new ByteArrayOutputStream();
    out.write((fin ? 0x80 : 0) | rsv << 4 | opcode);
    int maskBit = masked ? 0x80 : 0;
    switch (lengthBytes) {
      case 0 -> out.write(maskBit | (int) length);
      case 2 -> {
        out.write(maskBit | 126);
        out.writeBytes(ByteBuffer.allocate(2).putShort((short) length).array());
      }
      default -> {
        out.write(maskBit | 127);
        out.writeBytes(ByteBuffer.allocate(8).putLong(length).array());
      }
    }
    if (masked) {
      out.writeBytes(MASK);
    }
    for (int i = 0; i < payload.length; i++) {
      out.write(masked ? payload[i] ^ MASK[i % 4] : payload[i]);
    }
    return out.toByteArray();
  }

  static Frame read(Wire wire, Duration patience) throws IOException {
    byte[] head = wire.read(2, patience);
    int length = head[1] & 0x7f;
    if (length == 126) {
      length = ByteBuffer.wrap(wire.read(2, patience)).getShort() & 0xffff;
    } else if (length == 127) {
      length = Math.toIntExact(ByteBuffer.wrap(wire.read(8, patience)).getLong());
    }
    byte[] payload = wire.read(length, patience);
    int rsv = head[0] >> 4 & 7;
    return new Frame(
        (head[0] & 0x80) != 0,
        rsv,
        head[0] & 15,
        (head[1] & 0x80) != 0,
        rsv == 4 ? inflated(payload) : payload);
  }

  /** A message that was deflated without the context of those before. */
  private static byte[] inflated(byte[] payload) throws IOException {
    var inflater = new Inflater(true);
    try {
      // what the sender leaves away at the end of each message
      inflater.setInput(
          ByteBuffer.allocate(payload.length + 4).put(payload).putInt(0xffff).array());
      var out = new ByteArrayOutputStream();
      var buffer = new byte[8_192];
      for (int count = inflater.inflate(buffer); count > 0; count = inflater.inflate(buffer)) {
        out.write(buffer, 0, count);
      }
      return out.toByteArray();
    } catch (DataFormatException e) {
      throw new IOException(e);
    } finally {
      inflater.end();
    }
  }

  boolean isText() {
    return opcode == 1;
  }

  /** The payload as text. */
  String content() {
    return new String(payload, UTF_8);
  }

  /** In the words of the table. */
  String shown() {
    return switch (opcode) {
      case 1 -> Words.shown(content());
      case 2 -> Words.hex(payload);
      case 8 ->
          payload.length < 2
              ? "close empty"
              : "close " + (ByteBuffer.wrap(payload).getShort() & 0xffff);
      case 9 -> "ping " + Words.hex(payload);
      case 10 -> "pong " + Words.hex(payload);
      default -> "frame of opcode " + opcode;
    };
  }
}
