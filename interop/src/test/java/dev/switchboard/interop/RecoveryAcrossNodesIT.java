package dev.switchboard.interop;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Clients that are cut off on one node and come back on another, of ours and of the reference, over
 * streams: they get all that they missed, in order and once.
 */
class RecoveryAcrossNodesIT {
  @TestFactory
  Stream<DynamicTest> betweenOursAndTheReferences() throws Exception {
    return run(ScenarioApp.SWITCHBOARD, ScenarioApp.NODE, "{}", false);
  }

  @TestFactory
  Stream<DynamicTest> betweenTwoOfOurs() throws Exception {
    return run(ScenarioApp.SWITCHBOARD, ScenarioApp.SWITCHBOARD, "{}", false);
  }

  @TestFactory
  Stream<DynamicTest> fromANodeThatIsKilled() throws Exception {
    String options = "{\"sessionSnapshots\":true}";
    return run(ScenarioApp.SWITCHBOARD, ScenarioApp.SWITCHBOARD, options, true);
  }

  private static Stream<DynamicTest> run(
      ScenarioApp first, ScenarioApp second, String adapterOptions, boolean kill) throws Exception {
    try (RedisProcess redis = RedisProcess.start()) {
      Map<String, String> environment =
          Map.of(
              "PROFILE",
              "cluster",
              "ADAPTER",
              "streams",
              "ADAPTER_OPTS",
              adapterOptions,
              "RECOVERY",
              "1",
              "REDIS_URL",
              redis.url());
      try (ScenarioProcess one = ScenarioProcess.start(first, environment);
          ScenarioProcess two = ScenarioProcess.start(second, environment)) {
        List<String> options = new ArrayList<>();
        options.add("other=" + two.url());
        options.add("names=" + first.word() + "," + (first == second ? "another" : second.word()));
        if (first == second) {
          options.add("traffic=1");
        }
        if (kill) {
          options.add("kill=" + one.pid());
          options.add("redis=" + redis.url());
        }
        return NodeScript.run(
            "recovery-nodes.mjs", one.url(), options, () -> one.output() + "\n" + two.output());
      }
    }
  }
}
