package dev.switchboard.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import tools.jackson.databind.ObjectMapper;

/**
 * A script and the server that it wants.
 *
 * @param environment of the server: its profile and what goes with it
 * @param options of the script
 * @param controlOptions that win over them when the script runs against the reference, which only
 *     has to show that the checks are right
 */
record Scenario(
    String script,
    Map<String, String> environment,
    List<String> options,
    List<String> controlOptions) {
  static Scenario of(String script, Map<String, String> environment, String... options) {
    return new Scenario(script, environment, List.of(options), List.of());
  }

  /** The same, with fewer combinations for the reference. */
  Scenario control(String... fewer) {
    return new Scenario(script, environment, options, List.of(fewer));
  }

  /** Runs the script once against each server, the reference among them. */
  Stream<DynamicContainer> onEveryServer() throws InterruptedException {
    return on(ScenarioApp.values());
  }

  /** Runs the script once against each of these servers. */
  Stream<DynamicContainer> on(ScenarioApp... apps) throws InterruptedException {
    List<DynamicContainer> all = new ArrayList<>();
    for (ScenarioApp app : apps) {
      try (ScenarioProcess server = ScenarioProcess.start(app, environment)) {
        Stream<DynamicTest> checks =
            NodeScript.run(script, server.url(), optionsFor(app), server::output);
        String log = server.output();
        Stream<DynamicTest> quiet =
            app == ScenarioApp.NODE ? Stream.of() : Stream.of(quietTest(log));
        all.add(dynamicContainer(app.toString(), Stream.concat(checks, quiet)));
      }
    }
    return all.stream();
  }

  /** Nothing that a client does is worth a warning, and no buffer leaks. */
  private static DynamicTest quietTest(String log) {
    return dynamicTest(
        "the server had nothing to report but that it is ready",
        () -> assertThat(log.lines()).singleElement().asString().startsWith("READY "));
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
    List<String> all = new ArrayList<>();
    if (app == ScenarioApp.NODE) {
      all.addAll(controlOptions); // the script takes the first of several
    }
    all.addAll(options);
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
