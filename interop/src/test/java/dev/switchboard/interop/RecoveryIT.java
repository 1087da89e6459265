package dev.switchboard.interop;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;

/** Connection state recovery on one node, with the official client. */
class RecoveryIT {
  @TestFactory
  Stream<DynamicContainer> recovery() throws InterruptedException {
    return Scenario.of("recovery.mjs", Map.of("PROFILE", "cluster", "RECOVERY", "1"))
        .onEveryServer();
  }

  @TestFactory
  Stream<DynamicContainer> recoveryWithTheMsgpackParser() throws InterruptedException {
    Map<String, String> environment =
        Map.of("PROFILE", "cluster", "RECOVERY", "1", "PARSER", "msgpack");
    return Scenario.of("recovery.mjs", environment, "parser=msgpack").onEveryServer();
  }
}
