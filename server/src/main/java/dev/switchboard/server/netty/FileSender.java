package dev.switchboard.server.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a file in chunks: each is read on a thread that may block, and the next only when the one
 * before is written. So a slow client costs one chunk of memory.
 */
final class FileSender {
  private static final Logger log = LoggerFactory.getLogger(FileSender.class);
  private static final int CHUNK_BYTES = 64 * 1_024;

  private final Channel channel;
  private final Executor executor;
  private final FileChannel file;
  private final ChannelPromise sent;
  private long remaining;
  private Runnable progress = () -> {};

  private FileSender(Channel channel, Executor executor, FileChannel file, long size) {
    this.channel = channel;
    this.executor = executor;
    this.file = file;
    this.remaining = size;
    this.sent = channel.newPromise();
  }

  long sizeBytes() {
    return remaining;
  }

  /**
   * Opens the file. On a thread that may block.
   *
   * @param size the bytes to send; if the file has fewer, sending fails
   */
  static FileSender open(Channel channel, Executor executor, Path path, long size)
      throws IOException {
    FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
    return new FileSender(channel, executor, file, size);
  }

  /**
   * Starts. The future is done when all is written, or cannot be.
   *
   * @param progress called on the loop for every chunk that was written
   */
  ChannelFuture send(Runnable progress) {
    this.progress = progress;
    sent.addListener(done -> file.close());
    readNext();
    return sent;
  }

  /** Gives up instead of {@link #send}. */
  void cancel() {
    try {
      file.close();
    } catch (IOException e) {
      log.debug("a file could not be closed", e);
    }
  }

  private void readNext() {
    try {
      executor.execute(this::read);
    } catch (RejectedExecutionException e) {
      sent.tryFailure(e);
    }
  }

  private void read() {
    int size = (int) Math.min(remaining, CHUNK_BYTES);
    ByteBuf chunk = channel.alloc().directBuffer(size);
    try {
      while (chunk.readableBytes() < size) {
        if (chunk.writeBytes(file, size - chunk.readableBytes()) < 0) {
          throw new EOFException("the file has become shorter");
        }
      }
    } catch (IOException e) {
      chunk.release();
      sent.tryFailure(e);
      return;
    }
    remaining -= size;
    boolean last = remaining == 0;
    channel.writeAndFlush(chunk).addListener(written -> written(written.cause(), last));
  }

  private void written(@Nullable Throwable failure, boolean last) {
    if (failure != null) {
      sent.tryFailure(failure);
    } else if (last) {
      sent.trySuccess();
    } else {
      progress.run();
      readNext();
    }
  }
}
