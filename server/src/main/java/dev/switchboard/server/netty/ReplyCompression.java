package dev.switchboard.server.netty;

import dev.switchboard.server.engine.HttpReply;
import dev.switchboard.server.http.ContentCoding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Compresses the bodies of answers for clients that take it. Any thread. */
final class ReplyCompression {
  private ReplyCompression() {}

  /** Whether the answer could be compressed for some client, so that it varies with the client. */
  static boolean applies(HttpReply reply, int thresholdBytes) {
    if (!reply.compressible() || reply.status() != 200 || reply.body().length < thresholdBytes) {
      return false;
    }
    String type = header(reply.headers(), "content-type");
    return type != null && ContentCoding.compresses(type) && !negotiated(reply);
  }

  /** Whether somebody has chosen an encoding for this client already. */
  private static boolean negotiated(HttpReply reply) {
    String vary = header(reply.headers(), "vary");
    return header(reply.headers(), "content-encoding") != null
        || (vary != null && vary.toLowerCase(Locale.ROOT).contains("accept-encoding"));
  }

  /**
   * The answer as this client gets it.
   *
   * @param acceptEncoding of the request, or null
   */
  static HttpReply apply(HttpReply reply, @Nullable String acceptEncoding) {
    ContentCoding coding = ContentCoding.of(acceptEncoding);
    Map<String, List<String>> headers = new LinkedHashMap<>();
    List<String> vary = new ArrayList<>();
    reply
        .headers()
        .forEach(
            (name, values) -> {
              if (name.equalsIgnoreCase("vary")) {
                vary.addAll(values);
              } else if (name.equalsIgnoreCase("etag") && coding != ContentCoding.IDENTITY) {
                headers.put(name, List.of(weak(values.get(0))));
              } else {
                headers.put(name, values);
              }
            });
    vary.add("Accept-Encoding");
    headers.put("Vary", List.of(String.join(", ", vary)));
    if (coding != ContentCoding.IDENTITY) {
      headers.put("Content-Encoding", List.of(coding.token()));
    }
    return new HttpReply(
        reply.status(), headers, coding.encode(reply.body()), false, reply.close());
  }

  /** Compressed, the content is the same, but its bytes are not those that the tag was made for. */
  private static String weak(String tag) {
    return tag.startsWith("W/") ? tag : "W/" + tag;
  }

  private static @Nullable String header(Map<String, List<String>> headers, String name) {
    for (Map.Entry<String, List<String>> header : headers.entrySet()) {
      if (header.getKey().equalsIgnoreCase(name)) {
        return header.getValue().get(0);
      }
    }
    return null;
  }
}
