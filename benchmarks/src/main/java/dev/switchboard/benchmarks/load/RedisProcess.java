package dev.switchboard.benchmarks.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;

/** A Redis that keeps nothing, as a process of its own on the core of the servers. */
final class RedisProcess implements AutoCloseable {

  private static final Duration START_TIMEOUT = Duration.ofSeconds(10);

  private final ChildProcess process;
  private final int port;

  private RedisProcess(ChildProcess process, int port) {
    this.process = process;
    this.port = port;
  }

  static RedisProcess start(Options options) throws IOException {
    int port = freePort();
    ChildProcess process =
        ChildProcess.start(
            List.of("taskset", "-c", options.serverCore(), "redis-server"),
            List.of("--port", Integer.toString(port), "--bind", "127.0.0.1", "--save", ""));
    process.ignoreOutput();
    RedisProcess redis = new RedisProcess(process, port);
    try {
      redis.await();
      return redis;
    } catch (IllegalStateException e) {
      redis.close();
      throw e;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void await() {
    long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
    while (!accepts()) {
      if (System.nanoTime() > deadline || !process.isAlive()) {
        throw new IllegalStateException("no redis-server on port " + port);
      }
      Thread.onSpinWait();
    }
  }

  private boolean accepts() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  int port() {
    return port;
  }

  long pid() {
    return process.pid();
  }

  Duration cpu() throws IOException {
    return process.cpu();
  }

  @Override
  public void close() {
    process.close();
  }
}
