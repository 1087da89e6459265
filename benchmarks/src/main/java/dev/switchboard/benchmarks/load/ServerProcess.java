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
import java.util.concurrent.TimeUnit;

/** A server as a process of its own, held to one core; what it uses is read from the kernel. */
final class ServerProcess implements AutoCloseable {

  private static final String READY = "READY ";

  /** The unit of the kernel's CPU times, {@code USER_HZ}, is a hundredth of a second everywhere. */
  private static final long TICK_NANOS = 10_000_000;

  private final ServerSpec spec;
  private final Path jcmd;
  private final Process process;
  private final Thread killer;
  private final int port;

  private ServerProcess(ServerSpec spec, Options options) throws IOException {
    this.spec = spec;
    jcmd = options.jdk().resolve("bin/jcmd");
    List<String> command = new ArrayList<>(List.of("taskset", "-c", options.serverCore()));
    command.addAll(spec.command());
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(spec.environment());
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    process = builder.start();
    killer = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(killer);
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    port = awaitReady(out);
    Thread drain = new Thread(() -> drain(out), "server-output");
    drain.setDaemon(true);
    drain.start();
  }

  static ServerProcess start(ServerSpec spec, Options options) throws IOException {
    return new ServerProcess(spec, options);
  }

  private int awaitReady(BufferedReader out) throws IOException {
    StringBuilder seen = new StringBuilder();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.startsWith(READY)) {
        return Integer.parseInt(line.substring(READY.length()).strip());
      }
      seen.append(line).append('\n');
    }
    throw new IllegalStateException("no server from " + spec.command() + ": " + seen);
  }

  private static void drain(Reader out) {
    try {
      out.transferTo(Writer.nullWriter());
    } catch (IOException e) {
      // the process has ended
    }
  }

  int port() {
    return port;
  }

  long pid() {
    return process.pid();
  }

  /** User and system time of all threads, ended ones included. */
  Duration cpu() throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid() + "/stat"));
    // the second field is a name in parentheses that may hold blanks; user time is the 14th
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return Duration.ofNanos((Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * TICK_NANOS);
  }

  long residentBytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + pid() + "/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
      }
    }
    throw new IllegalStateException("no VmRSS of process " + pid());
  }

  boolean jvm() {
    return spec.jvm();
  }

  /** What is left in the heap of a JVM after a full collection. */
  long liveHeapBytes() throws IOException {
    Process histogram =
        new ProcessBuilder(jcmd.toString(), Long.toString(pid()), "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    String text = new String(histogram.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int total = text.lastIndexOf("Total");
    if (total < 0) {
      throw new IllegalStateException("no histogram: " + text);
    }
    return Long.parseLong(text.substring(total).strip().split("\\s+", -1)[2]);
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
