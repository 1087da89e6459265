package dev.switchboard.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A process that a test started and that ends with it. Any thread may call its methods.
 *
 * <p>The children are told by {@code ENDS_WITH_STDIN} to end when their standard input does: it is
 * a pipe from this JVM, so they end even if the JVM is killed.
 */
final class ChildProcess implements AutoCloseable {
  private static final int KEPT_LINES = 400;
  private static final Duration GRACE = Duration.ofSeconds(3);

  private final Process process;
  private final Thread outputReader;
  private final Deque<String> lastLines = new ArrayDeque<>();

  private ChildProcess(Process process, Consumer<String> onLine) {
    this.process = process;
    this.outputReader = reading(process.getInputStream(), onLine);
    reading(process.getErrorStream(), line -> {});
  }

  /**
   * Starts a process in the folder of the module.
   *
   * @param onLine gets each line of the standard output, on a thread of its own
   */
  static ChildProcess start(
      List<String> command, Map<String, String> environment, Consumer<String> onLine) {
    ProcessBuilder builder = new ProcessBuilder(command).directory(moduleFolder().toFile());
    builder.environment().putAll(environment);
    builder.environment().put("ENDS_WITH_STDIN", "1");
    try {
      return new ChildProcess(builder.start(), onLine);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + command, e);
    }
  }

  /** The folder of this module, wherever the tests were started from. */
  static Path moduleFolder() {
    return Path.of(System.getProperty("basedir", ".")).toAbsolutePath();
  }

  /**
   * Waits for the end of the process and of its output.
   *
   * @return the exit code, or -1 if it still ran after {@code limit}; it is ended then
   */
  int awaitEnd(Duration limit) throws InterruptedException {
    if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      close();
      return -1;
    }
    outputReader.join();
    return process.exitValue();
  }

  CompletableFuture<Process> onExit() {
    return process.onExit();
  }

  long pid() {
    return process.pid();
  }

  /** The last lines of both outputs, for messages. */
  String output() {
    synchronized (lastLines) {
      return String.join("\n", lastLines);
    }
  }

  /** Ends the process at once, as SIGKILL does, and waits until it is gone. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Asks the process to end, and ends it if it does not. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private Thread reading(InputStream stream, Consumer<String> onLine) {
    Thread thread = new Thread(() -> read(stream, onLine), "output of " + process.pid());
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private void read(InputStream stream, Consumer<String> onLine) {
    try (var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        keep(line);
        onLine.accept(line);
      }
    } catch (IOException e) {
      keep("output lost: " + e); // the stream breaks when the process is ended by force
    }
  }

  private void keep(String line) {
    synchronized (lastLines) {
      if (lastLines.size() == KEPT_LINES) {
        lastLines.removeFirst();
      }
      lastLines.addLast(line);
    }
  }
}
