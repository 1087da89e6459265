package dev.switchboard.protocol.socket;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A packet as its parser wrote it: one text, or none, then the binary messages that follow it.
 * Shared by all its recipients, so the arrays must not be changed.
 *
 * @param text UTF-8, or null for a parser that writes binary only
 */
@SuppressWarnings(
    "ArrayRecordComponent") // shared, not copied: one broadcast is encoded once for all
public record EncodedPacket(byte @Nullable [] text, List<byte[]> binary) {
  public EncodedPacket {
    binary = List.copyOf(binary);
    if (text == null && binary.isEmpty()) {
      throw new IllegalArgumentException("an encoded packet has a text or a binary part");
    }
  }
}
