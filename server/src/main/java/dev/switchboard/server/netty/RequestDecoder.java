package dev.switchboard.server.netty;

import dev.switchboard.server.engine.LimitSettings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequestDecoder;
import java.util.List;

/**
 * Netty's decoder of requests, that rests while a request is being answered: what a client sends
 * ahead waits here, undecoded, and no more than one read of it.
 */
final class RequestDecoder extends HttpRequestDecoder {
  private static final int INITIAL_BUFFER_BYTES = 128;

  private final HttpConnection connection;
  private boolean decoding;

  RequestDecoder(HttpConnection connection, LimitSettings limits) {
    super(
        new HttpDecoderConfig()
            .setMaxInitialLineLength(limits.urlBytes())
            .setMaxHeaderSize(limits.headerBytes())
            .setInitialBufferSize(INITIAL_BUFFER_BYTES)
            .setAllowDuplicateContentLengths(false)
            .setStrictLineParsing(true)
            .setUseRfc9112TransferEncoding(true));
    this.connection = connection;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    boolean outermost = !decoding;
    decoding = true;
    try {
      super.channelRead(ctx, message);
    } finally {
      if (outermost) {
        decoding = false;
      }
    }
  }

  /** Decodes what has been waiting; not needed, and without effect, from within a decode. */
  void resume(ChannelHandlerContext ctx) throws Exception {
    if (!decoding) {
      channelRead(ctx, Unpooled.EMPTY_BUFFER);
      channelReadComplete(ctx);
    }
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
    if (connection.discardsInput()) {
      in.skipBytes(in.readableBytes());
      return;
    }
    if (connection.busy()) {
      if (in.isReadable()) {
        connection.holdReading();
      }
      return;
    }
    if (connection.startsOrContinuesHead() && foldsLine(in)) {
      in.skipBytes(in.readableBytes());
      connection.refuse(400);
      return;
    }
    super.decode(ctx, in, out);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
    if (connection.busy()) {
      // Netty would ask for one more read, since none of its messages came of this one.
      ctx.fireChannelReadComplete();
    } else {
      super.channelReadComplete(ctx);
    }
  }

  /** Whether a header goes on in a next line, which RFC 9112 forbids and Netty allows. */
  private static boolean foldsLine(ByteBuf in) {
    int end = in.writerIndex();
    int at = in.readerIndex();
    while (at < end && isLineEnd(in.getByte(at))) {
      at++;
    }
    if (at < end && isBlank(in.getByte(at))) {
      return true;
    }
    while (true) {
      int lineEnd = in.indexOf(at, end, (byte) '\n');
      if (lineEnd < 0 || lineEnd + 1 >= end) {
        return false;
      }
      byte next = in.getByte(lineEnd + 1);
      if (isBlank(next)) {
        return true;
      }
      if (isLineEnd(next)) {
        return false;
      }
      at = lineEnd + 1;
    }
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b == '\t';
  }

  private static boolean isLineEnd(byte b) {
    return b == '\r' || b == '\n';
  }
}
