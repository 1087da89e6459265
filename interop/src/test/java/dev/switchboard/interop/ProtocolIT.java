package dev.switchboard.interop;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;

/** The wire protocols packet by packet: what their official test suites ask, and more. */
class ProtocolIT {
  @TestFactory
  Stream<DynamicContainer> engineProtocolRevision4() throws InterruptedException {
    return Scenario.of("engine-protocol.mjs", Map.of("PROFILE", "eio-v4"), "revision=4")
        .onEveryServer();
  }

  @TestFactory
  Stream<DynamicContainer> engineProtocolRevision3() throws InterruptedException {
    return Scenario.of("engine-protocol.mjs", Map.of("PROFILE", "eio-v3"), "revision=3")
        .onEveryServer();
  }

  @TestFactory
  Stream<DynamicContainer> engineProtocolBelowSocketIo() throws InterruptedException {
    return Scenario.of("engine-protocol.mjs", Map.of("PROFILE", "sio-v5"), "app=socket.io")
        .onEveryServer();
  }

  @TestFactory
  Stream<DynamicContainer> socketProtocolRevision5() throws InterruptedException {
    return Scenario.of("socket-protocol.mjs", Map.of("PROFILE", "sio-v5")).onEveryServer();
  }
}
