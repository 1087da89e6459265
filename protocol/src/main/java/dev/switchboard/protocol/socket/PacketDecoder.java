package dev.switchboard.protocol.socket;

import dev.switchboard.protocol.json.PacketFormatException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the packets of one connection. Used by one thread at a time; holds at most one packet whose
 * attachments are still to come.
 */
public interface PacketDecoder {
  /**
   * Takes a text message.
   *
   * @return the packet, or null if attachments of it are still to come
   * @throws PacketFormatException if it is no packet
   */
  @Nullable Packet text(String message);

  /** Takes a binary message, in the same way. */
  @Nullable Packet binary(byte[] message);

  /** Whether a packet waits for attachments. */
  boolean incomplete();

  /**
   * The namespace of the packet that waits for attachments, or null if none does or the format does
   * not tell: it lets a server refuse attachments that nobody will take before they are held.
   */
  default @Nullable String incompleteNamespace() {
    return null;
  }
}
