package dev.switchboard.interop;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;

/** What applications do, with the official JavaScript clients 4.8, 4.0, 3 and 2. */
class JavaScriptClientsIT {
  @TestFactory
  Stream<DynamicContainer> clientsOfFourVersions() throws InterruptedException {
    return Scenario.of("clients.mjs", Map.of("PROFILE", "cluster", "EIO3", "1"))
        .control("modes=upgrade")
        .onEveryServer();
  }

  @TestFactory
  Stream<DynamicContainer> handlersOnTheEventLoop() throws InterruptedException {
    Map<String, String> environment =
        Map.of("PROFILE", "cluster", "HANDLERS", "eventloop", "IO", "epoll");
    return Scenario.of("clients.mjs", environment, "versions=4.8").on(ScenarioApp.SWITCHBOARD);
  }

  @TestFactory
  Stream<DynamicContainer> networkOfTheJdk() throws InterruptedException {
    Map<String, String> environment = Map.of("PROFILE", "cluster", "IO", "nio");
    return Scenario.of("clients.mjs", environment, "versions=4.8").on(ScenarioApp.SWITCHBOARD);
  }

  @TestFactory
  Stream<DynamicContainer> clientsWithTheMsgpackParser() throws InterruptedException {
    Map<String, String> environment = Map.of("PROFILE", "cluster", "PARSER", "msgpack");
    return Scenario.of("clients.mjs", environment, "parser=msgpack", "versions=4.8,4.0,3")
        .control("modes=websocket")
        .onEveryServer();
  }

  @TestFactory
  Stream<DynamicContainer> heartbeat() throws InterruptedException {
    Map<String, String> environment =
        Map.of("PROFILE", "cluster", "EIO3", "1", "PING_INTERVAL", "300", "PING_TIMEOUT", "300");
    return Scenario.of("heartbeat.mjs", environment).onEveryServer();
  }

  @TestFactory
  Stream<DynamicContainer> restartOfTheServer() throws InterruptedException {
    return Scenario.of("restart.mjs", Map.of()).withEveryServer();
  }
}
