package dev.switchboard.server.engine;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message to be sent, encoded once and shared by all its recipients: one text, or none, and the
 * binary messages that must follow it without anything between.
 *
 * <p>Immutable but for the wire forms that it caches; any thread.
 */
public final class OutboundMessage {
  private final byte @Nullable [] text;
  private final List<byte[]> binary;

  private OutboundMessage(byte @Nullable [] text, List<byte[]> binary) {
    this.text = text;
    this.binary = List.copyOf(binary);
  }

  /** The number of bytes of all parts. */
  public long sizeBytes() {
    long size = text == null ? 0 : text.length;
    for (byte[] part : binary) {
      size += part.length;
    }
    return size;
  }

  /** A text message. */
  public static OutboundMessage text(String text) {
    return new OutboundMessage(text.getBytes(StandardCharsets.UTF_8), List.of());
  }

  /** A binary message. */
  public static OutboundMessage binary(byte[] data) {
    return new OutboundMessage(null, List.of(data));
  }

  /** A text, UTF-8, and the binary messages that follow it. The arrays are shared, not copied. */
  public static OutboundMessage of(byte @Nullable [] text, List<byte[]> binary) {
    return new OutboundMessage(text, binary);
  }
}
