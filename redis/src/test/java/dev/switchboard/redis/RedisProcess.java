package dev.switchboard.redis;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A redis-server of a test's own, on a free port and in a temporary folder. Tests of other modules
 * use it too.
 */
public final class RedisProcess implements AutoCloseable {
  private final int port;
  private final Path folder;
  private final List<String> command;
  private Process process;

  private RedisProcess(int port, Path folder, List<String> command) {
    this.port = port;
    this.folder = folder;
    this.command = command;
  }

  /** Starts a server and waits until it answers. It keeps nothing unless the options say so. */
  public static RedisProcess start(String... options) {
    int port = freePort();
    Path folder = temporaryFolder();
    List<String> command = new ArrayList<>(List.of("redis-server", "--port", "" + port));
    command.addAll(List.of("--bind", "127.0.0.1", "--save", "", "--dir", folder.toString()));
    command.addAll(List.of(options));
    return start(new RedisProcess(port, folder, command));
  }

  /**
   * Starts a Sentinel and waits until it answers.
   *
   * @param lines of its configuration: what it watches, and how
   */
  public static RedisProcess sentinel(String... lines) {
    int port = freePort();
    Path folder = temporaryFolder();
    Path configuration = folder.resolve("sentinel.conf");
    try {
      Files.write(configuration, List.of(lines)); // it writes there what it learns
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> command = new ArrayList<>(List.of("redis-server", configuration.toString()));
    command.addAll(List.of("--port", "" + port, "--bind", "127.0.0.1", "--sentinel"));
    return start(new RedisProcess(port, folder, command));
  }

  private static RedisProcess start(RedisProcess redis) {
    redis.restart();
    return redis;
  }

  private static Path temporaryFolder() {
    try {
      return Files.createTempDirectory("redis-test");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts it again, on the same port, after it was killed. */
  public void restart() {
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("log").toFile())
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    await("redis-server on port " + port).atMost(Duration.ofSeconds(30)).until(this::answers);
  }

  public int port() {
    return port;
  }

  public String uri() {
    return "redis://127.0.0.1:" + port;
  }

  /** Ends it without a word. */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  /** Stops its work, with all connections open. */
  public void pause() throws Exception {
    signal("-STOP");
  }

  public void resume() throws Exception {
    signal("-CONT");
  }

  private void signal(String signal) throws Exception {
    new ProcessBuilder("kill", signal, "" + process.pid()).start().waitFor();
  }

  /** The answer to a command that needs none of the client's state. */
  public String ask(String command) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5000);
      socket.setSoTimeout(5000);
      socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
      byte[] answer = new byte[4096];
      int length = socket.getInputStream().read(answer);
      return new String(answer, 0, Math.max(0, length), StandardCharsets.UTF_8);
    }
  }

  /** The output of {@code redis-cli}, line by line; for what {@link #ask} is too small. */
  public List<String> cli(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("redis-cli", "-p", "" + port));
    command.addAll(List.of(arguments));
    Process cli = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(cli.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (cli.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + " failed:\n" + output);
    }
    return output.lines().toList();
  }

  /** The folder that it works in. */
  public Path folder() {
    return folder;
  }

  private boolean answers() {
    try {
      String answer = ask("PING");
      return answer.startsWith("+PONG") || answer.startsWith("-LOADING");
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    await().atMost(Duration.ofSeconds(10)).until(() -> !process.isAlive());
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** A port that nobody listens on at the moment. */
  static int freePort() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
