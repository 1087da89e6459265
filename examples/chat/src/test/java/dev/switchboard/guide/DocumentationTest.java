package dev.switchboard.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * Holds the documentation to the code: each Java example stands, but for its line breaks, in the
 * sources of this package, and each link to a file of the project leads somewhere.
 */
class DocumentationTest {
  private static final Path PROJECT = Path.of("../..").toAbsolutePath().normalize();
  private static final Path SOURCES = Path.of("src/test/java/dev/switchboard/guide");
  private static final Pattern EXAMPLE = Pattern.compile("(?ms)^```java\\n(.*?)^```");
  private static final Pattern CODE = Pattern.compile("(?s)```.*?```|`[^`\n]*`");
  private static final Pattern LINK =
      Pattern.compile("\\]\\((?!http)([^)#\\s]*)(?:#([^)\\s]+))?\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");

  static final List<String> WITH_EXAMPLES = List.of("README.md", "docs/guide.md");
  static final List<String> ALL =
      List.of(
          "README.md",
          "CONTRIBUTING.md",
          "CHANGELOG.md",
          "docs/guide.md",
          "docs/deployment.md",
          "docs/architecture.md",
          "docs/threading.md",
          "docs/decisions.md",
          "docs/features.md",
          "docs/performance.md",
          "docs/wire-rows.md");

  @ParameterizedTest
  @FieldSource("WITH_EXAMPLES")
  void everyJavaExampleIsCompiled(String page) throws IOException {
    String compiled = withoutBlanks(sources());
    assertThat(matches(EXAMPLE, read(page)).map(example -> example.group(1)))
        .isNotEmpty()
        .allSatisfy(
            example ->
                assertThat(compiled.contains(withoutBlanks(example)))
                    .as("in a source of this package: %s", example)
                    .isTrue());
  }

  @ParameterizedTest
  @FieldSource("ALL")
  void everyLinkLeadsSomewhere(String page) throws IOException {
    Path from = PROJECT.resolve(page);
    for (MatchResult link : matches(LINK, CODE.matcher(read(page)).replaceAll("")).toList()) {
      Path to = link.group(1).isEmpty() ? from : from.resolveSibling(link.group(1));
      assertThat(to).exists();
      if (link.group(2) != null) {
        assertThat(anchors(Files.readString(to))).as("headings of %s", to).contains(link.group(2));
      }
    }
  }

  @Test
  void everyPageIsLinkedFromTheReadme() throws IOException {
    String readme = read("README.md");
    assertThat(ALL.subList(1, ALL.size())).allMatch(page -> readme.contains("](" + page + ")"));
  }

  private static String read(String page) throws IOException {
    return Files.readString(PROJECT.resolve(page));
  }

  private static String sources() throws IOException {
    var all = new StringBuilder();
    try (Stream<Path> files = Files.list(SOURCES)) {
      for (Path file : files.sorted().toList()) {
        all.append(Files.readString(file));
      }
    }
    return all.toString();
  }

  private static Stream<MatchResult> matches(Pattern pattern, String text) {
    return pattern.matcher(text).results();
  }

  /** The names by which a page's headings can be linked to. */
  private static List<String> anchors(String text) {
    return matches(HEADING, text)
        .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
        .map(title -> title.replaceAll("[^\\w -]", "").replace(' ', '-'))
        .toList();
  }

  private static String withoutBlanks(String text) {
    return text.replaceAll("\\s", "");
  }
}
