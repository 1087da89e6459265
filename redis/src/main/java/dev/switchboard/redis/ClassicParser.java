package dev.switchboard.redis;

import dev.switchboard.protocol.json.MsgPack;
import org.jspecify.annotations.Nullable;

/**
 * How the classic adapter's messages are written: the {@code parser} of the reference's adapter.
 * What the reference always writes as JSON stays JSON. Any thread; must not block.
 */
public interface ClassicParser {
  /** {@code notepack.io}, which the reference uses. */
  ClassicParser MSGPACK =
      new ClassicParser() {
        @Override
        public byte[] encode(@Nullable Object tree) {
          return MsgPack.encode(tree);
        }

        @Override
        public @Nullable Object decode(byte[] message) {
          return MsgPack.decode(message, 100);
        }
      };

  /**
   * Writes a tree of text, numbers, booleans, nulls, {@code byte[]}, lists and maps. Must not begin
   * with a <code>{</code>, by which JSON is known.
   */
  byte[] encode(@Nullable Object tree);

  /** Reads what {@link #encode} wrote; anything thrown means that it was something else. */
  @Nullable Object decode(byte[] message);
}
