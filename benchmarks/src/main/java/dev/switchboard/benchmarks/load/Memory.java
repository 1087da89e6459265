package dev.switchboard.benchmarks.load;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What idle connections with their namespace connected cost a server, each in bytes.
 *
 * @param heapBytes live heap after a full collection, NaN where there is no JVM
 * @param residentBytes memory of the process, buffers of the kernel not included
 */
record Memory(int connections, double heapBytes, double residentBytes) {

  private static final Duration SETTLE = Duration.ofSeconds(1);
  private static final int WARM_UP_CONNECTIONS = 200;

  private static final Receiver IDLE = new Receiver() {};

  /** Holds ever more connections to a fresh server. */
  static List<Memory> of(ServerProcess server, List<Integer> counts) throws IOException {
    try (ClientLoop loop = new ClientLoop(server.port(), server.entryPort())) {
      loop.connect(WARM_UP_CONNECTIONS, IDLE);
      loop.disconnect();
      settle(loop);
      double heapBefore = heap(server);
      double residentBefore = server.residentBytes();
      List<Memory> results = new ArrayList<>();
      int connected = 0;
      for (int count : counts.stream().sorted().toList()) {
        loop.connect(count - connected, IDLE);
        connected = count;
        settle(loop);
        double heap = heap(server);
        double resident = server.residentBytes();
        results.add(
            new Memory(count, (heap - heapBefore) / count, (resident - residentBefore) / count));
      }
      return results;
    }
  }

  private static void settle(ClientLoop loop) throws IOException {
    long end = System.nanoTime() + SETTLE.toNanos();
    while (System.nanoTime() < end) {
      loop.turn();
    }
  }

  private static double heap(ServerProcess server) throws IOException {
    return server.jvm() ? server.liveHeapBytes() : Double.NaN;
  }
}
