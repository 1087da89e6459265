package dev.switchboard.server.netty;

import dev.switchboard.server.engine.HttpReply;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The rules of RFC 6455, section 4.2, for the request that opens a WebSocket. */
final class WebSocketHandshake {
  private static final Pattern KEY = Pattern.compile("[+/0-9A-Za-z]{22}==");
  private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  private WebSocketHandshake() {}

  /** Whether the client wants another protocol on this connection. */
  static boolean wanted(HttpRequest request) {
    HttpHeaders headers = request.headers();
    return headers.contains(HttpHeaderNames.UPGRADE)
        && headers.containsValue(HttpHeaderNames.CONNECTION, "upgrade", true);
  }

  /** Whether the protocol that the client wants is WebSocket. */
  static boolean named(HttpRequest request) {
    return "websocket".equalsIgnoreCase(request.headers().get(HttpHeaderNames.UPGRADE));
  }

  /** The answer to a handshake that is not valid; null if it is. */
  static @Nullable HttpReply refusal(HttpRequest request) {
    HttpHeaders headers = request.headers();
    if (!request.method().equals(HttpMethod.GET)) {
      return reply("Bad handshake method", Map.of());
    }
    if (!request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
      return reply("WebSocket needs HTTP/1.1", Map.of());
    }
    if (!named(request)) {
      return reply("Invalid Upgrade header", Map.of());
    }
    String key = headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY);
    if (key == null || !KEY.matcher(key).matches()) {
      return reply("Missing or invalid Sec-WebSocket-Key header", Map.of());
    }
    if (!"13".equals(headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION))) {
      return reply(
          "Missing or invalid Sec-WebSocket-Version header",
          Map.of("Sec-WebSocket-Version", List.of("13")));
    }
    if (headers.contains(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL)
        && subprotocols(headers).isEmpty()) {
      return reply("Invalid Sec-WebSocket-Protocol header", Map.of());
    }
    return null;
  }

  /** What the client offers; empty also if the offer is not valid. */
  static List<String> subprotocols(HttpHeaders headers) {
    List<String> offered = new ArrayList<>();
    for (String value : headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL)) {
      for (String name : value.split(",", -1)) {
        offered.add(name.strip());
      }
    }
    boolean valid =
        offered.stream().allMatch(name -> TOKEN.matcher(name).matches())
            && new HashSet<>(offered).size() == offered.size();
    return valid ? offered : List.of();
  }

  /**
   * The headers of the 101.
   *
   * @param headers of the request
   * @param more what the engine adds
   * @param extensions what was agreed upon, or null
   */
  static Map<String, List<String>> answer(
      HttpHeaders headers,
      Map<String, List<String>> more,
      List<String> subprotocols,
      @Nullable String extensions) {
    Map<String, List<String>> answer = new LinkedHashMap<>();
    String key = headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY);
    answer.put("Upgrade", List.of("websocket"));
    answer.put("Connection", List.of("Upgrade"));
    answer.put("Sec-WebSocket-Accept", List.of(accept(key)));
    List<String> offered = subprotocols(headers);
    for (String name : subprotocols) {
      if (offered.contains(name)) {
        answer.put("Sec-WebSocket-Protocol", List.of(name));
        break;
      }
    }
    if (extensions != null) {
      answer.put("Sec-WebSocket-Extensions", List.of(extensions));
    }
    answer.putAll(more);
    return answer;
  }

  /** The value of {@code Sec-WebSocket-Accept}. */
  static String accept(String key) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-1")
              .digest((key + GUID).getBytes(StandardCharsets.ISO_8859_1));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-1", e);
    }
  }

  /** A refusal as the reference words it: the bare message, as HTML. */
  static HttpReply reply(String message, Map<String, List<String>> headers) {
    Map<String, List<String>> all = new LinkedHashMap<>();
    all.put("Content-Type", List.of("text/html"));
    all.putAll(headers);
    return new HttpReply(400, all, message.getBytes(StandardCharsets.UTF_8), false, true);
  }
}
