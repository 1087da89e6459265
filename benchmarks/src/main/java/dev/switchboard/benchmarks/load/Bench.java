package dev.switchboard.benchmarks.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts each server in each round, one at a time and in turn, so that a slow moment of the machine
 * hits all of them; writes progress to standard error and the tables to standard output.
 */
public final class Bench {

  private final Options options;
  private final List<ServerSpec> servers;
  private final Report report = new Report();
  private boolean failed;

  private Bench(Options options) throws IOException {
    this.options = options;
    servers = new ArrayList<>();
    for (String name : options.servers()) {
      servers.add(ServerSpec.named(name, options));
    }
  }

  public static void main(String[] arguments) throws IOException {
    if (List.of(arguments).contains("--help")) {
      System.out.print(Options.HELP);
      return;
    }
    Bench bench = new Bench(Options.parse(arguments));
    bench.run();
    System.out.print(bench.report.markdown());
    if (bench.failed) {
      System.exit(1);
    }
  }

  private void run() throws IOException {
    for (int round = 1; round <= options.rounds(); round++) {
      for (ServerSpec spec : servers) {
        measureLoads(spec, round);
      }
    }
    if (!options.idleConnections().isEmpty()) {
      for (ServerSpec spec : servers) {
        measureMemory(spec);
      }
    }
  }

  private void measureLoads(ServerSpec spec, int round) throws IOException {
    List<Scenario> alone = new ArrayList<>(options.scenarios());
    alone.removeIf(Scenario::needsPair);
    if (!alone.isEmpty()) {
      try (ServerProcess server = ServerProcess.start(spec, options)) {
        measure(alone, server, spec.name(), round);
      }
    }
    List<Scenario> joined = new ArrayList<>(options.scenarios());
    joined.removeAll(alone);
    if (!joined.isEmpty()) {
      try (ServerPair servers = ServerPair.start(spec, options)) {
        measure(joined, servers, spec.name(), round);
      }
    }
  }

  /** A load that a server fails costs its own figures, not those of the others. */
  private void measure(List<Scenario> scenarios, Subject server, String name, int round) {
    for (Scenario scenario : scenarios) {
      progress("round %d, %s (%s), %s", round, name, server, scenario.id());
      try {
        Sample sample = Sample.of(scenario, server, options);
        report.add(scenario, name, sample);
        progress("  %.2f µs", sample.cpuMicros());
      } catch (IOException | UncheckedIOException | IllegalStateException e) {
        failed = true;
        progress("  FAILED: %s", e);
      }
    }
  }

  private void measureMemory(ServerSpec spec) throws IOException {
    try (ServerProcess server = ServerProcess.start(spec, options)) {
      progress("memory, %s (process %d)", spec.name(), server.pid());
      report.add(spec.name(), Memory.of(server, options.idleConnections()));
    }
  }

  private static void progress(String format, Object... values) {
    System.err.printf(format + "%n", values);
  }
}
