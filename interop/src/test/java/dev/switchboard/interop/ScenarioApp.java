package dev.switchboard.interop;

import java.util.List;
import java.util.Locale;

/** The servers that offer the scenario apps of {@code scenario/CONTROL.md}. */
enum ScenarioApp {
  /** The reference. What a check says must hold for it, or the check is wrong. */
  NODE {
    @Override
    List<String> command() {
      return List.of("node", "scenario/app-node.mjs");
    }
  },

  SWITCHBOARD {
    @Override
    List<String> command() {
      return JavaCommand.scenarioServer(
          "-Xmx512m",
          "-XX:+ExitOnOutOfMemoryError",
          "-XX:TieredStopAtLevel=1"); // it lives for seconds
    }
  };

  /** The command that starts it, in the folder of the module. */
  abstract List<String> command();

  /** Its name, as the scripts have it. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
