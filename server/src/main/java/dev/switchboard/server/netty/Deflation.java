package dev.switchboard.server.netty;

import dev.switchboard.server.engine.OutboundMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.zip.Deflater;

/**
 * Compresses the messages of one loop by RFC 7692. On the loop; {@link #end} gives its native
 * memory back.
 *
 * <p>No message refers to one before it. So one compressor serves all connections, where one for
 * each would cost it a quarter of a megabyte, and a broadcast need be compressed only once.
 */
final class Deflation {
  private static final int MIN_ROOM_BYTES = 64;

  private final Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);

  /** The frames of a message, compressed. */
  byte[] frames(OutboundMessage message, int protocol) {
    ByteBuf out = Unpooled.buffer();
    byte[] text = message.text();
    if (text != null) {
      frame(out, Frames.TEXT, new byte[] {'4'}, text);
    }
    for (byte[] part : message.binary()) {
      frame(out, Frames.BINARY, protocol == 3 ? new byte[] {4} : new byte[0], part);
    }
    byte[] frames = new byte[out.readableBytes()];
    out.readBytes(frames);
    return frames;
  }

  void end() {
    deflater.end();
  }

  private void frame(ByteBuf out, int first, byte[] type, byte[] data) {
    byte[] packet = new byte[type.length + data.length];
    System.arraycopy(type, 0, packet, 0, type.length);
    System.arraycopy(data, 0, packet, type.length, data.length);
    byte[] payload = deflate(packet);
    Frames.header(out, first | Frames.COMPRESSED, payload.length);
    out.writeBytes(payload);
  }

  private byte[] deflate(byte[] data) {
    byte[] out = new byte[data.length / 2 + MIN_ROOM_BYTES];
    int size = 0;
    deflater.reset();
    deflater.setInput(data);
    while (true) {
      size += deflater.deflate(out, size, out.length - size, Deflater.SYNC_FLUSH);
      if (size < out.length) {
        // A flush ends with 00 00 ff ff, which the protocol has the sender leave out.
        return Arrays.copyOf(out, size - 4);
      }
      out = Arrays.copyOf(out, out.length * 2);
    }
  }
}
