package dev.switchboard.interop;

import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;

/**
 * Three nodes on one Redis behind a load balancer that sends each request of a client to another
 * one: the official clients notice nothing.
 */
class ClusterEngineIT {
  private static final int NODES = 3;

  @TestFactory
  Stream<DynamicContainer> clientsReachAnyNode() throws Exception {
    List<ScenarioProcess> nodes = new ArrayList<>();
    try (RedisProcess redis = RedisProcess.start()) {
      Map<String, String> environment =
          Map.of(
              "PROFILE", "bench",
              "ENGINE", "cluster",
              "ADAPTER", "classic",
              "EIO3", "1",
              "REDIS_URL", redis.url());
      for (int i = 0; i < NODES; i++) {
        nodes.add(ScenarioProcess.start(ScenarioApp.SWITCHBOARD, environment));
      }
      return Stream.of(
          run(nodes, "any-node.mjs"),
          run(nodes, "upgrade-traffic.mjs", "runs=1", "clients=60", "messages=60"));
    } finally {
      nodes.forEach(ScenarioProcess::close);
    }
  }

  private static DynamicContainer run(List<ScenarioProcess> nodes, String script, String... options)
      throws Exception {
    String others =
        nodes.stream().skip(1).map(ScenarioProcess::url).collect(Collectors.joining(","));
    List<String> all = new ArrayList<>(List.of(options));
    all.add("others=" + others);
    return dynamicContainer(
        script,
        NodeScript.run(
            script,
            nodes.get(0).url(),
            all,
            () -> nodes.stream().map(ScenarioProcess::output).collect(Collectors.joining("\n"))));
  }
}
