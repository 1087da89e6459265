package dev.switchboard.interop.wire;

import dev.switchboard.interop.JavaCommand;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Whose answers are looked at: {@code -Dwire.server=node} runs the reference, default is ours. */
enum ServerKind {
  JAVA {
    @Override
    List<String> command() {
      return JavaCommand.scenarioServer(
          "-Xmx256m",
          "-XX:MaxDirectMemorySize=128m",
          "-XX:+UseSerialGC",
          "-XX:+ExitOnOutOfMemoryError");
    }

    @Override
    Map<String, String> environment() {
      return Map.of();
    }
  },
  NODE {
    @Override
    List<String> command() {
      try {
        return List.of(
            "node", Path.of(ServerKind.class.getResource("/wire/app-node.mjs").toURI()).toString());
      } catch (URISyntaxException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    Map<String, String> environment() {
      String modules = System.getProperty("wire.node.modules");
      if (modules == null) {
        throw new IllegalStateException(
            "-Dwire.server=node needs -Dwire.node.modules=<folder with socket.io in node_modules>");
      }
      return Map.of("SCENARIO_MODULES", modules);
    }
  };

  static ServerKind chosen() {
    return System.getProperty("wire.server", "java").equals("node") ? NODE : JAVA;
  }

  abstract List<String> command();

  abstract Map<String, String> environment();
}
