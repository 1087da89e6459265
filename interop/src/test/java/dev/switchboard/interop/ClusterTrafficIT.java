package dev.switchboard.interop;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Room traffic over three nodes, for as long as {@code -Dtraffic.seconds} says: nothing is lost,
 * doubled, out of order or in the wrong room.
 */
class ClusterTrafficIT {
  private static final int NODES = 3;

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
    List<ScenarioProcess> nodes = new ArrayList<>();
    try (RedisProcess redis = RedisProcess.start()) {
      Map<String, String> environment =
          Map.of("ADAPTER", adapter, "ADAPTER_OPTS", options, "REDIS_URL", redis.url());
      for (int i = 0; i < NODES; i++) {
        nodes.add(ScenarioProcess.start(ScenarioApp.SWITCHBOARD, environment));
      }
      String others =
          nodes.stream().skip(1).map(ScenarioProcess::url).collect(Collectors.joining(","));
      return NodeScript.run(
          "traffic.mjs",
          nodes.get(0).url(),
          List.of(
              "others=" + others,
              "adapter=" + adapter,
              "seconds=" + Integer.getInteger("traffic.seconds", 8)),
          () -> nodes.stream().map(ScenarioProcess::output).collect(Collectors.joining("\n")));
    } finally {
      nodes.forEach(ScenarioProcess::close);
    }
  }
}
