package dev.switchboard.protocol.socket;

/**
 * What a decoder accepts from a peer.
 *
 * @param maxAttachments attachments a packet; default 10, as the reference since 4.2.6
 * @param maxAttachmentBytes bytes of all attachments of a packet together; default 1,000,000
 * @param maxDepth nesting of JSON and msgpack; default 100, at most 1,000
 * @param maxNumberLength characters of one number; default 64
 * @param maxNamespaceLength characters of a namespace's name; default 256
 */
public record ParserLimits(
    int maxAttachments,
    long maxAttachmentBytes,
    int maxDepth,
    int maxNumberLength,
    int maxNamespaceLength) {
  public static final ParserLimits DEFAULT = new ParserLimits(10, 1_000_000, 100, 64, 256);

  private static final int MOST_DEPTH = 1_000;

  public ParserLimits {
    check("maxAttachments", maxAttachments, 0, Integer.MAX_VALUE / 10 - 1);
    check("maxAttachmentBytes", maxAttachmentBytes, 0, Long.MAX_VALUE);
    check("maxDepth", maxDepth, 1, MOST_DEPTH);
    check("maxNumberLength", maxNumberLength, 1, Integer.MAX_VALUE);
    check("maxNamespaceLength", maxNamespaceLength, 1, Integer.MAX_VALUE);
  }

  private static void check(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          name + " must be between " + least + " and " + most + ", not " + value);
    }
  }
}
