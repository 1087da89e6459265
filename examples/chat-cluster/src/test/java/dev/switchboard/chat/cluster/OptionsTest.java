package dev.switchboard.chat.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the command line may say. */
class OptionsTest {
  @Test
  void threeNodesOnPort3000AreTheDefault() {
    assertThat(Options.parse())
        .isEqualTo(new Options(3000, 3, Optional.empty(), Backplane.CLASSIC, true));
  }

  @Test
  void allCanBeChosen() {
    assertThat(
            Options.parse(
                "--nodes",
                "5",
                "--port",
                "0",
                "--redis",
                "redis://r",
                "--adapter",
                "sharded",
                "--engine",
                "cluster"))
        .isEqualTo(new Options(0, 5, Optional.of("redis://r"), Backplane.SHARDED, false));
  }

  @ParameterizedTest
  @CsvSource({
    "--nodes 0, '--nodes needs a number from 1 to 6, not 0'",
    "--nodes many, '--nodes needs a number from 1 to 6, not many'",
    "--port 65536, '--port needs a number from 0 to 65535, not 65536'",
    "--adapter CLASSIC, '--adapter is classic or sharded or streams, not CLASSIC'",
    "--engine fast, '--engine is sticky or cluster, not fast'",
    "--redis, --redis needs a value",
    "--fast yes, unknown argument: --fast"
  })
  void whatIsWrongIsSaid(String arguments, String message) {
    assertThatThrownBy(() -> Options.parse(arguments.split(" ")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }
}
