package dev.switchboard.protocol.engine;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Writes the packets of one polling body. Used by one thread. */
public abstract sealed class PayloadWriter {
  /** What has been written. */
  final ByteArrayOutputStream body = new ByteArrayOutputStream(256);

  private PayloadWriter() {}

  /** Adds a packet; its text must be well-formed. */
  public final void packet(EnginePacket packet) {
    byte[] binary = packet.binary();
    if (binary == null) {
      write(packet.type().digit(), packet.text().getBytes(StandardCharsets.UTF_8));
    } else {
      binary(binary);
    }
  }

  /** Adds a text message, given as UTF-8. */
  public final void text(byte[] utf8) {
    write(EnginePacket.Type.MESSAGE.digit(), utf8);
  }

  /** Adds a binary message. */
  public abstract void binary(byte[] data);

  /** The bytes written so far. */
  public final int size() {
    return body.size();
  }

  public final byte[] toByteArray() {
    return body.toByteArray();
  }

  /** Adds a text packet: its first character, then the rest, UTF-8. */
  abstract void write(char first, byte[] rest);

  static final class V4 extends PayloadWriter {
    static final byte SEPARATOR = 0x1e;

    @Override
    public void binary(byte[] data) {
      write(PacketCodec.BASE64, Base64.getEncoder().encode(data));
    }

    @Override
    void write(char first, byte[] rest) {
      if (body.size() > 0) {
        body.write(SEPARATOR);
      }
      body.write(first);
      body.writeBytes(rest);
    }
  }

  static final class V3Text extends PayloadWriter {
    @Override
    public void binary(byte[] data) {
      write(PacketCodec.BASE64, PacketCodec.encodeText(Base64.getEncoder().encode(data)));
    }

    @Override
    void write(char first, byte[] rest) {
      int length = 1 + utf16Length(rest);
      body.writeBytes(Integer.toString(length).getBytes(StandardCharsets.US_ASCII));
      body.write(':');
      body.write(first);
      body.writeBytes(rest);
    }

    /** How many UTF-16 units the UTF-8 text has: one a character, two for one of four bytes. */
    private static int utf16Length(byte[] utf8) {
      int length = 0;
      for (byte b : utf8) {
        if ((b & 0xc0) != 0x80) {
          length += (b & 0xf8) == 0xf0 ? 2 : 1;
        }
      }
      return length;
    }
  }

  static final class V3Binary extends PayloadWriter {
    static final byte TEXT = 0;
    static final byte BINARY = 1;
    static final byte END_OF_LENGTH = (byte) 0xff;

    @Override
    public void binary(byte[] data) {
      start(BINARY, data.length + 1);
      body.write(EnginePacket.Type.MESSAGE.number());
      body.writeBytes(data);
    }

    @Override
    void write(char first, byte[] rest) {
      start(TEXT, rest.length + 1);
      body.write(first);
      body.writeBytes(rest);
    }

    private void start(byte kind, int length) {
      body.write(kind);
      String digits = Integer.toString(length);
      for (int i = 0; i < digits.length(); i++) {
        body.write(digits.charAt(i) - '0');
      }
      body.write(END_OF_LENGTH);
    }
  }
}
