package dev.switchboard.server.netty;

import dev.switchboard.server.engine.EventLoop;
import dev.switchboard.server.engine.OutboundMessage;
import dev.switchboard.server.engine.WebSocketLink;
import dev.switchboard.server.engine.WebSocketListener;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One open WebSocket: the only handler in its pipeline (but for TLS), and the engine's link. All on
 * its loop, but for {@link #writable}.
 *
 * <p>It keeps no buffer while nothing is under way. What the engine writes gathers in {@link #out}
 * until it flushes. What has come and may not be read yet, since the engine or a flood of pings
 * stopped reading, waits in {@link #unread}: the rest of one read at most.
 */
final class WebSocketConnection extends ChannelInboundHandlerAdapter
    implements WebSocketLink, Connection, FrameReader.Sink {
  /** How long the peer has to take the close frame and to close its side. */
  private static final Duration LINGER = Duration.ofSeconds(2);

  /** How long as many pongs as may wait can wait before the peer counts as one who never reads. */
  private static final Duration PONG_PATIENCE = Duration.ofSeconds(2);

  /** Greater messages are not copied for each connection. */
  private static final int COPIED_BYTES = 16 * 1_024;

  /**
   * A greater buffer would be copied too often as it grows; several are written at once as well.
   */
  private static final int GATHERED_BYTES = 64 * 1_024;

  private static final int FIRST_BYTES = 256;
  private static final int MAX_CLOSE_BYTES = 2 + 125;
  private static final int GOING_AWAY = 1001;
  private static final Logger log = LoggerFactory.getLogger(WebSocketConnection.class);

  private final Channel channel;
  private final NettyEventLoop loop;
  private final ServerParts parts;
  private final WebSocketListener listener;
  private final FrameReader reader;
  private final boolean compresses;
  private @Nullable ByteBuf out;
  private @Nullable ByteBuf unread;
  private EventLoop.@Nullable Timeout fragmentsTimer;
  private boolean started;
  private boolean reads = true;
  private boolean awaitsPongs;
  private boolean ponged;
  private boolean wrote;
  private boolean closing;
  private boolean over;
  private int pendingPongs;
  private int slot;

  WebSocketConnection(
      Channel channel,
      NettyEventLoop loop,
      ServerParts parts,
      WebSocketListener listener,
      boolean compresses) {
    this.channel = channel;
    this.loop = loop;
    this.parts = parts;
    this.listener = listener;
    this.compresses = compresses;
    this.reader = new FrameReader(this, compresses ? loop.inflation() : null);
  }

  /** Starts to read, after what runs now. */
  void open() {
    loop.execute(
        () -> {
          started = true;
          readOn();
        });
  }

  /** The peer went before the connection was accepted. */
  void openClosed() {
    closing = true;
    loop.execute(() -> over(false, ""));
  }

  @Override
  public int slot() {
    return slot;
  }

  @Override
  public void slot(int slot) {
    this.slot = slot;
  }

  @Override
  public void shutDown() {
    close(GOING_AWAY, "");
  }

  // The engine writes.

  @Override
  public EventLoop loop() {
    return loop;
  }

  @Override
  public boolean writable() {
    return channel.isWritable();
  }

  @Override
  public void write(OutboundMessage message, int protocol) {
    if (closing) {
      return;
    }
    boolean compressed =
        compresses
            && message.compressed()
            && message.sizeBytes() >= parts.compression().webSocketThreshold();
    byte[] frames =
        compressed
            ? loop.frames().compressed(message, protocol)
            : message.webSocketFrames(protocol);
    if (frames.length <= COPIED_BYTES) {
      room(frames.length).writeBytes(frames);
    } else {
      writeGathered();
      toChannel(loop.frames().large(frames, channel.alloc()));
    }
  }

  @Override
  public void write(String packet) {
    if (!closing) {
      Frames.text(room(Frames.MAX_HEADER_BYTES + packet.length()), packet);
    }
  }

  @Override
  public void flush() {
    ponged = false;
    if (out != null) {
      ByteBuf gathered = out;
      out = null;
      toChannel(gathered);
    }
    if (wrote) {
      wrote = false;
      if (parts.secure()) {
        channel.flush();
      } else {
        channel.unsafe().flush();
      }
    }
  }

  /**
   * Without TLS no handler of the pipeline has a part in what is written, so that it need not go
   * through it: of a broadcast to many that is a measurable share.
   */
  private void toChannel(ByteBuf bytes) {
    wrote = true;
    if (parts.secure()) {
      Channels.write(channel, bytes);
    } else {
      channel.unsafe().write(bytes, channel.voidPromise());
    }
  }

  /** The buffer that gathers what is written, with room for so many bytes. */
  private ByteBuf room(int bytes) {
    if (out != null && out.readableBytes() + bytes > GATHERED_BYTES) {
      writeGathered();
    }
    ByteBuf buffer = out;
    if (buffer == null) {
      buffer = channel.alloc().directBuffer(Math.max(bytes, FIRST_BYTES));
      out = buffer;
    }
    return buffer.ensureWritable(bytes);
  }

  private void writeGathered() {
    if (out != null) {
      ByteBuf gathered = out;
      out = null;
      toChannel(gathered);
    }
  }

  @Override
  public long unsentBytes() {
    ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
    return buffer == null ? 0 : buffer.totalPendingWriteBytes();
  }

  @Override
  public void close(int code, String reason) {
    if (!closing) {
      end(code, reason);
    }
  }

  @Override
  public void abort() {
    discard();
    closing = true;
    Channels.close(channel);
  }

  @Override
  public void reading(boolean on) {
    reads = on;
    if (on) {
      loop.execute(this::readOn);
    } else {
      setAutoRead();
    }
  }

  private void setAutoRead() {
    channel.config().setAutoRead(closing || (reads && !awaitsPongs));
  }

  /** Flushes what is written and a close frame; then the peer has a moment to read it. */
  private void end(int code, String reason) {
    closing = true;
    ByteBuf gathered = room(MAX_CLOSE_BYTES);
    out = null;
    Frames.close(gathered, code, reason);
    releaseUnread();
    setAutoRead();
    loop.schedule(() -> Channels.close(channel), LINGER);
    Channels.closeAfter(channel.writeAndFlush(gathered), parts.secure(), false);
  }

  // The client's frames come.

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf in = (ByteBuf) message;
    if (closing) {
      in.release();
      return;
    }
    if (unread != null) {
      in = joined(unread, in);
      unread = null;
    }
    read(in);
  }

  private void read(ByteBuf in) {
    try {
      reader.read(in);
      if (!closing && in.isReadable()) {
        unread = kept(in);
      }
    } finally {
      in.release();
    }
  }

  /** Reads what has come already, and only then more: else the rest would grow at every pause. */
  private void readOn() {
    if (unread != null && accepts()) {
      ByteBuf in = unread;
      unread = null;
      read(in);
      flushPongs();
    }
    setAutoRead();
  }

  private ByteBuf joined(ByteBuf first, ByteBuf second) {
    ByteBuf both = channel.alloc().buffer(first.readableBytes() + second.readableBytes());
    both.writeBytes(first).writeBytes(second);
    first.release();
    second.release();
    return both;
  }

  /** A small rest must not keep the large buffer that it came in. */
  private static ByteBuf kept(ByteBuf in) {
    return in.readableBytes() > in.capacity() / 2 ? in.retain() : Unpooled.copiedBuffer(in);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    flushPongs();
  }

  private void flushPongs() {
    if (ponged) {
      flush();
    }
  }

  @Override
  public boolean accepts() {
    return started && reads && !awaitsPongs && !closing;
  }

  @Override
  public byte[] scratch(int size) {
    return loop.scratch(size);
  }

  @Override
  public int maxMessageBytes() {
    return parts.maxMessageBytes();
  }

  @Override
  public int maxFragments() {
    return parts.limits().fragments();
  }

  @Override
  public void onText(String text) {
    listener.onText(text);
  }

  @Override
  public void onBinary(byte[] data) {
    listener.onBinary(data);
  }

  @Override
  public void onFragments(boolean complete) {
    if (!complete) {
      fragmentsTimer =
          loop.schedule(
              () -> onViolation(FrameReader.POLICY, "Message fragments took too long"),
              parts.limits().fragmentTimeout());
    } else {
      cancelFragmentsTimer();
    }
  }

  @Override
  public void onPing(byte[] payload) {
    if (out == null && unsentBytes() == 0) {
      pendingPongs = 0;
    }
    ByteBuf buffer = room(Frames.MAX_HEADER_BYTES + payload.length);
    Frames.header(buffer, Frames.PONG, payload.length);
    buffer.writeBytes(payload);
    ponged = true;
    if (++pendingPongs >= parts.limits().pendingPongs()) {
      awaitPongs();
    }
  }

  /**
   * Reads no further until the pongs are on their way; a peer that does not take them is closed.
   */
  private void awaitPongs() {
    awaitsPongs = true;
    setAutoRead();
    ByteBuf gathered = room(0);
    out = null;
    ponged = false;
    EventLoop.Timeout patience = loop.schedule(this::abortForPongs, PONG_PATIENCE);
    channel
        .writeAndFlush(gathered)
        .addListener(
            written -> {
              patience.cancel();
              awaitsPongs = false;
              pendingPongs = 0;
              loop.execute(this::readOn);
            });
  }

  private void abortForPongs() {
    over(true, "Too many pings without reading the pongs");
    abort();
  }

  @Override
  public void onClose(int code, String reason) {
    end(code, "");
    over(false, reason);
  }

  @Override
  public void onViolation(int closeCode, String description) {
    if (!closing) {
      end(closeCode, "");
      over(true, description);
    }
  }

  // The end.

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (channel.isWritable() && !closing) {
      listener.onWritable();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    closing = true;
    loop.remove(this);
    discard();
    // A connection that is cut counts as closed, as the reference has it: mobile clients do that.
    over(false, "");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    Channels.logFailure(log, cause);
    abort();
  }

  private void over(boolean error, String description) {
    if (!over) {
      over = true;
      listener.onClose(error, description);
    }
  }

  private void discard() {
    if (out != null) {
      out.release();
      out = null;
    }
    releaseUnread();
    cancelFragmentsTimer();
  }

  private void releaseUnread() {
    if (unread != null) {
      unread.release();
      unread = null;
    }
  }

  private void cancelFragmentsTimer() {
    if (fragmentsTimer != null) {
      fragmentsTimer.cancel();
      fragmentsTimer = null;
    }
  }
}
