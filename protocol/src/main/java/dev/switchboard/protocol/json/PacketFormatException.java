package dev.switchboard.protocol.json;

/**
 * The bytes that a peer sent are not what its protocol says: the one failure of all codecs. It
 * carries no stack trace, since it speaks of the peer and is thrown once for every hostile packet.
 */
public final class PacketFormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public PacketFormatException(String message) {
    super(message, null, false, false);
  }
}
