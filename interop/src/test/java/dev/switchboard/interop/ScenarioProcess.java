package dev.switchboard.interop;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** A running scenario server: one profile, on a port of its own, ready for connections. */
final class ScenarioProcess implements AutoCloseable {
  private static final int READY_WITHIN_SECONDS = 30;

  private final ChildProcess process;
  private final int port;
  private final boolean secure;

  private ScenarioProcess(ChildProcess process, int port, boolean secure) {
    this.process = process;
    this.port = port;
    this.secure = secure;
  }

  /**
   * Starts a server and waits until it is ready.
   *
   * @param environment {@code PROFILE} and the other variables of {@code CONTROL.md}
   */
  static ScenarioProcess start(ScenarioApp app, Map<String, String> environment)
      throws InterruptedException {
    return startAll(environment, app).get(0);
  }

  /** Starts several servers at once and waits until they are ready. */
  static List<ScenarioProcess> startAll(Map<String, String> environment, ScenarioApp... apps)
      throws InterruptedException {
    List<Launch> launched = Stream.of(apps).map(app -> Launch.of(app, environment)).toList();
    List<ScenarioProcess> servers = new ArrayList<>();
    try {
      for (Launch launch : launched) {
        servers.add(launch.await(environment));
      }
      return servers;
    } finally {
      if (servers.size() < apps.length) {
        launched.forEach(launch -> launch.process().close());
      }
    }
  }

  /** A server that is on its way. */
  private record Launch(ScenarioApp app, ChildProcess process, CompletableFuture<Integer> ready) {
    static Launch of(ScenarioApp app, Map<String, String> environment) {
      CompletableFuture<Integer> ready = new CompletableFuture<>();
      ChildProcess process =
          ChildProcess.start(
              app.command(),
              environment,
              line -> {
                if (line.startsWith("READY ")) {
                  ready.complete(Integer.valueOf(line.substring("READY ".length()).trim()));
                }
              });
      process.onExit().thenRun(() -> ready.completeExceptionally(new TimeoutException("it ended")));
      return new Launch(app, process, ready);
    }

    ScenarioProcess await(Map<String, String> environment) throws InterruptedException {
      try {
        int port = ready.get(READY_WITHIN_SECONDS, TimeUnit.SECONDS);
        return new ScenarioProcess(process, port, environment.containsKey("SSL_KEY"));
      } catch (ExecutionException | TimeoutException e) {
        process.close();
        throw new IllegalStateException(
            app + " with " + environment + " was not ready:\n" + process.output(), e);
      }
    }
  }

  String url() {
    return (secure ? "https" : "http") + "://127.0.0.1:" + port;
  }

  long pid() {
    return process.pid();
  }

  /** What it wrote last, for messages. */
  String output() {
    return process.output();
  }

  /** Ends it at once, in the middle of what it does. */
  void kill() throws InterruptedException {
    process.kill();
  }

  @Override
  public void close() {
    process.close();
  }
}
