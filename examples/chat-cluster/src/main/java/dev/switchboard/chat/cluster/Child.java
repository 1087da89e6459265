package dev.switchboard.chat.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A process that is kept running: when it ends it is started again, after a pause that grows while
 * it keeps ending soon. What it prints is printed with its name before it.
 *
 * <p>Any thread.
 */
final class Child {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  /** Who lived this long begins with the first pause again. */
  private static final Duration STEADY = Duration.ofSeconds(10);

  /** After this the process is killed. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final String name;
  private final List<String> command;
  private final Map<String, String> environment;
  private final Consumer<String> output;
  private @Nullable Process process;
  private Duration pause = FIRST_PAUSE;
  private long startedAt;
  private boolean stopping;

  Child(String name, List<String> command, Map<String, String> environment) {
    this(name, command, environment, System.out::println);
  }

  /**
   * @param output takes each line that is printed
   */
  Child(
      String name, List<String> command, Map<String, String> environment, Consumer<String> output) {
    this.name = name;
    this.output = output;
    this.command = Program.tethered(command);
    this.environment = Map.copyOf(environment);
  }

  /**
   * @throws UncheckedIOException if there is no such program
   */
  synchronized void start() {
    if (stopping) {
      return;
    }
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    try {
      Process started = builder.start();
      process = started;
      startedAt = System.nanoTime();
      print("runs as process " + started.pid());
      var printer = new Thread(() -> passOn(started), name + "-output");
      printer.setDaemon(true);
      printer.start();
      started.onExit().thenAccept(this::ended);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends the process and does not start it again; completes when it has ended. */
  synchronized CompletableFuture<Void> stop() {
    stopping = true;
    Process running = process;
    if (running == null) {
      return CompletableFuture.completedFuture(null);
    }
    running.toHandle().destroy(); // Process.destroy would no longer listen to its last words
    CompletableFuture.delayedExecutor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
        .execute(running::destroyForcibly);
    return running.onExit().thenAccept(ended -> {});
  }

  private synchronized void ended(Process ended) {
    closeInput(ended);
    if (stopping) {
      return;
    }
    if (System.nanoTime() - startedAt > STEADY.toNanos()) {
      pause = FIRST_PAUSE;
    }
    print("ended with " + ended.exitValue() + ", starts again in " + pause.toMillis() + " ms");
    CompletableFuture.delayedExecutor(pause.toMillis(), TimeUnit.MILLISECONDS).execute(this::start);
    Duration doubled = pause.multipliedBy(2);
    pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
  }

  private void passOn(Process from) {
    try (BufferedReader lines = from.inputReader(StandardCharsets.UTF_8)) {
      lines.lines().forEach(this::print);
    } catch (IOException | UncheckedIOException e) {
      // it has ended
    }
  }

  /** Lets go of the one that would end the process, which is gone. */
  private static void closeInput(Process process) {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // nobody reads any more
    }
  }

  private void print(String line) {
    output.accept("[" + name + "] " + line);
  }
}
