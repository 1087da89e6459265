package dev.switchboard.chat.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A process that is kept running. */
@Timeout(60)
class ChildTest {
  private final Queue<String> printed = new ConcurrentLinkedQueue<>();
  private Child child;

  @AfterEach
  void stop() {
    child.stop().orTimeout(30, TimeUnit.SECONDS).join();
  }

  private void start(String script) {
    child =
        new Child("it", List.of("/bin/sh", "-c", script), Map.of("WORD", "hello"), printed::add);
    child.start();
  }

  private void awaitLine(String line) {
    await().atMost(Duration.ofSeconds(30)).until(() -> printed.contains("[it] " + line));
  }

  @Test
  void whoKeepsEndingIsStartedAgainAfterLongerAndLongerPauses() {
    start("exit 3");
    awaitLine("ended with 3, starts again in 250 ms");
    awaitLine("ended with 3, starts again in 500 ms");
    awaitLine("ended with 3, starts again in 1000 ms");
  }

  @Test
  void whatItPrintsHasItsNameAndItsEnvironmentIsItsOwn() {
    start("echo $WORD; echo trouble >&2; sleep 60");
    awaitLine("hello");
    awaitLine("trouble");
  }

  @Test
  void whoIsStoppedIsToldFirstAndNotStartedAgain() {
    start("trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.1; done");
    awaitLine("ready");
    child.stop().orTimeout(30, TimeUnit.SECONDS).join();
    awaitLine("bye");
    child.start();
    assertThat(printed).filteredOn(line -> line.contains("runs as process")).hasSize(1);
    assertThat(printed).noneMatch(line -> line.contains("starts again"));
  }
}
