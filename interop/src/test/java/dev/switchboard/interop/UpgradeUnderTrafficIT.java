package dev.switchboard.interop;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;

/**
 * Two hundred clients upgrade while messages flow both ways: none is lost, doubled or out of order.
 * {@code -Dinterop.upgrade.runs} says how often; a run takes about four seconds.
 */
class UpgradeUnderTrafficIT {
  @TestFactory
  Stream<DynamicContainer> upgradeUnderTraffic() throws InterruptedException {
    String runs = System.getProperty("interop.upgrade.runs", "2");
    return Scenario.of("upgrade-traffic.mjs", Map.of("PROFILE", "bench"), "runs=" + runs)
        .control("runs=1")
        .onEveryServer();
  }
}
