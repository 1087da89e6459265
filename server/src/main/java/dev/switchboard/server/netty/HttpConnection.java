package dev.switchboard.server.netty;

import dev.switchboard.server.engine.EventLoop;
import dev.switchboard.server.engine.HttpReply;
import dev.switchboard.server.engine.RequestInfo;
import dev.switchboard.server.engine.WebSocketLink;
import dev.switchboard.server.engine.WebSocketListener;
import dev.switchboard.server.http.HttpAnswer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP/1.1 connection: takes its requests one at a time, has them answered, and ends or becomes
 * a WebSocket. All on its loop.
 *
 * <p>A connection is in one of the states below, and each that waits for the peer has a time limit.
 * While a request is answered nothing further is decoded (see {@link RequestDecoder}).
 */
final class HttpConnection extends ChannelInboundHandlerAdapter implements Connection {
  private enum State {
    /** For the next request, of which nothing has come. */
    IDLE,
    /** Reading the request line and the headers. */
    HEAD,
    BODY,
    /** The request is complete; its answer is not written. */
    ANSWERING,
    /** The answer is written; the peer does not take it fast enough to get another. */
    FLUSHING,
    /** The answer's head is written, its file on the way. */
    SENDING,
    /** The last answer is written; what the peer still sends is thrown away. */
    CLOSING
  }

  /** How long input is thrown away before the connection is closed for good. */
  private static final Duration LINGER = Duration.ofSeconds(1);

  private static final HttpReply TOO_MANY =
      new HttpReply(503, Map.of("Retry-After", List.of("5")), new byte[0], false, true);

  private static final byte[] NO_BODY = {};
  private static final Logger log = LoggerFactory.getLogger(HttpConnection.class);

  private final ServerParts parts;
  private final NettyEventLoop loop;
  private final Channel channel;
  private final RequestDecoder decoder;
  private final boolean full;
  private State state = State.HEAD;
  private @Nullable State limited;
  private EventLoop.@Nullable Timeout timer;
  private @Nullable IncomingRequest incoming;
  private @Nullable Exchange answering;
  private boolean keepAlive = true;
  private boolean withBody = true;
  private boolean sawBytes;
  // Whether the engine was told of the request whose body is coming.
  private boolean begun;
  private boolean inputComes;
  private boolean holdsReading;
  private int slot;

  /**
   * A connection that was accepted.
   *
   * @param full whether there are too many connections, so that this one is only told so
   */
  HttpConnection(ServerParts parts, NettyEventLoop loop, Channel channel, boolean full) {
    this.parts = parts;
    this.loop = loop;
    this.channel = channel;
    this.full = full;
    this.decoder = new RequestDecoder(this, parts.limits());
  }

  /** Puts the handlers into the pipeline. */
  void open() {
    channel.pipeline().addLast(decoder, this);
    loop.add(this);
    limit(parts.limits().headersTimeout());
  }

  EventLoop loop() {
    return loop;
  }

  Channel channel() {
    return channel;
  }

  ServerParts parts() {
    return parts;
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
    keepAlive = false;
    if (state == State.IDLE || (state == State.HEAD && !sawBytes)) {
      Channels.close(channel);
    }
  }

  // What the decoder asks and tells.

  boolean discardsInput() {
    return state == State.CLOSING;
  }

  boolean busy() {
    return state == State.ANSWERING || state == State.FLUSHING || state == State.SENDING;
  }

  /** Bytes have come. Whether they belong to the head of a request. */
  boolean startsOrContinuesHead() {
    sawBytes = true;
    if (state == State.IDLE) {
      state = State.HEAD;
    }
    return state == State.HEAD;
  }

  /** More has come than the request that is being answered: no more until that is done. */
  void holdReading() {
    holdsReading = true;
    channel.config().setAutoRead(false);
  }

  /** Answers with a status alone, and closes. */
  void refuse(int status) {
    refuse(IncomingRequest.status(status));
  }

  private void refuse(HttpReply reply) {
    abortIncoming();
    keepAlive = false;
    inputComes = true;
    end(write(reply));
  }

  // A request comes.

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (message instanceof HttpRequest request) {
        head(request);
      }
      if (message instanceof HttpContent content && incoming != null) {
        body(incoming, content);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void head(HttpRequest head) {
    if (!channel.isActive()) {
      return;
    }
    withBody = !head.method().name().equals("HEAD");
    int broken = RequestRules.refusal(head, parts.limits().headerCount());
    if (broken != 0) {
      refuse(broken);
      return;
    }
    if (full) {
      refuse(TOO_MANY);
      return;
    }
    IncomingRequest request = new IncomingRequest(head, parts);
    HttpReply refusal = request.refusal();
    if (refusal != null) {
      refuse(refusal);
      return;
    }
    keepAlive = keepAlive && request.keepsAlive();
    state = State.BODY;
    if (request.tooLarge(0)) {
      tooLarge(request);
      return;
    }
    incoming = request;
    if (request.expectsContinue()) {
      ResponseWriter.writeContinue(channel);
    }
  }

  private void body(IncomingRequest request, HttpContent content) {
    if (content.decoderResult().isFailure()) {
      refuse(400); // whatever is wrong with a chunk, it is not the request line that is too long
    } else if (request.tooLarge(content.content().readableBytes())) {
      incoming = null;
      tooLarge(request);
    } else {
      request.add(content.content());
      if (content instanceof LastHttpContent) {
        incoming = null;
        dispatch(request);
      }
    }
  }

  private void tooLarge(IncomingRequest request) {
    if (!request.forEngine()) {
      refuse(413);
      return;
    }
    keepAlive = false;
    inputComes = true;
    parts.engine().handleTooLarge(answering(new NettyHttpExchange(this, info(request), NO_BODY)));
  }

  private void dispatch(IncomingRequest request) {
    RequestInfo info = info(request);
    if (begun) {
      begun = false;
      parts.engine().handleComplete(info);
    }
    if (request.expectsTheUnknown()) {
      answering(new NettyHttpExchange(this, info, NO_BODY)).respond(HttpAnswer.empty(417));
      return;
    }
    if (request.upgrades()) {
      HttpHeaders headers = request.head().headers();
      parts.engine().handle(answering(new NettyWebSocketExchange(this, info, headers)));
      return;
    }
    var exchange = answering(new NettyHttpExchange(this, info, request.body()));
    if (request.forEngine()) {
      parts.engine().handle(exchange);
    } else {
      parts.routes().handle(exchange);
    }
  }

  private RequestInfo info(IncomingRequest request) {
    InetSocketAddress peer = (InetSocketAddress) channel.remoteAddress();
    return RequestReader.read(request.head(), peer.getAddress(), parts.secure(), parts.proxies());
  }

  private <T extends Exchange> T answering(T exchange) {
    answering = exchange;
    state = State.ANSWERING;
    unlimit();
    return exchange;
  }

  /** The request that is coming will not be complete. */
  private void abortIncoming() {
    IncomingRequest request = incoming;
    incoming = null;
    if (request != null && request.forEngine()) {
      parts.engine().handleAborted(info(request));
    }
  }

  // A request is answered.

  /** Writes the answer to {@code exchange}, unless the peer has gone. */
  void answer(Exchange exchange, HttpReply reply) {
    if (answering == exchange) {
      answering = null;
      keepAlive = keepAlive && !reply.close();
      written(write(reply));
    }
  }

  /** As {@link #answer(Exchange, HttpReply)}, with a file. */
  void answer(Exchange exchange, HttpAnswer answer, FileSender file) {
    if (answering != exchange) {
      file.cancel();
      return;
    }
    answering = null;
    ChannelFuture head = ResponseWriter.writeHead(channel, loop, answer, !keepAlive);
    if (!withBody) {
      file.cancel();
      written(head);
      return;
    }
    state = State.SENDING;
    limit(parts.limits().bodyTimeout());
    file.send(() -> limit(parts.limits().bodyTimeout()))
        .addListener(
            sent -> {
              if (sent.isSuccess()) {
                written(channel.newSucceededFuture());
              } else {
                Channels.close(channel);
              }
            });
  }

  private ChannelFuture write(HttpReply reply) {
    return ResponseWriter.write(channel, loop, reply, withBody, !keepAlive);
  }

  private void written(ChannelFuture written) {
    if (!keepAlive) {
      end(written);
    } else if (channel.isWritable()) {
      next();
    } else {
      state = State.FLUSHING;
      limit(parts.limits().bodyTimeout());
    }
  }

  private void next() {
    state = State.IDLE;
    limit(parts.limits().keepAliveTimeout());
    if (holdsReading) {
      holdsReading = false;
      channel.config().setAutoRead(true);
    }
    ChannelHandlerContext ctx = channel.pipeline().context(decoder);
    if (ctx != null) {
      try {
        decoder.resume(ctx);
      } catch (Exception e) {
        exceptionCaught(ctx, e);
      }
    }
  }

  /** Closes once the last answer is out and the peer has had a moment to read it. */
  private void end(ChannelFuture written) {
    state = State.CLOSING;
    limit(parts.limits().bodyTimeout());
    channel.config().setAutoRead(true);
    written.addListener(done -> limit(LINGER));
    Channels.closeAfter(written, parts.secure(), inputComes);
  }

  /** Answers 101 and gives the connection over to the WebSocket protocol. */
  WebSocketLink upgrade(
      NettyWebSocketExchange exchange,
      Map<String, List<String>> headers,
      WebSocketListener listener) {
    HttpHeaders sent = exchange.requestHeaders();
    String extensions = parts.compression().webSocket() ? PerMessageDeflate.answer(sent) : null;
    var link = new WebSocketConnection(channel, loop, parts, listener, extensions != null);
    if (answering != exchange || !channel.isActive()) {
      link.openClosed();
      return link;
    }
    answering = null;
    ResponseWriter.writeSwitch(
        channel, WebSocketHandshake.answer(sent, headers, parts.subprotocols(), extensions));
    loop.replace(this, link);
    channel.pipeline().replace(this, null, link);
    channel.pipeline().remove(decoder);
    if (holdsReading) {
      channel.config().setAutoRead(true);
    }
    link.open();
    return link;
  }

  // Time runs out, or the peer goes.

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (state == State.HEAD && limited != State.HEAD) {
      limit(parts.limits().headersTimeout());
    } else if (state == State.BODY && limited != State.BODY) {
      limit(parts.limits().bodyTimeout());
      begin();
    }
  }

  /** The head is here, the body is not: the engine counts the request from now on. */
  private void begin() {
    if (incoming != null && incoming.forEngine()) {
      begun = true;
      parts.engine().handleBegun(info(incoming));
    }
  }

  private void limit(Duration time) {
    unlimit();
    limited = state;
    timer = loop.schedule(this::expire, time);
  }

  private void unlimit() {
    limited = null;
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  private void expire() {
    timer = null;
    if (state == State.BODY || (state == State.HEAD && sawBytes)) {
      refuse(408);
    } else {
      Channels.close(channel);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (state == State.FLUSHING && channel.isWritable()) {
      next();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    loop.remove(this);
    unlimit();
    state = State.CLOSING;
    abortIncoming();
    Exchange exchange = answering;
    answering = null;
    if (exchange != null) {
      exchange.abort();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    Channels.logFailure(log, cause);
    Channels.close(channel);
  }
}
