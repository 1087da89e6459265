package dev.switchboard.interop;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A redis-server of a test's own, on a free port, that keeps nothing. */
final class RedisProcess implements AutoCloseable {
  private final ChildProcess process;
  private final int port;

  private RedisProcess(ChildProcess process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Starts a server and waits until it is ready. */
  static RedisProcess start() throws IOException, InterruptedException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    CompletableFuture<Void> ready = new CompletableFuture<>();
    List<String> command =
        List.of("redis-server", "--port", "" + port, "--bind", "127.0.0.1", "--save", "");
    ChildProcess process =
        ChildProcess.start(
            command,
            Map.of(),
            line -> {
              if (line.contains("Ready to accept connections")) {
                ready.complete(null);
              }
            });
    process.onExit().thenRun(() -> ready.completeExceptionally(new TimeoutException("it ended")));
    try {
      ready.get(30, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      process.close();
      throw new IllegalStateException("redis-server was not ready:\n" + process.output(), e);
    }
    return new RedisProcess(process, port);
  }

  String url() {
    return "redis://127.0.0.1:" + port;
  }

  @Override
  public void close() {
    process.close();
  }
}
