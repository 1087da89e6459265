package dev.switchboard.interop;

import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;

/**
 * Two nodes on one Redis, clients of the official package on both, each check in both directions: a
 * node of ours beside one of the reference, and beside another of ours. Two of the reference show
 * that the checks are right.
 */
class AdapterInteropIT {
  private static final ScenarioApp[] MIXED = {ScenarioApp.SWITCHBOARD, ScenarioApp.NODE};
  private static final ScenarioApp[] OURS = {ScenarioApp.SWITCHBOARD, ScenarioApp.SWITCHBOARD};

  /** Of our nodes; how long they are must not matter. */
  private static final Map<String, String> SHORT_IDS = Map.of("SHORT_IDS", "1");

  private static final ScenarioApp[] CONTROL = {ScenarioApp.NODE, ScenarioApp.NODE};

  @TestFactory
  Stream<DynamicContainer> classic() throws Exception {
    return cluster("classic", "{}", Map.of(), MIXED, CONTROL);
  }

  @TestFactory
  Stream<DynamicContainer> classicWithAnswersForOneServerAndShortIds() throws Exception {
    return cluster(
        "classic",
        "{\"key\":\"other\",\"publishOnSpecificResponseChannel\":true}",
        SHORT_IDS,
        MIXED);
  }

  @TestFactory
  Stream<DynamicContainer> classicWithDynamicRoomsAndShortIds() throws Exception {
    return cluster("classic", "{\"dynamicRooms\":true}", SHORT_IDS, OURS);
  }

  @TestFactory
  Stream<DynamicContainer> sharded() throws Exception {
    return cluster("sharded", "{}", Map.of(), MIXED);
  }

  @TestFactory
  Stream<DynamicContainer> shardedWithShortIds() throws Exception {
    return cluster("sharded", "{}", SHORT_IDS, MIXED);
  }

  @TestFactory
  Stream<DynamicContainer> shardedWithTheRoomsOfSocketsToo() throws Exception {
    return cluster("sharded", "{\"subscriptionMode\":\"dynamic-private\"}", Map.of(), MIXED);
  }

  /** Of the namespaces' names some have a negative hash, whose stream the reference misses. */
  @TestFactory
  Stream<DynamicContainer> severalStreamsAndShortIds() throws Exception {
    return cluster("streams", "{\"streamCount\":4}", SHORT_IDS, MIXED);
  }

  @TestFactory
  Stream<DynamicContainer> streamsWithRecoveryAndShardChannels() throws Exception {
    return cluster("streams", "{\"useShardedPubSub\":true}", Map.of("RECOVERY", "1"), MIXED);
  }

  private static Stream<DynamicContainer> cluster(
      String adapter, String options, Map<String, String> more, ScenarioApp[]... clusters)
      throws IOException, InterruptedException {
    List<DynamicContainer> all = new ArrayList<>();
    for (ScenarioApp[] apps : clusters) {
      try (RedisProcess redis = RedisProcess.start()) {
        Map<String, String> environment = new HashMap<>(more);
        environment.put("PROFILE", "cluster");
        environment.put("ADAPTER", adapter);
        environment.put("ADAPTER_OPTS", options);
        environment.put("REDIS_URL", redis.url());
        try (ScenarioCluster nodes = ScenarioCluster.start(environment, apps)) {
          String names = names(apps);
          List<String> scriptOptions =
              List.of(
                  "adapter=" + adapter,
                  "other=" + nodes.url(1),
                  "names=" + names,
                  "recovery=" + more.getOrDefault("RECOVERY", "0"));
          all.add(
              dynamicContainer(
                  names,
                  NodeScript.run("cluster.mjs", nodes.url(0), scriptOptions, nodes::output)));
        }
      }
    }
    return all.stream();
  }

  /** Two of a kind get two names, so that each check has one of its own. */
  private static String names(ScenarioApp[] apps) {
    return apps[0] == apps[1]
        ? apps[0].word() + ",another " + apps[1].word()
        : apps[0].word() + "," + apps[1].word();
  }
}
