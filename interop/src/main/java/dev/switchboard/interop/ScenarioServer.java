package dev.switchboard.interop;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Runs one of the scenario apps of {@code scenario/CONTROL.md} on Switchboard: the twin of {@code
 * scenario/app-node.mjs}, with the same variables and the same answers.
 *
 * <p>Prints {@code READY <port>} once it accepts connections, and ends on SIGTERM.
 */
public final class ScenarioServer {
  /** The apps by name; each starts and completes with its port. */
  private static final Map<String, Function<Environment, CompletableFuture<Integer>>> PROFILES =
      new TreeMap<>();

  static {
    PROFILES.put("eio-v4", environment -> EngineProfiles.echo(environment, false));
    PROFILES.put("eio-v3", environment -> EngineProfiles.echo(environment, true));
    PROFILES.put("eio-client", EngineProfiles::client);
    PROFILES.put("sio-v5", ProtocolProfile::start);
    PROFILES.put("sio-client", ClientProfile::start);
    PROFILES.put("java-client", JavaClientProfile::start);
    PROFILES.put("bench", BenchProfile::start);
    PROFILES.put("cluster", ClusterProfile::start);
    BadInputProfile.variants()
        .forEach(
            (name, variant) ->
                PROFILES.put(name, environment -> BadInputProfile.start(environment, variant)));
  }

  private ScenarioServer() {}

  /** Takes no arguments, only the environment. */
  public static void main(String[] args) {
    Environment environment = new Environment(System.getenv());
    String name = environment.text("PROFILE", "cluster");
    var profile = PROFILES.get(name);
    if (profile == null) {
      fail("unknown PROFILE " + name + "; known: " + String.join(" ", PROFILES.keySet()));
      return;
    }
    if (environment.has("ENDS_WITH_STDIN")) {
      endWithStandardInput();
    }
    try {
      profile
          .apply(environment)
          .whenComplete(
              (port, failure) -> {
                if (failure == null) {
                  System.out.println("READY " + port);
                } else {
                  fail(String.valueOf(failure));
                }
              });
    } catch (IllegalArgumentException | IllegalStateException e) {
      fail(String.valueOf(e.getMessage()));
    }
  }

  private static void fail(String message) {
    System.err.println(message);
    Runtime.getRuntime().halt(2);
  }

  private static void endWithStandardInput() {
    Thread watch =
        new Thread(
            () -> {
              try {
                System.in.transferTo(OutputStream.nullOutputStream());
              } catch (IOException e) {
                // as good as an end
              }
              Runtime.getRuntime().halt(0);
            },
            "standard-input");
    watch.setDaemon(true);
    watch.start();
  }
}
