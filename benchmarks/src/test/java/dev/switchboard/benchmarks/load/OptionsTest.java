package dev.switchboard.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class OptionsTest {

  @Test
  void takesListsAndDurations() {
    Options options =
        Options.parse(
            "--servers", "node,nio", "--scenarios", "echo", "--measure", "1.5", "--idle", "0");

    assertThat(options.servers()).containsExactly("node", "nio");
    assertThat(options.scenarios()).containsExactly(Scenario.ECHO);
    assertThat(options.measured()).isEqualTo(Duration.ofMillis(1_500));
    assertThat(options.idleConnections()).isEmpty();
  }

  @Test
  void quickIsOneRound() {
    assertThat(Options.parse("--quick").rounds()).isEqualTo(1);
  }

  @Test
  void refusesAnUnknownScenario() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Options.parse("--scenarios", "nothing"))
        .withMessageContaining("nothing");
  }

  @Test
  void refusesAnUnknownServer() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ServerSpec.named("kqueue", Options.parse()))
        .withMessageContaining("io_uring, epoll or nio");
  }

  @Test
  void refusesAnUnknownOption() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Options.parse("--round", "3"))
        .withMessageContaining("--round");
  }
}
