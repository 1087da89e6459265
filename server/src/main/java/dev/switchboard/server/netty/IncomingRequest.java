package dev.switchboard.server.netty;

import dev.switchboard.server.engine.HttpReply;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request of which the head has come, and its body as it comes. One connection's. */
final class IncomingRequest {
  private final HttpRequest head;
  private final boolean forEngine;
  private final boolean upgrades;
  private final long announcedBytes;
  private final int maxBytes;
  private final RequestBody body = new RequestBody();

  IncomingRequest(HttpRequest head, ServerParts parts) {
    this.head = head;
    this.forEngine = parts.isEngine(RequestReader.path(head.uri()));
    // a route answers in HTTP/1.1 what could be h2c, which clients offer unasked; the engine
    // refuses
    this.upgrades =
        WebSocketHandshake.wanted(head) && (forEngine || WebSocketHandshake.named(head));
    this.announcedBytes = HttpUtil.getContentLength(head, -1L);
    this.maxBytes = forEngine ? parts.maxMessageBytes() : parts.maxRouteBodyBytes();
  }

  HttpRequest head() {
    return head;
  }

  /** Whether it is the engine's; else it is for a plain HTTP route. */
  boolean forEngine() {
    return forEngine;
  }

  /** Whether it is a WebSocket handshake. */
  boolean upgrades() {
    return upgrades;
  }

  boolean keepsAlive() {
    return HttpUtil.isKeepAlive(head) && head.protocolVersion().equals(HttpVersion.HTTP_1_1);
  }

  /** Whether the body is, by its announced length, or with {@code more} bytes, beyond the limit. */
  boolean tooLarge(int more) {
    return announcedBytes > maxBytes || body.size() + more > maxBytes;
  }

  /** Whether the client waits to be asked for the body. */
  boolean expectsContinue() {
    return "100-continue".equalsIgnoreCase(head.headers().get(HttpHeaderNames.EXPECT));
  }

  /** Whether the client expects what nobody knows. */
  boolean expectsTheUnknown() {
    return head.headers().contains(HttpHeaderNames.EXPECT) && !expectsContinue();
  }

  /** The answer to a request that nobody need see the rest of; null if it is to be gone on with. */
  @Nullable HttpReply refusal() {
    if (upgrades) {
      return forEngine ? WebSocketHandshake.refusal(head) : status(404);
    }
    String encoding = head.headers().get(HttpHeaderNames.CONTENT_ENCODING);
    boolean encoded = encoding != null && !encoding.equalsIgnoreCase("identity");
    return forEngine && encoded ? status(415) : null;
  }

  void add(ByteBuf part) {
    body.add(part, announcedBytes);
  }

  byte[] body() {
    return body.toBytes();
  }

  /** An answer without anything but its status, after which the connection is closed. */
  static HttpReply status(int status) {
    return new HttpReply(status, Map.<String, List<String>>of(), new byte[0], false, true);
  }
}
