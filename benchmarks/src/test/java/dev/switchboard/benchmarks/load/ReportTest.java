package dev.switchboard.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {

  @Test
  void comparesMediansWithNode() {
    Report report = new Report();
    for (double micros : new double[] {30, 20, 25}) {
      report.add(Scenario.ECHO, "node", new Sample(micros, 40_000, 2.5, 4));
    }
    for (double micros : new double[] {12, 10, 99}) {
      report.add(Scenario.ECHO, "epoll", new Sample(micros, 100_000, 1, 2));
    }

    assertThat(report.markdown())
        .contains("| node | 25.0 (20.0–30.0) | 1.00 | 40,000 | 2.50 | 4.00 |")
        .contains("| epoll | 12.0 (10.0–99.0) | 0.480 | 100,000 | 1.00 | 2.00 |");
  }

  @Test
  void leavesOutWhatWasNotMeasured() {
    Report report = new Report();
    report.add(Scenario.HANDSHAKE, "nio", new Sample(200, 4_000, Double.NaN, Double.NaN));
    report.add("node", List.of(new Memory(2_000, Double.NaN, 10_240)));

    assertThat(report.markdown())
        .contains("| nio | 200.0 (200.0–200.0) |  | 4,000 |  |  |")
        .contains("| 2,000 | node |  | 10.0 |");
  }
}
