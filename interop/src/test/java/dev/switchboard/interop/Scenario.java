package dev.switchboard.interop;

import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import tools.jackson.databind.ObjectMapper;

/**
 * A script and the server that it wants.
 *
 * @param environment of the server: its profile and what goes with it
 * @param options of the script
 */
record Scenario(String script, Map<String, String> environment, List<String> options) {
  static Scenario of(String script, Map<String, String> environment, String... options) {
    return new Scenario(script, environment, List.of(options));
  }

  /** Runs the script once against each server, the reference among them. */
  Stream<DynamicContainer> onEveryServer() throws InterruptedException {
    List<DynamicContainer> all = new ArrayList<>();
    for (ScenarioApp app : ScenarioApp.values()) {
      try (ScenarioProcess server = ScenarioProcess.start(app, environment)) {
        List<String> allOptions = optionsFor(app);
        all.add(
            dynamicContainer(
                app.toString(), NodeScript.run(script, server.url(), allOptions, server::output)));
      }
    }
    return all.stream();
  }

  /** As {@link #onEveryServer}, for a script that starts the servers itself. */
  Stream<DynamicContainer> withEveryServer() throws InterruptedException {
    List<DynamicContainer> all = new ArrayList<>();
    for (ScenarioApp app : ScenarioApp.values()) {
      List<String> allOptions = optionsFor(app);
      allOptions.add("command=" + new ObjectMapper().writeValueAsString(app.command()));
      String url = "http://127.0.0.1:" + freePort();
      all.add(dynamicContainer(app.toString(), NodeScript.run(script, url, allOptions, () -> "")));
    }
    return all.stream();
  }

  private List<String> optionsFor(ScenarioApp app) {
    List<String> all = new ArrayList<>(options);
    all.add("server=" + app.word());
    return all;
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
