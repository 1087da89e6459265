package dev.switchboard.interop.wire;

import dev.switchboard.interop.JavaCommand;
import java.util.List;

/** Whose answers are looked at: {@code -Dwire.server=node} runs the reference, default is ours. */
enum ServerKind {
  JAVA {
    @Override
    List<String> command() {
      return JavaCommand.scenarioServer(
          "-Xmx256m",
          "-XX:MaxDirectMemorySize=128m",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1", // it lives for seconds
          "-XX:+ExitOnOutOfMemoryError");
    }
  },
  NODE {
    @Override
    List<String> command() {
      return List.of("node", "scenario/app-node.mjs");
    }
  };

  static ServerKind chosen() {
    return System.getProperty("wire.server", "java").equals("node") ? NODE : JAVA;
  }

  /** The command that starts it, in the folder of the module. */
  abstract List<String> command();
}
