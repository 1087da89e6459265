package dev.switchboard.benchmarks.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A process that ends with this one; what it uses is read from the kernel. */
final class ChildProcess implements AutoCloseable {

  /** The unit of the kernel's CPU times, {@code USER_HZ}, is a hundredth of a second everywhere. */
  private static final long TICK_NANOS = 10_000_000;

  private final Process process;
  private final Thread killer;
  private final BufferedReader out;

  private ChildProcess(Process process) {
    this.process = process;
    killer = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(killer);
    out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  static ChildProcess start(List<String> command, List<String> arguments) throws IOException {
    return start(command, arguments, Map.of());
  }

  static ChildProcess start(
      List<String> command, List<String> arguments, Map<String, String> environment)
      throws IOException {
    List<String> words = new ArrayList<>(command);
    words.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.environment().putAll(environment);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    return new ChildProcess(builder.start());
  }

  /** The rest of the first line of its output that begins so; what follows is thrown away. */
  String awaitLine(String beginning) throws IOException {
    StringBuilder seen = new StringBuilder();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.startsWith(beginning)) {
        ignoreOutput();
        return line.substring(beginning.length()).strip();
      }
      seen.append(line).append('\n');
    }
    throw new IllegalStateException("the process ended without " + beginning + ": " + seen);
  }

  /** Reads its output, so that it does not wait for that. */
  void ignoreOutput() {
    Thread drain = new Thread(() -> drain(out), "server-output");
    drain.setDaemon(true);
    drain.start();
  }

  private static void drain(Reader out) {
    try {
      out.transferTo(Writer.nullWriter());
    } catch (IOException e) {
      // the process has ended
    }
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** User and system time of all threads, ended ones included. */
  Duration cpu() throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid() + "/stat"));
    // the second field is a name in parentheses that may hold blanks; user time is the 14th
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return Duration.ofNanos((Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * TICK_NANOS);
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().removeShutdownHook(killer);
  }
}
