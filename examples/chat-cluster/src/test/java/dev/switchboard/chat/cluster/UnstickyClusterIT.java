package dev.switchboard.chat.cluster;

import static dev.switchboard.chat.cluster.ChatWindows.MESSAGES;
import static dev.switchboard.chat.cluster.ChatWindows.join;
import static dev.switchboard.chat.cluster.ChatWindows.node;
import static dev.switchboard.chat.cluster.ChatWindows.say;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.browser.Browser;
import dev.switchboard.browser.BrowserWindow;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two nodes whose balancer ties nobody to one, over classic channels. */
@Timeout(180)
class UnstickyClusterIT {
  /** How many requests of its client the page has seen answered. */
  private static final String ANSWERS =
      "performance.getEntriesByType('resource').filter(e => e.name.includes('transport=')).length";

  @Test
  void requestsReachAnyNodeAndNothingIsLeftWhenTheSupervisorIsKilled() throws IOException {
    try (ClusterProcess cluster = ClusterProcess.start("--nodes", "2", "--engine", "cluster");
        Browser browser = Browser.launch()) {
      BrowserWindow upgraded = join(browser, cluster.address(), "Ute");
      BrowserWindow polling = join(browser, cluster.address() + "?transport=polling", "Paula");
      upgraded.see("body[data-transport=websocket] #connection", "websocket");
      for (int i = 0; i < 5; i++) {
        say(polling, "Poll " + i);
        upgraded.see(MESSAGES, "Poll " + i);
        say(upgraded, "Frame " + i);
        polling.see(MESSAGES, "Frame " + i);
      }
      assertThat(List.of(node(polling), node(polling), node(polling), node(polling)))
          .contains("node1", "node2");
      assertThat((Integer) polling.ask(ANSWERS)).isGreaterThan(10);
      polling.see("body[data-transport=polling] #connection", "polling");

      List<ProcessHandle> processes = cluster.processes();
      assertThat(processes)
          .extracting(ProcessHandle::pid)
          .contains(
              cluster.processOf("redis"),
              cluster.processOf("node1"),
              cluster.processOf("node2"),
              cluster.processOf("haproxy"));
      cluster.killTheSupervisor();
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> processes.stream().noneMatch(ProcessHandle::isAlive));
    }
  }
}
