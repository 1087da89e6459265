package dev.switchboard.client;

import dev.switchboard.server.ServerConfig;
import dev.switchboard.server.SocketIoServer;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A server of this JVM, on a port of its own. */
final class TestServer implements AutoCloseable {
  final SocketIoServer io;

  private TestServer(SocketIoServer io) {
    this.io = io;
  }

  /** A server whose handlers are registered before it opens its port. */
  static TestServer start(Consumer<ServerConfig> settings, Consumer<SocketIoServer> handlers) {
    return start(0, settings, handlers);
  }

  static TestServer start(Consumer<SocketIoServer> handlers) {
    return start(0, config -> {}, handlers);
  }

  static TestServer start(
      int port, Consumer<ServerConfig> settings, Consumer<SocketIoServer> handlers) {
    SocketIoServer io =
        SocketIoServer.create(
            config -> {
              config.host("127.0.0.1").port(port);
              settings.accept(config);
            });
    handlers.accept(io);
    io.start().orTimeout(20, TimeUnit.SECONDS).join();
    return new TestServer(io);
  }

  int port() {
    return io.port();
  }

  String url() {
    return "http://127.0.0.1:" + io.port();
  }

  @Override
  public void close() {
    io.close();
  }
}
