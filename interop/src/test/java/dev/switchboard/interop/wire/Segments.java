package dev.switchboard.interop.wire;

/** How the bytes of a row are cut into TCP segments. */
enum Segments {
  /** One write for all that is sent together. */
  WHOLE {
    @Override
    int step(int length) {
      return Math.max(1, length);
    }
  },
  /** Byte by byte; what is huge goes in some thousands of pieces. */
  BYTES {
    @Override
    int step(int length) {
      return 1 + length / 2_000;
    }
  };

  /** Bytes a write when {@code length} bytes are to be sent. */
  abstract int step(int length);
}
