package dev.switchboard.server.netty;

import dev.switchboard.server.engine.HttpReply;
import dev.switchboard.server.http.HttpAnswer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Writes answers, head and body, straight to bytes: one buffer, one write, unless the body is
 * large. On the connection's loop.
 */
final class ResponseWriter {
  /** Up to here copying a body behind its head is cheaper than a second buffer. */
  private static final int COPIED_BODY_BYTES = 16 * 1_024;

  private static final int HEAD_BYTES = 512;
  private static final byte[] CLOSE = ascii("Connection: close\r\n");
  private static final byte[] CONTINUE = ascii("HTTP/1.1 100 Continue\r\n\r\n");
  private static final byte[] CONTENT_LENGTH = ascii("Content-Length: ");
  private static final byte[] SEPARATOR = {':', ' '};
  private static final byte[] LINE_END = {'\r', '\n'};

  private ResponseWriter() {}

  /**
   * Writes and flushes.
   *
   * @param withBody false for the answer to a HEAD request: the length is that of the body, but the
   *     body stays away
   */
  static ChannelFuture write(
      Channel channel, NettyEventLoop loop, HttpReply reply, boolean withBody, boolean close) {
    byte[] body = reply.body();
    boolean sendsBody = withBody && body.length > 0 && mayHaveBody(reply.status());
    boolean copiesBody = sendsBody && body.length <= COPIED_BODY_BYTES;
    ByteBuf out = channel.alloc().directBuffer(HEAD_BYTES + (copiesBody ? body.length : 0));
    writeHead(out, loop, reply.status(), reply.headers(), body.length, close);
    if (!sendsBody) {
      return channel.writeAndFlush(out);
    }
    if (copiesBody) {
      return channel.writeAndFlush(out.writeBytes(body));
    }
    Channels.write(channel, out);
    return channel.writeAndFlush(Unpooled.wrappedBuffer(body));
  }

  /** Writes the head of an answer whose body follows. */
  static ChannelFuture writeHead(
      Channel channel, NettyEventLoop loop, HttpAnswer answer, boolean close) {
    ByteBuf out = channel.alloc().directBuffer(HEAD_BYTES);
    writeHead(out, loop, answer.status(), answer.headers(), answer.body().sizeBytes(), close);
    return channel.writeAndFlush(out);
  }

  private static void writeHead(
      ByteBuf out,
      NettyEventLoop loop,
      int status,
      Map<String, List<String>> headers,
      long length,
      boolean close) {
    writeStatusLine(out, status);
    writeHeaders(out, headers);
    out.writeBytes(loop.date().line());
    if (close) {
      out.writeBytes(CLOSE);
    }
    if (mayHaveBody(status)) {
      out.writeBytes(CONTENT_LENGTH);
      ByteBufUtil.writeAscii(out, Long.toString(length));
      out.writeBytes(LINE_END);
    }
    out.writeBytes(LINE_END);
  }

  /** Writes the 101 of a WebSocket handshake. */
  static void writeSwitch(Channel channel, Map<String, List<String>> headers) {
    ByteBuf out = channel.alloc().directBuffer(HEAD_BYTES);
    writeStatusLine(out, 101);
    writeHeaders(out, headers);
    out.writeBytes(LINE_END);
    Channels.writeAndFlush(channel, out);
  }

  static void writeContinue(Channel channel) {
    Channels.writeAndFlush(channel, Unpooled.wrappedBuffer(CONTINUE));
  }

  /** Refuses headers that would end their line early, before anything is written. */
  static void check(Map<String, List<String>> headers) {
    headers.forEach(
        (name, values) -> {
          if (name.isEmpty() || !name.chars().allMatch(c -> c > 0x20 && c < 0x7f && c != ':')) {
            throw new IllegalArgumentException("not the name of an HTTP header: " + name);
          }
          for (String value : values) {
            if (!value.chars().allMatch(c -> c == '\t' || (c >= 0x20 && c != 0x7f))) {
              throw new IllegalArgumentException(
                  "the value of the HTTP header " + name + " has a control character");
            }
          }
        });
  }

  private static boolean mayHaveBody(int status) {
    return status != 204 && status != 304;
  }

  private static void writeStatusLine(ByteBuf out, int status) {
    ByteBufUtil.writeAscii(out, "HTTP/1.1 ");
    ByteBufUtil.writeAscii(out, HttpResponseStatus.valueOf(status).toString());
    out.writeBytes(LINE_END);
  }

  private static void writeHeaders(ByteBuf out, Map<String, List<String>> headers) {
    headers.forEach(
        (name, values) -> {
          for (String value : values) {
            ByteBufUtil.writeAscii(out, name);
            out.writeBytes(SEPARATOR);
            out.writeCharSequence(value, StandardCharsets.ISO_8859_1);
            out.writeBytes(LINE_END);
          }
        });
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
