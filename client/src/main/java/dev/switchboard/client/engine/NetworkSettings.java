package dev.switchboard.client.engine;

import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * How a client reaches the network. Clients with equal settings share threads and connections.
 *
 * @param tls what is trusted, and the client's own certificate; null is the JVM's default. The
 *     server's certificate must be trusted and name the host, always.
 * @param proxy null is the JVM's default, which its system properties set
 * @param authenticator answers a proxy that wants a password; null if none does
 */
public record NetworkSettings(
    @Nullable SSLContext tls,
    @Nullable ProxySelector proxy,
    @Nullable Authenticator authenticator) {
  public static final NetworkSettings DEFAULT = new NetworkSettings(null, null, null);

  /** Trust and certificate of the client. */
  public NetworkSettings tls(SSLContext context) {
    return new NetworkSettings(context, proxy, authenticator);
  }

  /** Goes through this HTTP proxy. */
  public NetworkSettings proxy(String host, int port) {
    return proxy(ProxySelector.of(InetSocketAddress.createUnresolved(host, port)));
  }

  /**
   * Goes through the proxies that this one selects; {@code HttpClient.Builder.NO_PROXY} is none.
   */
  public NetworkSettings proxy(ProxySelector selector) {
    return new NetworkSettings(tls, selector, authenticator);
  }

  /**
   * Answers a proxy that wants a password. For TLS through a proxy with the scheme {@code Basic}
   * the JVM needs {@code -Djdk.http.auth.tunneling.disabledSchemes=}.
   */
  public NetworkSettings authenticator(Authenticator answers) {
    return new NetworkSettings(tls, proxy, answers);
  }

  /** For requests. */
  HttpClient http() {
    return Shared.of(this).http;
  }

  /**
   * For WebSockets. Its own thread does all their work, not a pool: when a connection breaks right
   * behind a message, the JDK forgets to say so if at that moment it has not been asked for the
   * next message, and while a message is on its way to another thread it has not.
   */
  HttpClient webSockets() {
    return Shared.of(this).webSockets;
  }

  /** Threads on which names may be looked up. */
  static Executor threads() {
    return Shared.THREADS;
  }

  private HttpClient build(Executor executor) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            // version 2 starts with an upgrade, which Engine.IO takes for one of its own
            .version(HttpClient.Version.HTTP_1_1)
            // the headers of the handshake are not for whomever a redirect names
            .followRedirects(HttpClient.Redirect.NEVER)
            .executor(executor);
    if (tls != null) {
      builder.sslContext(tls);
    }
    if (proxy != null) {
      builder.proxy(proxy);
    }
    if (authenticator != null) {
      builder.authenticator(authenticator);
    }
    return builder.build();
  }

  /**
   * The HTTP clients in use: one for all that have equal settings. Any thread.
   *
   * <p>Their threads decode, encrypt and look up names, and never run code of the user.
   */
  private static final class Shared {
    private static final int MOST_THREADS = 4;
    private static final int MOST_CLIENTS = 16;
    private static final ThreadPoolExecutor THREADS = threads();

    // An HTTP client that falls out lives on as long as somebody holds it.
    private static final Map<NetworkSettings, Clients> CLIENTS =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<NetworkSettings, Clients> eldest) {
            return size() > MOST_CLIENTS;
          }
        };

    private record Clients(HttpClient http, HttpClient webSockets) {}

    static Clients of(NetworkSettings settings) {
      synchronized (CLIENTS) {
        return CLIENTS.computeIfAbsent(
            settings, s -> new Clients(s.build(THREADS), s.build(Runnable::run)));
      }
    }

    private static ThreadPoolExecutor threads() {
      var number = new AtomicInteger();
      var pool =
          new ThreadPoolExecutor(
              MOST_THREADS,
              MOST_THREADS,
              30,
              TimeUnit.SECONDS,
              new LinkedBlockingQueue<>(), // as long as there are connections with news
              task -> {
                var thread = new Thread(task, "switchboard-client-net-" + number.incrementAndGet());
                thread.setDaemon(true);
                return thread;
              });
      pool.allowCoreThreadTimeOut(true);
      return pool;
    }
  }
}
