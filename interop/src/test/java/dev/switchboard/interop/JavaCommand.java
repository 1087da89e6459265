package dev.switchboard.interop;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How the scenario server is started on the JVM that runs the tests. */
public final class JavaCommand {
  private static final int WANTS_CONSENT = 24;

  private JavaCommand() {}

  /** The command, with options for the JVM; leaks of buffers are reported. */
  public static List<String> scenarioServer(String... options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    if (Runtime.version().feature() >= WANTS_CONSENT) {
      // what Netty does with native code; unasked for, newer JVMs print a warning
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.add("-Dio.netty.leakDetection.level=paranoid");
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(ScenarioServer.class.getName());
    return command;
  }
}
