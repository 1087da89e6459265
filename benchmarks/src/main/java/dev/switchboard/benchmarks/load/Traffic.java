package dev.switchboard.benchmarks.load;

import java.io.IOException;
import java.time.Duration;
import org.HdrHistogram.Histogram;

/**
 * One kind of load, with its clients connected. Whenever {@link #run} has returned, all that was
 * sent has been answered and counted, so that the server's CPU between two calls belongs to the
 * messages between them.
 */
interface Traffic {

  /** How long the answers to what was sent may take at the end of a run. */
  Duration DRAIN_TIMEOUT = Duration.ofSeconds(15);

  /** Sends for so long, then waits for what is on its way. */
  void run(Duration duration) throws IOException;

  /** How many messages came back, or connections were made, since the start. */
  long messages();

  /** Latencies in nanoseconds; empty if this load says nothing about them. */
  Histogram latencies();

  /** Turns the loop until nothing is outstanding. */
  static void drain(ClientLoop loop, Outstanding outstanding) throws IOException {
    long deadline = System.nanoTime() + DRAIN_TIMEOUT.toNanos();
    while (outstanding.count() > 0) {
      loop.turn();
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            outstanding.count() + " messages did not come back within " + DRAIN_TIMEOUT);
      }
    }
  }

  /** How many messages have not come back. */
  @FunctionalInterface
  interface Outstanding {
    long count();
  }
}
