package dev.switchboard.client;

import dev.switchboard.protocol.socket.Args;
import dev.switchboard.protocol.socket.EncodedPacket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * An event on its way out, encoded on the thread that emitted it. Of the loop, but for its future.
 */
final class Outgoing {
  final String event;
  final Args args;
  final EncodedPacket encoded;
  final long bytes;
  final boolean isVolatile;

  /** The id to acknowledge, or {@code Packet.NO_ID}. */
  final long id;

  /** Null waits for ever. */
  final @Nullable Duration timeout;

  /** What the caller waits for; null if it does not. */
  final @Nullable CompletableFuture<Args> reply;

  /** How often it was sent, if it is sent until it is acknowledged. */
  int tries;

  /** Whether the reply is about to be completed, so that nothing has to be forgotten. */
  volatile boolean settled;

  Outgoing(
      String event,
      Args args,
      EncodedPacket encoded,
      boolean isVolatile,
      long id,
      @Nullable Duration timeout,
      @Nullable CompletableFuture<Args> reply) {
    this.event = event;
    this.args = args;
    this.encoded = encoded;
    this.bytes = bytesOf(encoded);
    this.isVolatile = isVolatile;
    this.id = id;
    this.timeout = timeout;
    this.reply = reply;
  }

  static long bytesOf(EncodedPacket encoded) {
    byte[] text = encoded.text();
    long bytes = text == null ? 0 : text.length;
    for (byte[] part : encoded.binary()) {
      bytes += part.length;
    }
    return bytes;
  }
}
