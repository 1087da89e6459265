package dev.switchboard.server.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import org.slf4j.Logger;

/** What is done to channels without waiting for the outcome. On their loop. */
final class Channels {
  private Channels() {}

  /** Writes without a promise of its own; if it fails, the pipeline gets the exception. */
  static void write(Channel channel, ByteBuf bytes) {
    ChannelFuture unused = channel.write(bytes, channel.voidPromise());
  }

  /** As {@link #write}, and flushes. */
  static void writeAndFlush(Channel channel, ByteBuf bytes) {
    ChannelFuture unused = channel.writeAndFlush(bytes, channel.voidPromise());
  }

  static void close(Channel channel) {
    ChannelFuture unused = channel.close();
  }

  /**
   * Closes this side once the last bytes are written. The peer then closes its own; it is the
   * caller's to wait for that with a time limit, and to throw away what comes until then. Closing
   * both sides at once would reset the connection if the peer is still sending, and it might never
   * see the last bytes.
   *
   * @param secure whether it is a TLS connection, which has no half-closed state: it is closed, or
   *     left to the time limit if the peer may still be sending
   */
  static void closeAfter(ChannelFuture written, boolean secure, boolean sending) {
    written.addListener(
        done -> {
          if (!done.isSuccess() || (secure && !sending)) {
            close(written.channel());
          } else if (!secure && written.channel() instanceof DuplexChannel duplex) {
            ChannelFuture unused = duplex.shutdownOutput();
          }
        });
  }

  /** Logs why a connection is closed: loudly, unless the peer or the network is to blame. */
  static void logFailure(Logger log, Throwable cause) {
    if (cause instanceof IOException || cause instanceof DecoderException) {
      log.debug("A connection is closed: {}", cause.toString());
    } else {
      log.error("A connection is closed by a failure", cause);
    }
  }
}
