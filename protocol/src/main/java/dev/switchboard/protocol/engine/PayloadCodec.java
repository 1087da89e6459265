package dev.switchboard.protocol.engine;

import org.jspecify.annotations.Nullable;

/** The formats in which HTTP polling carries several packets in one body. */
public enum PayloadCodec {
  /** Revision 4: packets with 0x1e between them, binary as base64. */
  V4("text/plain; charset=UTF-8"),

  /** Revision 3: each packet after its length in UTF-16 units, binary as base64. */
  V3_TEXT("text/plain; charset=UTF-8"),

  /** Revision 3 for peers that take binary: each packet after its kind and length in bytes. */
  V3_BINARY("application/octet-stream");

  private final String contentType;

  PayloadCodec(String contentType) {
    this.contentType = contentType;
  }

  /** What the header {@code Content-Type} of a body in this format says. */
  public String contentType() {
    return contentType;
  }

  /**
   * The format to answer in.
   *
   * @param base64 whether the session asked for base64 with {@code b64}
   * @param anyBinary whether one of the packets is binary
   */
  public static PayloadCodec toWrite(EngineRevision revision, boolean base64, boolean anyBinary) {
    if (revision == EngineRevision.V4) {
      return V4;
    }
    return anyBinary && !base64 ? V3_BINARY : V3_TEXT;
  }

  /**
   * The format of a body that came.
   *
   * @param contentType its header, or null if it has none
   */
  public static PayloadCodec toRead(EngineRevision revision, @Nullable String contentType) {
    if (revision == EngineRevision.V4) {
      return V4;
    }
    return contentType != null && contentType.startsWith(V3_BINARY.contentType)
        ? V3_BINARY
        : V3_TEXT;
  }

  /** A writer of one body. */
  public PayloadWriter writer() {
    return switch (this) {
      case V4 -> new PayloadWriter.V4();
      case V3_TEXT -> new PayloadWriter.V3Text();
      case V3_BINARY -> new PayloadWriter.V3Binary();
    };
  }

  /** A reader of one body, which must not change while it is read. */
  public PayloadReader reader(byte[] body) {
    return switch (this) {
      case V4 -> new PayloadReader.V4(body);
      case V3_TEXT -> new PayloadReader.V3Text(body);
      case V3_BINARY -> new PayloadReader.V3Binary(body);
    };
  }
}
