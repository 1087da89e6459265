package dev.switchboard.chaos;

import dev.switchboard.redis.Redis;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;

/**
 * A node as a process of its own, that can be killed. Prints {@code READY <port>}, and ends with
 * its standard input.
 */
final class NodeMain {
  private NodeMain() {}

  /**
   * Runs until the standard input ends.
   *
   * @param args the adapter, the URI of Redis, and whether sessions are snapshot
   */
  public static void main(String[] args) throws IOException {
    AdapterKind kind = AdapterKind.valueOf(args[0]);
    Redis redis = Redis.at(args[1]);
    Node node =
        Node.create(
            "process",
            Boolean.parseBoolean(args[2]) ? kind.withSnapshots(redis) : kind.over(redis),
            config -> {
              if (kind.isLossless()) {
                config.recovery(
                    recovery -> recovery.maxDisconnectionDuration(Duration.ofMinutes(2)));
              }
            });
    System.out.println("READY " + node.listen());
    System.in.transferTo(OutputStream.nullOutputStream());
    Runtime.getRuntime().halt(0);
  }
}
