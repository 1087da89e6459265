package dev.switchboard.server.netty;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.Set;

/** Which requests are refused before anybody looks at their path. */
final class RequestRules {
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");
  private static final Set<String> UNSUPPORTED_METHODS = Set.of("TRACE", "CONNECT");

  private RequestRules() {}

  /** The status to refuse a request with, or 0. */
  static int refusal(HttpRequest request, int maxHeaders) {
    if (request.decoderResult().isFailure()) {
      return refusal(request.decoderResult().cause());
    }
    String method = request.method().name();
    if (!METHODS.contains(method)) {
      return UNSUPPORTED_METHODS.contains(method) ? 501 : 400;
    }
    HttpVersion version = request.protocolVersion();
    boolean http11 = version.equals(HttpVersion.HTTP_1_1);
    if (!http11 && !version.equals(HttpVersion.HTTP_1_0)) {
      return 505;
    }
    HttpHeaders headers = request.headers();
    if (headers.size() > maxHeaders) {
      return 431;
    }
    int hosts = headers.getAll(HttpHeaderNames.HOST).size();
    return hosts > 1 || (http11 && hosts == 0) ? 400 : 0;
  }

  /** The status for what the decoder could not make sense of. */
  static int refusal(Throwable cause) {
    if (cause instanceof TooLongHttpLineException) {
      return 414;
    }
    return cause instanceof TooLongHttpHeaderException ? 431 : 400;
  }
}
