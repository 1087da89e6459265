package dev.switchboard.server.netty;

import dev.switchboard.server.engine.RequestInfo;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Turns Netty's request into the engine's, without a reference to Netty's objects. */
final class RequestReader {
  private RequestReader() {}

  static RequestInfo read(
      HttpRequest request, InetAddress peer, boolean secure, ProxySettings proxies) {
    Forwarding client = Forwarding.of(request.headers(), peer, secure, proxies);
    Map<String, List<String>> headers = headers(request.headers());
    // The origin check believes this header, so it must come from a trusted proxy or not at all.
    headers.remove("x-forwarded-host");
    if (client.host() != null) {
      headers.put("x-forwarded-host", List.of(client.host()));
    }
    return new RequestInfo(
        request.method().name(),
        request.uri(),
        QueryString.parse(request.uri()),
        headers,
        text(client.address()),
        client.secure());
  }

  /** The path of a request, as sent. */
  static String path(String url) {
    for (int i = 0; i < url.length(); i++) {
      char c = url.charAt(i);
      if (c == '?' || c == '#') {
        return url.substring(0, i);
      }
    }
    return url;
  }

  private static Map<String, List<String>> headers(HttpHeaders sent) {
    Map<String, List<String>> headers = new HashMap<>();
    Iterator<Map.Entry<CharSequence, CharSequence>> entries = sent.iteratorCharSequence();
    while (entries.hasNext()) {
      Map.Entry<CharSequence, CharSequence> entry = entries.next();
      String name = entry.getKey().toString().toLowerCase(Locale.ROOT);
      List<String> values = List.of(entry.getValue().toString());
      headers.merge(name, values, RequestReader::joined);
    }
    return headers;
  }

  private static List<String> joined(List<String> first, List<String> second) {
    List<String> all = new ArrayList<>(first);
    all.addAll(second);
    return List.copyOf(all);
  }

  private static String text(InetAddress address) {
    String text = address.getHostAddress();
    int zone = text.indexOf('%');
    return zone < 0 ? text : text.substring(0, zone);
  }
}
