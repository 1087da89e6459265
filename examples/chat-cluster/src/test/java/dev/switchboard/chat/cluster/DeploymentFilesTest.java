package dev.switchboard.chat.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files that only a container engine could run name what there is. */
class DeploymentFilesTest {
  private static final Path DEPLOY = Path.of("deploy");
  private static final Path WORKER =
      Path.of("src/main/java/dev/switchboard/chat/cluster/Worker.java");

  private static List<String> all(String pattern, String text) {
    return Pattern.compile(pattern, Pattern.MULTILINE)
        .matcher(text)
        .results()
        .map((MatchResult found) -> found.group(1))
        .toList();
  }

  @Test
  void theImageStartsAWorkerFromWhatTheBuildLeaves() throws IOException {
    String file = Files.readString(DEPLOY.resolve("Containerfile"));
    assertThat(file).contains("\"" + Worker.class.getName() + "\"]");
    assertThat(all("^COPY (\\S+)", file)).containsExactly("target/lib/", "target/classes/");
    assertThat(all("^USER (\\d+)", file)).doesNotContain("0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"compose.yaml", "kubernetes.yaml", "Containerfile"})
  void theVariablesAreThoseThatAWorkerReads(String name) throws IOException {
    String file = Files.readString(DEPLOY.resolve(name));
    List<String> variables = all("(?:^ENV |^    |name: )([A-Z]+(?:_[A-Z]+)*)[:=,}]", file);
    assertThat(variables).isNotEmpty();
    List<String> read = all("getOrDefault\\(\\s*\"([A-Z_]+)\"", Files.readString(WORKER));
    assertThat(read).containsAll(variables);
  }

  @Test
  void theProbesAskForWhatTheChatAnswers() throws IOException {
    String file = Files.readString(DEPLOY.resolve("kubernetes.yaml"));
    assertThat(all("httpGet: \\{path: (\\S+),", file)).containsExactly("/ready", "/health");
  }
}
