package dev.switchboard.server.netty;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Agrees with a client upon permessage-deflate (RFC 7692, section 7): without context takeover on
 * either side, so that no connection keeps a window.
 */
final class PerMessageDeflate {
  private static final String NAME = "permessage-deflate";
  private static final String ANSWER =
      NAME + "; server_no_context_takeover; client_no_context_takeover";

  private PerMessageDeflate() {}

  /** What to answer in {@code Sec-WebSocket-Extensions}; null if no offer can be accepted. */
  static @Nullable String answer(HttpHeaders headers) {
    for (String value : headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS)) {
      for (String offer : value.split(",", -1)) {
        if (isAcceptable(offer.strip().toLowerCase(Locale.ROOT))) {
          return ANSWER;
        }
      }
    }
    return null;
  }

  private static boolean isAcceptable(String offer) {
    List<String> parts = List.of(offer.split(";", -1));
    if (!parts.get(0).strip().equals(NAME)) {
      return false;
    }
    Set<String> seen = new HashSet<>();
    for (String part : parts.subList(1, parts.size())) {
      String[] pair = part.strip().split("=", 2);
      String name = pair[0].strip();
      String value = pair.length == 1 ? "" : pair[1].strip().replace("\"", "");
      boolean fits =
          switch (name) {
            case "server_no_context_takeover", "client_no_context_takeover" -> pair.length == 1;
            case "client_max_window_bits" -> pair.length == 1 || isWindow(value);
            // The JDK's compressor knows the greatest window only.
            case "server_max_window_bits" -> value.equals("15");
            default -> false;
          };
      if (!fits || !seen.add(name)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isWindow(String bits) {
    return Set.of("8", "9", "10", "11", "12", "13", "14", "15").contains(bits);
  }
}
