package dev.switchboard.protocol.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.protocol.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class JsonScannerTest {
  private static final String MUTATIONS = "[]{}\",:\\ue0-+.19 \n\t\u0000tfn€\ud800'/*";

  private final JsonMapper strict =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  @Test
  void findsTheElementsOfAnArray() {
    assertThat(elements("[]")).isEmpty();
    assertThat(elements(" [ ] ")).isEmpty();
    assertThat(elements("[1]")).containsExactly("1");
    assertThat(elements("\n[ \"a,]\" , {\"b\":[1,2]}\t,[[ ]], -1.5e-3,true , null]\r"))
        .containsExactly("\"a,]\"", "{\"b\":[1,2]}", "[[ ]]", "-1.5e-3", "true", "null");
    assertThat(elements("[\"\\\"\\\\\",\"\\u00e9\"]"))
        .containsExactly("\"\\\"\\\\\"", "\"\\u00e9\"");
    assertThat(elements("[" + "1,".repeat(999) + "1]")).hasSize(1000);
  }

  @Test
  void startsWhereItIsTold() {
    JsonScanner scanner = new JsonScanner("212[\"a\"]", 10, 10);
    scanner.array(3);

    assertThat(scanner.size()).isEqualTo(1);
    assertThat(scanner.start(0)).isEqualTo(4);
    assertThat(scanner.end(0)).isEqualTo(7);
  }

  @Test
  void findsPlaceholders() {
    String text =
        "[{\"_placeholder\":true,\"num\":1},{\"a\":{\"num\":0 , \"_placeholder\" : true }},"
            + "{\"_placeholder\":\"true\",\"num\":0},{\"_placeholder\":true,\"num\":0,"
            + "\"in\":{\"_placeholder\":true,\"num\":1}}]";
    JsonScanner scanner = new JsonScanner(text, 10, 10);
    scanner.findPlaceholders(2);
    scanner.array(0);

    List<String> found = new ArrayList<>();
    for (int i = 0; i < scanner.placeholders(); i++) {
      found.add(
          scanner.placeholderNumber(i)
              + text.substring(scanner.placeholderStart(i), scanner.placeholderEnd(i)));
    }
    assertThat(found)
        .containsExactly(
            "1{\"_placeholder\":true,\"num\":1}",
            "0{\"num\":0 , \"_placeholder\" : true }",
            "0{\"_placeholder\":true,\"num\":0,\"in\":{\"_placeholder\":true,\"num\":1}}");
  }

  @Test
  void unescapes() {
    assertThat(JsonScanner.unescape("plain")).isEqualTo("plain");
    assertThat(JsonScanner.unescape("\\\"\\\\\\/\\b\\f\\n\\r\\t\\u20acx\\ud83d\\ude00"))
        .isEqualTo("\"\\/\b\f\n\r\t€x😀");
  }

  @Test
  void saysWhichLimitWasPassed() {
    assertThatThrownBy(() -> new JsonScanner("[[[]]]", 2, 10).array(0))
        .hasMessage("invalid payload: nested deeper than 2");
    assertThatThrownBy(() -> new JsonScanner("[123456]", 2, 5).array(0))
        .hasMessage("invalid payload: a number of more than 5 characters");
    assertThatThrownBy(() -> new JsonScanner("[1e999]", 2, 10).array(0))
        .hasMessage("invalid payload: a number out of range");
  }

  @Test
  void acceptsWhatJacksonAcceptsAndNothingElse() {
    long seed = System.nanoTime();
    Trees trees = new Trees(seed);
    Random random = new Random(seed);
    Json json = Json.create();
    int accepted = 0;
    for (int i = 0; i < 30_000; i++) {
      JsonOutput out = new JsonOutput();
      json.writeArray(trees.list(3), out);
      String text = mutated(out.toString(UTF_8), random, random.nextInt(3));
      boolean valid = jacksonAccepts(text);
      String failure = scannerFailure(text);
      if (failure.contains("out of range")) {
        continue;
      }
      assertThat(failure.isEmpty()).as("seed %d, run %d: %s", seed, i, text).isEqualTo(valid);
      accepted += valid ? 1 : 0;
    }
    assertThat(accepted).isBetween(5_000, 28_000);
  }

  @Test
  void leavesEveryElementReadable() {
    long seed = System.nanoTime();
    Trees trees = new Trees(seed);
    Json json = Json.create();
    for (int i = 0; i < 3_000; i++) {
      List<Object> list = trees.list(0);
      JsonOutput out = new JsonOutput();
      json.writeArray(list, out);
      String text = out.toString(UTF_8);
      JsonScanner scanner = new JsonScanner(text, 100, 1000);
      scanner.findPlaceholders(out.attachments().size());
      scanner.array(0);

      assertThat(scanner.size()).isEqualTo(list.size());
      List<Object> read = new ArrayList<>();
      for (int e = 0; e < scanner.size(); e++) {
        String element = text.substring(scanner.start(e), scanner.end(e));
        read.add(json.read(new JsonValue(element, out.attachments()), Object.class));
      }
      assertThat(Trees.same(read, list)).as("seed %d, run %d: %s", seed, i, text).isTrue();
    }
  }

  private boolean jacksonAccepts(String text) {
    try {
      JsonNode node = strict.readTree(text);
      return node.isArray();
    } catch (JacksonException e) {
      return false;
    }
  }

  private static String scannerFailure(String text) {
    try {
      new JsonScanner(text, 100, 1000).array(0);
      return "";
    } catch (PacketFormatException e) {
      return e.getMessage();
    }
  }

  private static String mutated(String text, Random random, int changes) {
    StringBuilder mutated = new StringBuilder(text);
    for (int i = 0; i < changes; i++) {
      int at = random.nextInt(mutated.length() + 1);
      char c = MUTATIONS.charAt(random.nextInt(MUTATIONS.length()));
      switch (random.nextInt(3)) {
        case 0 -> mutated.insert(at, c);
        case 1 -> mutated.delete(at, Math.min(mutated.length(), at + 1));
        default -> mutated.replace(at, Math.min(mutated.length(), at + 1), String.valueOf(c));
      }
    }
    return mutated.toString();
  }

  private static List<String> elements(String text) {
    JsonScanner scanner = new JsonScanner(text, 100, 100);
    scanner.array(0);
    List<String> elements = new ArrayList<>();
    for (int i = 0; i < scanner.size(); i++) {
      elements.add(text.substring(scanner.start(i), scanner.end(i)));
    }
    return elements;
  }
}
