package dev.switchboard.benchmarks.load;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Collects the samples of all rounds and writes them as rows of Markdown tables. */
final class Report {

  private static final String REFERENCE = "node";
  private static final double BYTES_PER_KILOBYTE = 1024;

  private final Map<Scenario, Map<String, List<Sample>>> samples = new EnumMap<>(Scenario.class);
  private final Map<String, List<Memory>> memory = new LinkedHashMap<>();

  void add(Scenario scenario, String server, Sample sample) {
    samples
        .computeIfAbsent(scenario, key -> new LinkedHashMap<>())
        .computeIfAbsent(server, key -> new ArrayList<>())
        .add(sample);
  }

  void add(String server, List<Memory> results) {
    memory.put(server, List.copyOf(results));
  }

  String markdown() {
    StringBuilder out = new StringBuilder();
    if (!samples.isEmpty()) {
      out.append(
          "| load | server | CPU µs per message (min–max) | × node | messages/s | p50 ms | p99 ms |\n");
      out.append("|---|---|---|---|---|---|---|\n");
      samples.forEach(
          (scenario, servers) ->
              servers.forEach((server, list) -> out.append(row(scenario, server, list))));
    }
    if (!memory.isEmpty()) {
      out.append(
          "\n| idle connections | server | live heap KB each | RSS KB each |\n|---|---|---|---|\n");
      memory.forEach((server, list) -> list.forEach(result -> out.append(row(server, result))));
    }
    return out.toString();
  }

  private String row(Scenario scenario, String server, List<Sample> list) {
    double cpu = median(list, Sample::cpuMicros);
    return "| %s | %s | %s (%s–%s) | %s | %,d | %s | %s |%n"
        .formatted(
            scenario.title(),
            server,
            number(cpu),
            number(list.stream().mapToDouble(Sample::cpuMicros).min().orElse(Double.NaN)),
            number(list.stream().mapToDouble(Sample::cpuMicros).max().orElse(Double.NaN)),
            number(cpu / reference(scenario)),
            Math.round(median(list, Sample::perSecond)),
            number(median(list, Sample::p50Millis)),
            number(median(list, Sample::p99Millis)));
  }

  private static String row(String server, Memory result) {
    return "| %,d | %s | %s | %s |%n"
        .formatted(
            result.connections(),
            server,
            number(result.heapBytes() / BYTES_PER_KILOBYTE),
            number(result.residentBytes() / BYTES_PER_KILOBYTE));
  }

  private double reference(Scenario scenario) {
    List<Sample> list = samples.getOrDefault(scenario, Map.of()).get(REFERENCE);
    return list == null ? Double.NaN : median(list, Sample::cpuMicros);
  }

  /** The middle value, the lower one of two. */
  static double median(List<Sample> list, ToDoubleFunction<Sample> figure) {
    return list.stream()
        .mapToDouble(figure)
        .sorted()
        .skip((list.size() - 1) / 2)
        .findFirst()
        .orElse(Double.NaN);
  }

  private static String number(double value) {
    if (Double.isNaN(value)) {
      return "";
    }
    return String.format(Locale.ROOT, value < 1 ? "%.3f" : value < 10 ? "%.2f" : "%.1f", value);
  }
}
