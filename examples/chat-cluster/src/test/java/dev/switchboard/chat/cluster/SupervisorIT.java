package dev.switchboard.chat.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of the processes when the one that looks after them does not end in order. */
@Timeout(120)
class SupervisorIT {
  @Test
  void nothingIsLeftWhenTheSupervisorIsKilled() throws IOException {
    try (ClusterProcess cluster = ClusterProcess.start("--nodes", "1")) {
      List<ProcessHandle> processes = cluster.processes();
      assertThat(processes)
          .extracting(ProcessHandle::pid)
          .contains(
              cluster.processOf("redis"), cluster.processOf("node1"), cluster.processOf("haproxy"));
      cluster.killTheSupervisor();
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> processes.stream().noneMatch(ProcessHandle::isAlive));
    }
  }
}
