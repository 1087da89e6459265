package dev.switchboard.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The harness itself: a check that fails, a script that dies and a server that does not start. */
class NodeScriptTest {
  @TempDir Path folder;

  @Test
  void aFailedCheckIsAFailedTestWithItsDetail() throws Exception {
    List<DynamicTest> tests =
        run(
            """
            check("one and one is two", async () => {});
            check("one and one is three", async () => assert.equal(1 + 1, 3));
            await runChecks();
            """);
    assertThat(tests).extracting(DynamicTest::getDisplayName).hasSize(3);
    assertThat(failure(tests.get(0))).isNull();
    assertThat(failure(tests.get(1))).hasMessageContaining("2 !== 3");
    assertThat(failure(tests.get(2))).isNull();
  }

  @Test
  void aScriptThatDiesHalfWayIsNotTakenForDone() throws Exception {
    List<DynamicTest> tests =
        run(
            """
            check("the first", async () => {});
            check("the second", async () => process.exit(0));
            check("the third", async () => {});
            await runChecks({ atOnce: 1 });
            """);
    assertThat(tests).hasSize(2);
    assertThat(failure(tests.get(1))).hasMessageContaining("exit code 0 after 1 reports");
  }

  @Test
  void aCheckThatHangsFailsInTime() throws Exception {
    List<DynamicTest> tests =
        run(
            """
            check("for ever", () => new Promise(() => {}), { seconds: 0.2 });
            await runChecks();
            """);
    assertThat(failure(tests.get(0))).hasMessageContaining("took longer than 200 ms");
  }

  @Test
  void aServerThatDoesNotStartIsReportedWithItsOutput() {
    assertThatThrownBy(() -> ScenarioProcess.start(ScenarioApp.NODE, Map.of("PROFILE", "nope")))
        .hasMessageContaining("unknown PROFILE nope");
  }

  @Test
  void aServerEndsWhenItsStandardInputDoes() throws Exception {
    List<String> command = List.of("sh", "-c", "exec node scenario/app-node.mjs < /dev/null");
    try (ChildProcess child = ChildProcess.start(command, Map.of(), line -> {})) {
      assertThat(child.awaitEnd(Duration.ofSeconds(20))).isZero();
    }
  }

  @Test
  void aScriptEndsWhenItsStandardInputDoes() throws Exception {
    Path script = script("check('for ever', () => new Promise(() => {})); await runChecks();");
    List<String> command =
        List.of("sh", "-c", "exec node " + script + " http://127.0.0.1:1 < /dev/null");
    try (ChildProcess child = ChildProcess.start(command, Map.of(), line -> {})) {
      assertThat(child.awaitEnd(Duration.ofSeconds(20))).isEqualTo(4);
    }
  }

  private List<DynamicTest> run(String checks) throws IOException, InterruptedException {
    String script = scripts().relativize(script(checks)).toString();
    return NodeScript.run(script, "http://127.0.0.1:1", List.of(), () -> "").toList();
  }

  private Path script(String checks) throws IOException {
    String imports =
        """
        import assert from "node:assert/strict";
        import { check, runChecks } from "%s";
        """
            .formatted(scripts().resolve("lib/checks.mjs").toUri());
    return Files.writeString(folder.resolve("script.mjs"), imports + checks);
  }

  private static Path scripts() {
    return ChildProcess.moduleFolder().resolve("node/tests");
  }

  private static Throwable failure(DynamicTest test) {
    return catchThrowable(() -> test.getExecutable().execute());
  }
}
