package dev.switchboard.interop.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One process of the scenario app: a profile, and limits that differ from the defaults. What it
 * prints goes to {@code target/wire-<profile>.log}. Any thread may ask.
 */
final class ServerProcess implements Closeable {
  private final String name;
  private final Process process;
  private final CompletableFuture<Integer> port = new CompletableFuture<>();
  private final Map<String, CompletableFuture<String>> reasons = new ConcurrentHashMap<>();
  private final List<String> complaints = new ArrayList<>();

  private ServerProcess(String name, Process process) {
    this.name = name;
    this.process = process;
  }

  /**
   * @param limits a JSON object, empty for the defaults
   */
  static ServerProcess start(ServerKind kind, String profile, String limits) {
    String name = profile + (limits.isEmpty() ? "" : "-limits");
    var builder = new ProcessBuilder(kind.command()).redirectErrorStream(true);
    builder.environment().put("ENDS_WITH_STDIN", "1");
    builder.environment().put("PROFILE", profile);
    builder.environment().put("PORT", "0");
    builder.environment().put("TRACE", "disconnects");
    if (!limits.isEmpty()) {
      builder.environment().put("LIMITS", limits);
    }
    try {
      var server = new ServerProcess(name, builder.start());
      var reader = new Thread(server::readOutput, "output of " + name);
      reader.setDaemon(true);
      reader.start();
      server.port.get(30, TimeUnit.SECONDS);
      return server;
    } catch (Exception e) {
      throw new IllegalStateException(
          "the server of profile " + profile + " did not print READY; see target/wire-*.log", e);
    }
  }

  private void readOutput() {
    try (BufferedReader lines = process.inputReader(UTF_8);
        BufferedWriter log =
            Files.newBufferedWriter(
                Files.createDirectories(Path.of("target")).resolve("wire-" + name + ".log"))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        log.append(line).append('\n').flush();
        look(line);
      }
      port.completeExceptionally(new IOException("the process ended"));
    } catch (IOException endedByUs) {
      port.completeExceptionally(endedByUs);
    }
  }

  private void look(String line) {
    String[] words = line.split(" ", 3);
    if (words[0].equals("READY")) {
      port.complete(Integer.parseInt(words[1]));
    } else if (words[0].equals("DISCONNECT")) {
      reason(words[1]).complete(words[2]);
    } else if (line.contains("LEAK") || line.contains("Exception") || line.contains("Error:")) {
      synchronized (complaints) {
        complaints.add(name + ": " + line);
      }
    }
  }

  private CompletableFuture<String> reason(String socketId) {
    return reasons.computeIfAbsent(socketId, id -> new CompletableFuture<>());
  }

  int port() {
    return port.join();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Why the socket was disconnected, as soon as the app was told. */
  String disconnectReason(String socketId, Duration patience) {
    try {
      return reason(socketId).get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return "still connected";
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Leaks and uncaught exceptions that the process printed so far. */
  List<String> complaints() {
    synchronized (complaints) {
      return List.copyOf(complaints);
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
