package dev.switchboard.chaos;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A running {@link NodeMain}. It ends with this JVM, however that ends. */
final class NodeProcess implements AutoCloseable {
  private static final int WANTS_CONSENT = 24;

  private final Process process;
  private final int port;

  private NodeProcess(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Starts a node and waits until it accepts connections. */
  static NodeProcess start(AdapterKind kind, String redis, boolean snapshots) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1")); // it lives for seconds
    if (Runtime.version().feature() >= WANTS_CONSENT) {
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.addAll(
        List.of(NodeMain.class.getName(), kind.name(), redis, String.valueOf(snapshots)));
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      return new NodeProcess(process, readPort(process));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int readPort(Process process) throws IOException {
    var output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      if (line.startsWith("READY ")) {
        return Integer.parseInt(line.substring("READY ".length()));
      }
    }
    throw new IllegalStateException("the node ended before it was ready");
  }

  int port() {
    return port;
  }

  /** Ends it without a word, as {@code kill -9} does. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Stops its work, with all connections open. */
  void pause() throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-STOP", "" + process.pid()).start().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
