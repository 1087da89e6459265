package dev.switchboard.server.netty;

import dev.switchboard.server.engine.OutboundMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Wire forms of the message that was written last, for the next connections that the same broadcast
 * goes to. One loop's, and kept for one turn of it.
 */
final class SharedFrames {
  private final Executor endOfTurn;
  private boolean forgets;
  private byte @Nullable [] largeSource;
  private @Nullable ByteBuf large;
  private @Nullable Deflation deflation;
  private @Nullable OutboundMessage compressedSource;
  private int compressedProtocol;
  private byte[] compressed = {};

  SharedFrames(Executor endOfTurn) {
    this.endOfTurn = endOfTurn;
  }

  /** A buffer with these bytes, for one write. */
  ByteBuf large(byte[] frames, ByteBufAllocator allocator) {
    ByteBuf buffer = large;
    if (buffer == null || largeSource != frames) {
      if (buffer != null) {
        buffer.release();
      }
      buffer = allocator.directBuffer(frames.length).writeBytes(frames);
      large = buffer;
      largeSource = frames;
      forgetSoon();
    }
    return buffer.retainedDuplicate();
  }

  /** The frames of a message, compressed. */
  byte[] compressed(OutboundMessage message, int protocol) {
    if (message != compressedSource || protocol != compressedProtocol) {
      Deflation shared = deflation;
      if (shared == null) {
        shared = new Deflation();
        deflation = shared;
      }
      compressed = shared.frames(message, protocol);
      compressedSource = message;
      compressedProtocol = protocol;
      forgetSoon();
    }
    return compressed;
  }

  private void forgetSoon() {
    if (!forgets) {
      forgets = true;
      endOfTurn.execute(this::forget);
    }
  }

  private void forget() {
    forgets = false;
    if (large != null) {
      large.release();
      large = null;
    }
    largeSource = null;
    compressedSource = null;
    compressed = new byte[0];
  }

  /** Gives native memory back. */
  void end() {
    forget();
    if (deflation != null) {
      deflation.end();
      deflation = null;
    }
  }
}
