package dev.switchboard.interop;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Room traffic over three nodes, for as long as {@code -Dtraffic.seconds} says: nothing is lost,
 * doubled, out of order or in the wrong room.
 */
class ClusterTrafficIT {
  private static final ScenarioApp[] NODES = {
    ScenarioApp.SWITCHBOARD, ScenarioApp.SWITCHBOARD, ScenarioApp.SWITCHBOARD
  };

  @TestFactory
  Stream<DynamicTest> classic() throws Exception {
    return traffic("classic", "{}");
  }

  @TestFactory
  Stream<DynamicTest> sharded() throws Exception {
    return traffic("sharded", "{}");
  }

  @TestFactory
  Stream<DynamicTest> streams() throws Exception {
    return traffic("streams", "{}");
  }

  private static Stream<DynamicTest> traffic(String adapter, String options) throws Exception {
    try (RedisProcess redis = RedisProcess.start();
        ScenarioCluster cluster =
            ScenarioCluster.start(
                Map.of("ADAPTER", adapter, "ADAPTER_OPTS", options, "REDIS_URL", redis.url()),
                NODES)) {
      return NodeScript.run(
          "traffic.mjs",
          cluster.url(0),
          List.of(
              "others=" + cluster.url(1) + "," + cluster.url(2),
              "adapter=" + adapter,
              "seconds=" + Integer.getInteger("traffic.seconds", 4)),
          cluster::output);
    }
  }
}
