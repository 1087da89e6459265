package dev.switchboard.chat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The chat in a process of its own, so that it can be killed. For the thread of one test. */
final class ChatProcess implements AutoCloseable {
  private static final Pattern ADDRESS = Pattern.compile("http://localhost:(\\d+)");

  private final Process process;
  private final int port;

  private ChatProcess(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Starts the chat, on any free port if {@code port} is 0, and waits for its address. */
  static ChatProcess start(int port) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                ChatServer.class.getName(),
                Integer.toString(port))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    var output = new BufferedReader(process.inputReader(StandardCharsets.UTF_8));
    StringBuilder seen = new StringBuilder();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      seen.append(line).append('\n');
      Matcher address = ADDRESS.matcher(line);
      if (address.find()) {
        return new ChatProcess(process, Integer.parseInt(address.group(1)));
      }
    }
    throw new IOException("the chat ended before it told its address: " + seen);
  }

  int port() {
    return port;
  }

  String address() {
    return "http://localhost:" + port + "/";
  }

  /** Tells it to end, as Ctrl-C and {@code kill} do, and waits until it has. */
  void terminate() {
    process.destroy();
    process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
  }

  /** As {@code kill -9} does. */
  void kill() {
    process.destroyForcibly();
    process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
  }

  @Override
  public void close() {
    kill();
  }
}
