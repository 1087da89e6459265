package dev.switchboard.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/features.md} names a test for each feature; the tests must be there. */
class FeaturesTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern ROW =
      Pattern.compile("\\| (\\d+) \\| (\\d) \\| ([^|]+) \\| ([^|]+) \\|");
  private static final Pattern REFERENCE = Pattern.compile("`(\\w+)#(\\w+)`");

  /** The client and the Admin UI: what may still be missing. */
  private static final Set<Integer> TO_COME = Set.of(66, 67, 68, 69, 70);

  private record Row(int number, int priority, String feature, List<String[]> tests) {}

  private static List<Row> rows() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (String line : Files.readAllLines(ROOT.resolve("docs/features.md"))) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        List<String[]> tests = new ArrayList<>();
        Matcher reference = REFERENCE.matcher(row.group(4));
        while (reference.find()) {
          tests.add(new String[] {reference.group(1), reference.group(2)});
        }
        rows.add(
            new Row(
                Integer.parseInt(row.group(1)),
                Integer.parseInt(row.group(2)),
                row.group(3),
                tests));
      }
    }
    return rows;
  }

  private static Map<String, String> testSources() throws IOException {
    Map<String, String> sources = new HashMap<>();
    try (Stream<Path> files = Files.walk(ROOT)) {
      files
          .filter(file -> file.toString().contains("/src/test/java/"))
          .filter(file -> file.toString().endsWith(".java"))
          .forEach(
              // modules may have tests of the same name
              file ->
                  sources.merge(
                      file.getFileName().toString().replace(".java", ""),
                      text(file),
                      String::concat));
    }
    return sources;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void everyRowIsThereOnce() throws IOException {
    assertThat(rows().stream().map(Row::number))
        .containsExactlyElementsOf(Stream.iterate(1, number -> number + 1).limit(74).toList());
  }

  @Test
  void everyTestThatIsNamedExists() throws IOException {
    Map<String, String> sources = testSources();
    for (Row row : rows()) {
      for (String[] test : row.tests()) {
        assertThat(sources).as("row %d names %s", row.number(), test[0]).containsKey(test[0]);
        assertThat(sources.get(test[0]))
            .as("row %d, %s", row.number(), test[0])
            .containsPattern("(void|Stream<\\w+>|List<\\w+>) " + test[1] + "\\(");
      }
    }
  }

  @Test
  void whatIsNeededToBeCompatibleHasATest() throws IOException {
    for (Row row : rows()) {
      if (row.priority() < 3 && !TO_COME.contains(row.number())) {
        assertThat(row.tests()).as("row %d, %s", row.number(), row.feature()).isNotEmpty();
      }
    }
  }
}
