package dev.switchboard.server.engine;

import dev.switchboard.protocol.engine.EngineRevision;
import dev.switchboard.protocol.engine.PacketCodec;
import dev.switchboard.protocol.engine.PayloadCodec;
import dev.switchboard.protocol.engine.PayloadWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A message to be sent, encoded once and shared by all its recipients: one text, or none, and the
 * binary messages that must follow it without anything between.
 *
 * <p>Immutable but for the wire forms that it caches; any thread. A wire form is built by the first
 * that needs it; two that need it at the same time may both build it, and one of the equal results
 * stays.
 */
public final class OutboundMessage {
  private final byte @Nullable [] text;
  private final List<byte[]> binary;
  private final long sizeBytes;
  private final boolean compressed;
  // Not a message but another engine packet, such as "2" or "0{...}".
  private final @Nullable String packet;
  // The message whose caches this one uses: itself, unless it is a variant of another.
  private final OutboundMessage forms;
  private volatile byte @Nullable [] frames4;
  private volatile byte @Nullable [] frames3;
  private volatile byte @Nullable [] payload4;

  private OutboundMessage(byte @Nullable [] text, List<byte[]> binary, @Nullable String packet) {
    this.text = text;
    this.binary = List.copyOf(binary);
    this.packet = packet;
    this.compressed = true;
    this.forms = this;
    long size = packet != null ? packet.length() : text == null ? 0 : text.length;
    for (byte[] part : binary) {
      size += part.length;
    }
    this.sizeBytes = size;
  }

  private OutboundMessage(OutboundMessage other, boolean compressed) {
    this.text = other.text;
    this.binary = other.binary;
    this.packet = other.packet;
    this.compressed = compressed;
    this.forms = other.forms;
    this.sizeBytes = other.sizeBytes;
  }

  /** A text message. */
  public static OutboundMessage text(String text) {
    return new OutboundMessage(text.getBytes(StandardCharsets.UTF_8), List.of(), null);
  }

  /** A binary message. */
  public static OutboundMessage binary(byte[] data) {
    return new OutboundMessage(null, List.of(data), null);
  }

  /** A text, UTF-8, and the binary messages that follow it. The arrays are shared, not copied. */
  public static OutboundMessage of(byte @Nullable [] text, List<byte[]> binary) {
    return new OutboundMessage(text, binary, null);
  }

  /**
   * An engine packet other than a message, in its text form, that waits its turn as messages do.
   */
  static OutboundMessage packet(String packet) {
    return new OutboundMessage(null, List.of(), Objects.requireNonNull(packet));
  }

  /**
   * The same message, to be compressed or not by transports that compress; shares the bytes and
   * their wire forms. A message is compressed unless told otherwise.
   */
  public OutboundMessage compress(boolean compress) {
    return compress == compressed ? this : new OutboundMessage(this, compress);
  }

  /** Whether it may be compressed. */
  public boolean compressed() {
    return compressed;
  }

  /** The number of bytes of all parts. */
  public long sizeBytes() {
    return sizeBytes;
  }

  /** The text, UTF-8, without an Engine.IO type; null if there is none. Not to be changed. */
  public byte @Nullable [] text() {
    return text;
  }

  /** The binary messages after the text. Not to be changed. */
  public List<byte[]> binary() {
    return binary;
  }

  /** The engine packet, if this is no message. */
  @Nullable String packet() {
    return packet;
  }

  /**
   * The WebSocket frames of a server, unmasked and uncompressed: a text frame of the text after its
   * type {@code 4}, and a binary frame for each binary part, in revision 3 after its type 4. Not to
   * be changed.
   *
   * @param protocol 4 or 3
   */
  public byte[] webSocketFrames(int protocol) {
    if (protocol == 3 && !binary.isEmpty()) {
      byte[] frames = forms.frames3;
      if (frames == null) {
        frames = encodeFrames(true);
        forms.frames3 = frames;
      }
      return frames;
    }
    byte[] frames = forms.frames4;
    if (frames == null) {
      frames = encodeFrames(false);
      forms.frames4 = frames;
    }
    return frames;
  }

  private byte[] encodeFrames(boolean typedBinary) {
    byte[] head = packet != null ? packet.getBytes(StandardCharsets.UTF_8) : text;
    int typeBytes = packet != null ? 0 : 1;
    int binaryTypeBytes = typedBinary ? 1 : 0;
    long length = head == null ? 0 : frameLength(head.length + typeBytes);
    for (byte[] part : binary) {
      length += frameLength(part.length + binaryTypeBytes);
    }
    byte[] frames = new byte[Math.toIntExact(length)];
    int at = 0;
    if (head != null) {
      at = putHeader(frames, at, 0x81, head.length + typeBytes);
      if (typeBytes == 1) {
        frames[at++] = '4';
      }
      System.arraycopy(head, 0, frames, at, head.length);
      at += head.length;
    }
    for (byte[] part : binary) {
      at = putHeader(frames, at, 0x82, part.length + binaryTypeBytes);
      if (typedBinary) {
        frames[at++] = 4;
      }
      System.arraycopy(part, 0, frames, at, part.length);
      at += part.length;
    }
    return frames;
  }

  private static long frameLength(int payload) {
    return payload + (payload < 126 ? 2L : payload < 65_536 ? 4L : 10L);
  }

  private static int putHeader(byte[] frames, int from, int firstByte, int payload) {
    int at = from;
    frames[at++] = (byte) firstByte;
    if (payload < 126) {
      frames[at++] = (byte) payload;
    } else if (payload < 65_536) {
      frames[at++] = 126;
      frames[at++] = (byte) (payload >> 8);
      frames[at++] = (byte) payload;
    } else {
      frames[at++] = 127;
      at += 4;
      for (int shift = 24; shift >= 0; shift -= 8) {
        frames[at++] = (byte) (payload >> shift);
      }
    }
    return at;
  }

  /**
   * The packets as they stand in a polling payload of revision 4, separated by {@code 0x1e}: the
   * text after its type {@code 4}, and each binary part as {@code b} and base64. Not to be changed.
   */
  public byte[] pollingPayload() {
    byte[] payload = forms.payload4;
    if (payload == null) {
      payload = encodePayload();
      forms.payload4 = payload;
    }
    return payload;
  }

  private byte[] encodePayload() {
    PayloadWriter writer = PayloadCodec.V4.writer();
    writeTo(writer, EngineRevision.V4);
    return writer.toByteArray();
  }

  /** Adds the packets to a polling payload. */
  void writeTo(PayloadWriter writer, EngineRevision revision) {
    if (packet != null) {
      writer.packet(PacketCodec.decode(packet, revision));
    }
    if (text != null) {
      writer.text(text);
    }
    binary.forEach(writer::binary);
  }
}
