package dev.switchboard.interop;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * A script of {@code node/tests} and what it found out: one result a check. The scripts report on
 * their standard output, one JSON object a line (see {@code node/tests/lib/checks.mjs}).
 */
final class NodeScript {
  private static final Duration LIMIT = Duration.ofSeconds(100);
  private static final ObjectMapper JSON = new ObjectMapper();

  private NodeScript() {}

  /**
   * Runs a script to its end.
   *
   * @param options {@code key=value}, as the script's first lines say
   * @param serverOutput what the server wrote, for the messages
   * @return a test for each of its checks, and one for the script as a whole
   */
  static Stream<DynamicTest> run(
      String script, String url, List<String> options, Supplier<String> serverOutput)
      throws InterruptedException {
    List<String> command = new ArrayList<>(List.of("node", "node/tests/" + script, url));
    command.addAll(options);
    List<JsonNode> reports = Collections.synchronizedList(new ArrayList<>());
    Consumer<String> collect =
        line -> {
          if (line.startsWith("{")) {
            reports.add(JSON.readTree(line));
          }
        };
    try (ChildProcess process = ChildProcess.start(command, Map.of(), collect)) {
      int exitCode = process.awaitEnd(LIMIT);
      String serverSaid = serverOutput.get();
      Stream<DynamicTest> checks =
          reports.stream().filter(r -> r.has("name")).map(r -> check(r, serverSaid));
      DynamicTest whole =
          dynamicTest(
              script + " ran to its end",
              () -> checkWhole(reports, exitCode, process.output() + "\n" + serverSaid));
      return Stream.concat(checks, Stream.of(whole));
    }
  }

  private static DynamicTest check(JsonNode report, String serverSaid) {
    String name = report.get("name").asString();
    return dynamicTest(
        name,
        () -> {
          if (!report.get("ok").asBoolean()) {
            fail(name + "\n" + report.get("detail").asString() + "\n" + serverSaid);
          }
        });
  }

  private static void checkWhole(List<JsonNode> reports, int exitCode, String output) {
    int last = reports.size() - 1;
    if (exitCode != 0 || last < 1 || reports.get(last).path("done").asInt(-1) != last) {
      fail("exit code " + exitCode + " after " + reports.size() + " reports\n" + output);
    }
  }
}
