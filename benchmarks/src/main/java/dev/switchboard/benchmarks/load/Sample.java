package dev.switchboard.benchmarks.load;

import java.io.IOException;
import java.time.Duration;
import org.HdrHistogram.Histogram;

/**
 * What one measurement of one server came to.
 *
 * @param cpuMicros CPU of the server, or of both and Redis, per message
 * @param perSecond messages a second
 * @param p50Millis the median of the latencies, NaN without latencies
 * @param p99Millis the 99th percentile of the latencies, NaN without latencies
 */
record Sample(double cpuMicros, double perSecond, double p50Millis, double p99Millis) {

  private static final double NANOS_PER_MICRO = 1e3;
  private static final double NANOS_PER_MILLI = 1e6;

  /** Connects, warms up, measures, and leaves the loop without connections. */
  static Sample of(Scenario scenario, Subject server, Options options) throws IOException {
    try (ClientLoop loop = new ClientLoop(server.port(), server.entryPort())) {
      Traffic traffic = scenario.start(loop);
      traffic.run(options.warmUp());
      traffic.latencies().reset();
      long messages = traffic.messages();
      long start = System.nanoTime();
      Duration cpu = server.cpu();
      traffic.run(options.measured());
      double cpuNanos = server.cpu().minus(cpu).toNanos();
      double seconds = (System.nanoTime() - start) / 1e9;
      messages = traffic.messages() - messages;
      return new Sample(
          cpuNanos / NANOS_PER_MICRO / messages,
          messages / seconds,
          percentile(traffic.latencies(), 50),
          percentile(traffic.latencies(), 99));
    }
  }

  private static double percentile(Histogram latencies, double percentile) {
    return latencies.getTotalCount() == 0
        ? Double.NaN
        : latencies.getValueAtPercentile(percentile) / NANOS_PER_MILLI;
  }
}
