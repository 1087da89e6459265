package dev.switchboard.chat.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** The cluster as {@code bin/chat --nodes} starts it. For the thread of one test. */
final class ClusterProcess implements AutoCloseable {
  private static final Pattern ADDRESS = Pattern.compile("http://localhost:(\\d+)");

  private final Process process;
  private final List<String> lines = new CopyOnWriteArrayList<>();

  private ClusterProcess(Process process) {
    this.process = process;
    var reader = new Thread(this::read, "cluster-output");
    reader.setDaemon(true);
    reader.start();
  }

  /** Starts the cluster, on any free port, and waits until it tells its address. */
  static ClusterProcess start(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dswitchboard.project=../..",
                "-cp",
                System.getProperty("java.class.path"),
                ChatCluster.class.getName(),
                "--port",
                "0"));
    command.addAll(List.of(arguments));
    var cluster = new ClusterProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
    try {
      Awaitility.await("the cluster's address")
          .atMost(Duration.ofSeconds(90))
          .until(() -> cluster.has(ADDRESS) || !cluster.process.isAlive());
      if (!cluster.has(ADDRESS)) {
        throw new IOException("the cluster ended before it told its address: " + cluster.lines);
      }
    } catch (IOException | RuntimeException e) {
      cluster.close();
      throw e;
    }
    return cluster;
  }

  String address() {
    return "http://localhost:" + last(ADDRESS) + "/";
  }

  /** The id of the process that is {@code node1}, say, at the moment. */
  long processOf(String name) {
    return Long.parseLong(last(Pattern.compile("\\[" + name + "\\] runs as process (\\d+)")));
  }

  int portOf(String node) {
    return Integer.parseInt(last(Pattern.compile("\\[" + node + "\\] listens on port (\\d+)")));
  }

  /** As {@code kill -9} does. */
  void kill(String name) {
    ProcessHandle.of(processOf(name)).orElseThrow().destroyForcibly();
  }

  /** All processes of the cluster that live. */
  List<ProcessHandle> processes() {
    return process.descendants().filter(ProcessHandle::isAlive).toList();
  }

  /** Tells it to end, as Ctrl-C and {@code kill} do, and waits until it has. */
  void terminate() {
    process.destroy();
    process.onExit().orTimeout(30, TimeUnit.SECONDS).join();
  }

  /** As {@code kill -9} of the one that looks after the others does. */
  void killTheSupervisor() {
    process.destroyForcibly();
    process.onExit().orTimeout(30, TimeUnit.SECONDS).join();
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().completeOnTimeout(process, 30, TimeUnit.SECONDS).join();
    process.destroyForcibly();
  }

  private boolean has(Pattern pattern) {
    return lines.stream().anyMatch(line -> pattern.matcher(line).find());
  }

  private String last(Pattern pattern) {
    String last = null;
    for (String line : lines) {
      Matcher found = pattern.matcher(line);
      if (found.find()) {
        last = found.group(1);
      }
    }
    if (last == null) {
      throw new IllegalStateException("no line of the cluster is like " + pattern + ": " + lines);
    }
    return last;
  }

  private void read() {
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        lines.add(line);
      }
    } catch (IOException e) {
      lines.add("no more output: " + e.getMessage());
    }
  }
}
