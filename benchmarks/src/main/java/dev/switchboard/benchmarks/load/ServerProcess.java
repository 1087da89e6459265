package dev.switchboard.benchmarks.load;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A server as a process of its own, held to one core. */
final class ServerProcess implements Subject {

  private final ServerSpec spec;
  private final Path jcmd;
  private final ChildProcess process;
  private final int port;

  private ServerProcess(ServerSpec spec, Options options) throws IOException {
    this.spec = spec;
    jcmd = options.jdk().resolve("bin/jcmd");
    process =
        ChildProcess.start(
            List.of("taskset", "-c", options.serverCore()), spec.command(), spec.environment());
    port = Integer.parseInt(process.awaitLine("READY "));
  }

  static ServerProcess start(ServerSpec spec, Options options) throws IOException {
    return new ServerProcess(spec, options);
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public int entryPort() {
    return port;
  }

  long pid() {
    return process.pid();
  }

  @Override
  public Duration cpu() throws IOException {
    return process.cpu();
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
  public String toString() {
    return "process " + pid();
  }

  @Override
  public void close() {
    process.close();
  }
}
