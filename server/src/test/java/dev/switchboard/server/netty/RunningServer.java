package dev.switchboard.server.netty;

import dev.switchboard.server.engine.EngineSettings;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** A server on a free port of the loopback, for one test. */
final class RunningServer implements AutoCloseable {
  final EchoEngine engine = new EchoEngine();
  final NettyServer server;
  final InetSocketAddress address;

  RunningServer() {
    this(settings -> {}, server -> server);
  }

  RunningServer(
      Consumer<EngineSettings.Builder> settings, UnaryOperator<NettyServer.Builder> changes) {
    NettyServer.Builder builder =
        NettyServer.builder(EngineSettings.of(settings), engine)
            .settings(NettySettings.defaults().withLoops(2));
    server = changes.apply(builder).build();
    address = server.start("127.0.0.1", 0).orTimeout(20, TimeUnit.SECONDS).join();
  }

  ServerParts parts() {
    return server.parts();
  }

  @Override
  public void close() {
    server.close().orTimeout(20, TimeUnit.SECONDS).join();
  }
}
