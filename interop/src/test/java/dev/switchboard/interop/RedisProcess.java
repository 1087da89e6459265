package dev.switchboard.interop;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A redis-server of a test's own, on a free port, that keeps nothing. */
final class RedisProcess implements AutoCloseable {
  private final int port;
  private ChildProcess process;

  private RedisProcess(int port) throws InterruptedException {
    this.port = port;
    this.process = run(port);
  }

  /** Starts a server and waits until it is ready. */
  static RedisProcess start() throws IOException, InterruptedException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    return new RedisProcess(port);
  }

  /** Starts it anew, on the same port, after it was killed. */
  void restart() throws InterruptedException {
    process = run(port);
  }

  private static ChildProcess run(int port) throws InterruptedException {
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
    return process;
  }

  /** Ends it without a word. */
  void kill() throws Exception {
    signal("KILL");
    process.onExit().get(30, TimeUnit.SECONDS);
  }

  /** Stops its work, with all connections open. */
  void pause() throws Exception {
    signal("STOP");
  }

  void resume() throws Exception {
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor();
  }

  /** Runs a command with redis-cli. */
  void command(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("redis-cli", "-p", "" + port));
    command.addAll(List.of(words));
    new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  String url() {
    return "redis://127.0.0.1:" + port;
  }

  @Override
  public void close() {
    process.close();
  }
}
