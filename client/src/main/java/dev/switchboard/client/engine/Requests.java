package dev.switchboard.client.engine;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** The requests to one server: addresses, headers, cookies. Of the loop. */
final class Requests {
  private static final String COOKIE = "Cookie";

  private final String origin;
  private final EngineSettings settings;
  private final CookieJar cookies = new CookieJar();

  /**
   * @param origin scheme {@code http} or {@code https}, host and port
   */
  Requests(String origin, EngineSettings settings) {
    this.origin = origin;
    this.settings = settings;
  }

  /** The WebSocket of a new session, or, given its id, of one that moves. */
  URI webSocket(@Nullable String sid) {
    return URI.create(
        "ws" + origin.substring("http".length()) + target(EngineSettings.WEBSOCKET, sid));
  }

  HttpRequest get(@Nullable String sid) {
    HttpRequest.Builder request = request(sid);
    return sid == null ? request.GET().build() : request.method("GET", new SentOnce()).build();
  }

  HttpRequest post(@Nullable String sid, byte[] body, String contentType) {
    return request(sid)
        .header("Content-Type", contentType)
        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
        .build();
  }

  void headers(WebSocket.Builder builder) {
    headers().forEach(builder::header);
  }

  void answered(HttpHeaders answer) {
    cookies.store(answer);
  }

  private HttpRequest.Builder request(@Nullable String sid) {
    // no cache on the way may answer: each address is new
    String fresh = Long.toString(ThreadLocalRandom.current().nextLong(Long.MAX_VALUE), 36);
    URI address = URI.create(origin + target(EngineSettings.POLLING, sid) + "&t=" + fresh);
    HttpRequest.Builder builder = HttpRequest.newBuilder(address).header("Accept", "*/*");
    headers().forEach(builder::setHeader);
    return builder;
  }

  /** Those of the user, and the cookies behind the user's own. */
  private Map<String, String> headers() {
    String cookie = cookies.header(origin.startsWith("https"));
    if (cookie.isEmpty()) {
      return settings.headers();
    }
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    headers.putAll(settings.headers());
    headers.merge(COOKIE, cookie, (own, stored) -> own + "; " + stored);
    return headers;
  }

  private String target(String transport, @Nullable String sid) {
    StringBuilder target = new StringBuilder(settings.path()).append('?');
    if (!settings.query().isEmpty()) {
      target.append(settings.query()).append('&');
    }
    target.append("EIO=4&transport=").append(transport);
    if (sid != null) {
      target.append("&sid=").append(URLEncoder.encode(sid, StandardCharsets.UTF_8));
    }
    return target.toString();
  }
}
