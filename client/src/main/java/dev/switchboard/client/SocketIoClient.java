package dev.switchboard.client;

import java.util.function.Consumer;

/**
 * Where sockets come from.
 *
 * <pre>{@code
 * ClientSocket socket = SocketIoClient.create("https://example.com/chat",
 *     config -> config.auth(new Login(token)));
 * socket.on(POSTED, post -> show(post));
 * socket.onConnect(() -> log.info("connected as {}", socket.id()));
 * socket.connect();
 * }</pre>
 *
 * <p>The path of a URL names the namespace, its query goes along with the handshake. Sockets of
 * several namespaces of one server share one connection, if their settings of it are the same.
 */
public final class SocketIoClient {
  private SocketIoClient() {}

  /** A socket with the default settings, which connects at once. */
  public static ClientSocket connect(String url) {
    return connect(url, config -> {});
  }

  /**
   * A socket that connects at once. What happens before a handler is registered it misses: use
   * {@link #create} where that matters.
   *
   * @param url of scheme http, https, ws or wss; https if it has none
   * @throws IllegalArgumentException if the URL or a setting is wrong; the message says what to
   *     change
   */
  public static ClientSocket connect(String url, Consumer<ClientConfig> settings) {
    return create(url, settings).connect();
  }

  /** A socket that waits for its handlers, and then for {@link ClientSocket#connect}. */
  public static ClientSocket create(String url, Consumer<ClientConfig> settings) {
    Endpoint endpoint = Endpoint.parse(url);
    var config = new ClientConfig();
    settings.accept(config);
    Manager manager =
        Managers.SHARED.of(config.managerSettings(endpoint), endpoint.namespace(), config.forceNew);
    return new ClientSocket(manager, endpoint.namespace(), config.socketSettings());
  }
}
