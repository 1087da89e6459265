package dev.switchboard.server;

import dev.switchboard.protocol.json.Json;
import dev.switchboard.server.engine.EngineSession;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a socket came in: the first request of its connection, which all its namespaces share, and
 * the authentication data, which each namespace has its own. Immutable.
 *
 * <p>The request is kept packed and is unpacked at each call: keep what is needed often.
 */
public final class Handshake {
  private static final DateTimeFormatter JAVASCRIPT_DATE =
      DateTimeFormatter.ofPattern(
              "EEE MMM dd yyyy HH:mm:ss 'GMT+0000 (Coordinated Universal Time)'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private final EngineSession session;
  private final long issuedMillis;
  private final Map<String, @Nullable Object> auth;
  private final Json json;

  Handshake(
      EngineSession session, long issuedMillis, Map<String, @Nullable Object> auth, Json json) {
    this.session = session;
    this.issuedMillis = issuedMillis;
    this.auth = auth;
    this.json = json;
  }

  /** The request's headers by lower-case name. */
  public Map<String, List<String>> headers() {
    return session.request().headers();
  }

  /** The first value of a header; the name may be of any case. */
  public Optional<String> header(String name) {
    List<String> values = session.request().headers().get(name.toLowerCase(Locale.ROOT));
    return values == null || values.isEmpty() ? Optional.empty() : Optional.of(values.get(0));
  }

  /** When the handshake was made. */
  public Instant issued() {
    return Instant.ofEpochMilli(issuedMillis);
  }

  /** The client's address: the TCP peer's, or what a trusted proxy says. */
  public String address() {
    return session.request().remoteAddress();
  }

  /** Whether the request had an Origin. */
  public boolean xdomain() {
    return session.request().headers().containsKey("origin");
  }

  /** Whether the request came over TLS. */
  public boolean secure() {
    return session.request().secure();
  }

  /** The request's path and query. */
  public String url() {
    return session.request().url();
  }

  /** The request's query; of a name that occurs several times the last value. */
  public Map<String, String> query() {
    return session.request().query();
  }

  /** The authentication data as a tree, empty if the client sent none. */
  public Map<String, @Nullable Object> auth() {
    return auth;
  }

  /**
   * The authentication data as a value of the application's.
   *
   * @throws IllegalArgumentException if it is not of that shape
   */
  public <T> T auth(Class<T> type) {
    Object value = json.fromTree(auth, type);
    if (value == null) {
      throw new IllegalArgumentException("the authentication data is no " + type.getSimpleName());
    }
    return type.cast(value);
  }

  /**
   * The object that the reference has: headers, time, address, xdomain, secure, issued, url, query,
   * auth.
   */
  public Map<String, @Nullable Object> toMap() {
    Map<String, Object> flatHeaders = new LinkedHashMap<>();
    session
        .request()
        .headers()
        .forEach(
            (name, values) ->
                flatHeaders.put(
                    name, name.equals("set-cookie") ? values : String.join(", ", values)));
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("headers", flatHeaders);
    map.put("time", JAVASCRIPT_DATE.format(issued()));
    map.put("address", address());
    map.put("xdomain", xdomain());
    map.put("secure", secure());
    map.put("issued", issuedMillis);
    map.put("url", url());
    map.put("query", query());
    map.put("auth", auth);
    return map;
  }
}
