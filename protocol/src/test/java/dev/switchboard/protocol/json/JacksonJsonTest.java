package dev.switchboard.protocol.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.switchboard.protocol.TypeRef;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.PropertyNamingStrategies;

// what users hand in is what is tested
@SuppressWarnings({"ArrayRecordComponent", "JavaUtilDate"})
class JacksonJsonTest {
  private static final byte[] DATA = {1, 2};

  private final Json json = Json.create();

  enum Color {
    RED,
    GREEN {
      @Override
      public String toString() {
        return "the green one";
      }
    }
  }

  record Message(String room, String text) {}

  record Numbers(double a, float b, Double c, @Nullable Float d, double[] e, int f, long g) {}

  record Picture(String name, byte[] data, @Nullable ByteBuffer thumbnail) {}

  record Album(List<Picture> pictures, Map<String, byte[]> extra, Optional<byte[]> cover) {}

  record Times(Instant instant, LocalDate date, Duration duration, Date legacy) {}

  record Lists(List<Integer> ids, Map<String, Message> messages) {}

  record Raw(String name, JsonValue value) {}

  record Chain(@Nullable Chain next) {}

  record Node(int depth, @Nullable Object next) {}

  record Picky(String room) {
    Picky {
      if (room.isEmpty()) {
        throw new IllegalArgumentException("a room has a name");
      }
    }
  }

  public static final class Bean {
    private String name = "";
    private final List<String> tags = new ArrayList<>();

    public String getName() {
      return name;
    }

    public void setName(String name) {
      this.name = name;
    }

    public List<String> getTags() {
      return tags;
    }
  }

  @Test
  void writesPlainValues() {
    assertWritten(null, "null");
    assertWritten(true, "true");
    assertWritten(false, "false");
    assertWritten("a", "\"a\"");
    assertWritten('a', "\"a\"");
    assertWritten(Color.GREEN, "\"GREEN\"");
    assertWritten(
        UUID.fromString("00000000-0000-0001-0000-000000000002"),
        "\"00000000-0000-0001-0000-000000000002\"");
    assertWritten(List.of(1, "b"), "[1,\"b\"]");
    assertWritten(Arrays.asList("a", null), "[\"a\",null]");
    assertWritten(new Object[] {1, null, "x"}, "[1,null,\"x\"]");
    assertWritten(new String[] {"x"}, "[\"x\"]");
    assertWritten(new int[] {1, 2}, "[1,2]");
    assertWritten(Set.of(1), "[1]");
    assertWritten(Optional.of("x"), "\"x\"");
    assertWritten(Optional.empty(), "null");
  }

  @Test
  void writesNumbersAsJavaScriptDoes() {
    assertWritten(1, "1");
    assertWritten(Long.MIN_VALUE, "-9223372036854775808");
    assertWritten((short) 3, "3");
    assertWritten((byte) -3, "-3");
    assertWritten(1.0, "1");
    assertWritten(-0.0, "0");
    assertWritten(0.1, "0.1");
    assertWritten(0.1f, "0.1");
    assertWritten(2.0f, "2");
    assertWritten(1.5e300, "1.5E300");
    assertWritten(9007199254740992.0, "9007199254740992");
    assertWritten(Double.NaN, "null");
    assertWritten(Float.NaN, "null");
    assertWritten(Double.POSITIVE_INFINITY, "null");
    assertWritten(Float.NEGATIVE_INFINITY, "null");
    assertWritten(new BigDecimal("1.10"), "1.10");
    assertWritten(
        new BigInteger("123456789012345678901234567890"), "123456789012345678901234567890");
    assertWritten(new double[] {1, Double.NaN}, "[1,null]");
    assertWritten(new float[] {0.5f, Float.NaN}, "[0.5,null]");
    assertWritten(
        new Numbers(1, 0.1f, Double.NaN, null, new double[] {2.5}, 3, 4),
        "{\"a\":1,\"b\":0.1,\"c\":null,\"d\":null,\"e\":[2.5],\"f\":3,\"g\":4}");
  }

  @Test
  void writesTextThatIsAlwaysValid() {
    assertWritten(
        "\"\\/\b\f\n\r\t\u0000\u001f\u007f", "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\u007f\"");
    assertWritten("é€😀\u2028", "\"é€😀\u2028\"");
    assertWritten("\ud800", "\"\\ud800\"");
    assertWritten("a\udc00b\ud800", "\"a\\udc00b\\ud800\"");
    assertWritten("\ud800\ud83d\ude00", "\"\\ud800😀\"");
    assertWritten(new Message("\ud800", "\udfff€"), "{\"room\":\"\\ud800\",\"text\":\"\\udfff€\"}");
    assertWritten(Map.of("\ud800\"", 1), "{\"\\ud800\\\"\":1}");
    String large = "ä\n".repeat(100_000);
    assertWritten(large, "\"" + "ä\\n".repeat(100_000) + "\"");
  }

  @Test
  void writesTimesAsText() {
    assertWritten(Instant.EPOCH, "\"1970-01-01T00:00:00Z\"");
    assertWritten(
        new Times(
            Instant.EPOCH,
            LocalDate.of(2020, 1, 2),
            Duration.ofSeconds(90),
            Date.from(Instant.EPOCH)),
        "{\"instant\":\"1970-01-01T00:00:00Z\",\"date\":\"2020-01-02\",\"duration\":\"PT1M30S\","
            + "\"legacy\":\"1970-01-01T00:00:00.000Z\"}");
  }

  @Test
  void writesMapsWithAnyKeys() {
    Map<Object, Object> map = new LinkedHashMap<>();
    map.put("a", null);
    map.put(1, 2);
    map.put(null, 3);
    assertWritten(map, "{\"a\":null,\"1\":2,\"null\":3}");
    assertWritten(new EnumMap<>(Map.of(Color.GREEN, 1)), "{\"GREEN\":1}");
  }

  @Test
  void writesRecordsInTheOrderOfTheirComponents() {
    assertWritten(new Message("b", "a"), "{\"room\":\"b\",\"text\":\"a\"}");
    assertWritten(List.of(new Message("b", "a")), "[{\"room\":\"b\",\"text\":\"a\"}]");
    assertWritten(Map.of("m", new Message("b", "a")), "{\"m\":{\"room\":\"b\",\"text\":\"a\"}}");
    assertWritten(
        new Lists(List.of(1), Map.of("x", new Message("b", "a"))),
        "{\"ids\":[1],\"messages\":{\"x\":{\"room\":\"b\",\"text\":\"a\"}}}");
    Bean bean = new Bean();
    bean.setName("n");
    assertWritten(bean, "{\"name\":\"n\",\"tags\":[]}");
  }

  @Test
  void putsBinaryAsideDepthFirst() {
    byte[] b = {3};
    byte[] c = {4};
    byte[] d = {5};
    ByteBuffer thumbnail = ByteBuffer.wrap(new byte[] {9, 8, 7, 6}, 1, 2);
    Album album =
        new Album(List.of(new Picture("p", b, thumbnail)), Map.of("k", c), Optional.of(d));
    JsonOutput out = new JsonOutput();

    json.writeArray(Arrays.asList(DATA, album, ByteBuffer.wrap(b)), out);

    assertThat(out.toString(UTF_8))
        .isEqualTo(
            "["
                + placeholder(0)
                + ",{\"pictures\":[{\"name\":\"p\",\"data\":"
                + placeholder(1)
                + ",\"thumbnail\":"
                + placeholder(2)
                + "}],\"extra\":{\"k\":"
                + placeholder(3)
                + "},\"cover\":"
                + placeholder(4)
                + "},"
                + placeholder(5)
                + "]");
    assertThat(out.attachments()).containsExactly(DATA, b, new byte[] {8, 7}, c, d, b);
    assertThat(thumbnail.remaining()).isEqualTo(2);
  }

  @Test
  void writesRawValuesUntouched() {
    JsonValue raw = new JsonValue("{ \"a\" : 1.00 }", List.of());

    assertWritten(raw, "{ \"a\" : 1.00 }");
    assertWritten(List.of(raw), "[{ \"a\" : 1.00 }]");
    assertWritten(new Raw("n", raw), "{\"name\":\"n\",\"value\":{ \"a\" : 1.00 }}");
  }

  @Test
  void refusesValuesThatHoldThemselves() {
    List<Object> list = new ArrayList<>();
    list.add(list);
    Map<String, Object> map = new HashMap<>();
    map.put("node", new Node(0, map));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> written(list))
        .withMessageContaining("does the value hold itself?");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> written(map))
        .withMessageContaining("does the value hold itself?");
    assertThatIllegalArgumentException().isThrownBy(() -> json.toTree(list));
  }

  @Test
  void writesWhatIsNestedDeep() {
    Object chain = null;
    for (int i = 0; i < 900; i++) {
      chain = new Node(i, chain);
    }

    assertThat(written(chain)).endsWith("}".repeat(900));
  }

  @Test
  void readsWhatIsNestedDeep() {
    Chain chain = (Chain) read("{\"next\":".repeat(900) + "null" + "}".repeat(900), Chain.class);

    int length = 0;
    for (Chain link = chain; link != null; link = link.next()) {
      length++;
    }
    assertThat(length).isEqualTo(900);
  }

  @Test
  void takesSettingsOfJackson() {
    Json upper =
        Json.create(
            jackson -> jackson.propertyNamingStrategy(PropertyNamingStrategies.UPPER_CAMEL_CASE));
    JsonOutput out = new JsonOutput();
    upper.write(List.of(new Message("r", "t")), out);

    assertThat(out.toString(UTF_8)).isEqualTo("[{\"Room\":\"r\",\"Text\":\"t\"}]");
  }

  @Test
  void readsPlainValues() {
    assertThat(read("\"a\"", String.class)).isEqualTo("a");
    assertThat(read("\"a\\n\\ud800\"", String.class)).isEqualTo("a\n\ud800");
    assertThat(read("1", Integer.class)).isEqualTo(1);
    assertThat(read("1", int.class)).isEqualTo(1);
    assertThat(read("1", Long.class)).isEqualTo(1L);
    assertThat(read("1", Double.class)).isEqualTo(1.0);
    assertThat(read("1.5", double.class)).isEqualTo(1.5);
    assertThat(read("true", Boolean.class)).isEqualTo(true);
    assertThat(read("\"GREEN\"", Color.class)).isEqualTo(Color.GREEN);
    assertThat(read("null", String.class)).isNull();
    assertThat(read("null", int.class)).isNull();
    assertThat(read("null", Message.class)).isNull();
    assertThat(read("[1,2]", int[].class)).isEqualTo(new int[] {1, 2});
    assertThat(read("\"1970-01-01T00:00:00Z\"", Instant.class)).isEqualTo(Instant.EPOCH);
  }

  @Test
  void readsRecordsAndBeans() {
    assertThat(read("{\"text\":\"t\",\"more\":[1],\"room\":\"r\"}", Message.class))
        .isEqualTo(new Message("r", "t"));
    assertThat(read("{}", Message.class)).isEqualTo(new Message(null, null));
    Bean bean = (Bean) read("{\"name\":\"n\",\"tags\":[\"x\"]}", Bean.class);
    assertThat(bean.getName()).isEqualTo("n");
    assertThat(
            read("{\"ids\":[1],\"messages\":{\"x\":{\"room\":\"r\",\"text\":\"t\"}}}", Lists.class))
        .isEqualTo(new Lists(List.of(1), Map.of("x", new Message("r", "t"))));
    assertThat(read("[{\"room\":\"r\",\"text\":\"t\"}]", new TypeRef<List<Message>>() {}.type()))
        .isEqualTo(List.of(new Message("r", "t")));
  }

  @Test
  void readsTrees() {
    Map<String, Object> expected = new HashMap<>();
    expected.put("i", 1);
    expected.put("l", 5_000_000_000L);
    expected.put("b", new BigInteger("123456789012345678901234567890"));
    expected.put("d", 1.0);
    expected.put("n", null);
    expected.put("t", true);
    expected.put("s", "x");
    expected.put("a", List.of(Map.of()));

    assertThat(
            read(
                "{\"i\":1,\"l\":5000000000,\"b\":123456789012345678901234567890,\"d\":1.0,"
                    + "\"n\":null,\"t\":true,\"s\":\"x\",\"a\":[{}]}",
                Object.class))
        .isEqualTo(expected);
  }

  @Test
  void readsTheValueItself() {
    JsonValue value = new JsonValue("[ 1]", List.of());

    assertThat(json.read(value, JsonValue.class)).isSameAs(value);
    assertThat(read("{\"name\":\"n\",\"value\":[ 1.5,{\"a\":null}]}", Raw.class))
        .isEqualTo(new Raw("n", new JsonValue("[1.5,{\"a\":null}]", List.of())));
  }

  @Test
  void readsBinaryAtAnyDepth() {
    JsonValue value =
        new JsonValue(
            "{\"pictures\":[{\"name\":\"p\",\"data\":"
                + placeholder(1)
                + ",\"thumbnail\":"
                + placeholder(0)
                + "}],\"extra\":{\"k\":"
                + placeholder(0)
                + "},\"cover\":"
                + placeholder(1)
                + "}",
            List.of(DATA, new byte[] {7}));

    Album album = (Album) json.read(value, Album.class);

    assertThat(album.pictures().get(0).data()).containsExactly(7);
    assertThat(album.pictures().get(0).thumbnail()).isEqualTo(ByteBuffer.wrap(DATA));
    assertThat(album.extra().get("k")).containsExactly(1, 2);
    assertThat(album.cover().orElseThrow()).containsExactly(7);
  }

  @Test
  void readsBinaryThatIsTheValue() {
    JsonValue value = new JsonValue(placeholder(0), List.of(DATA));

    assertThat(json.read(value, byte[].class)).isSameAs(DATA);
    assertThat(json.read(value, Object.class)).isSameAs(DATA);
    assertThat(json.read(value, ByteBuffer.class)).isEqualTo(ByteBuffer.wrap(DATA));
  }

  @Test
  void keepsBinaryInARawValueInsideARecord() {
    JsonValue value =
        new JsonValue(
            "{\"name\":\"n\",\"value\":[" + placeholder(1) + "]}", List.of(new byte[1], DATA));

    Raw raw = (Raw) json.read(value, Raw.class);

    assertThat(raw.value().text()).isEqualTo("[" + placeholder(0) + "]");
    assertThat(raw.value().attachments()).containsExactly(DATA);
  }

  @Test
  void saysWhatWasExpectedAndWhatCame() {
    assertMismatch("1", String.class, "expected java.lang.String; came a number 1");
    assertMismatch("\"1\"", Integer.class, "expected java.lang.Integer; came a string \"1\"");
    assertMismatch("1.5", Integer.class, "expected java.lang.Integer; came a number 1.5");
    assertMismatch("true", String.class, "expected java.lang.String; came a boolean true");
    assertMismatch("3000000000", int.class, "expected int; came a number 3000000000");
    assertMismatch(
        "[]", Message.class, "expected " + Message.class.getName() + "; came an array []");
    assertMismatch(
        "{\"ids\":[1,\"x\"]}",
        Lists.class,
        "expected "
            + Lists.class.getName()
            + ", which does not fit at .ids[1]; came an object {\"ids\":[1,\"x\"]}");
    assertMismatch(
        "\"BLUE\"", Color.class, "expected " + Color.class.getName() + "; came a string \"BLUE\"");
    assertMismatch("0", Color.class, "expected " + Color.class.getName() + "; came a number 0");
    assertMismatch(
        placeholder(0), byte[].class, "expected byte[]; came an object " + placeholder(0));
  }

  @Test
  void doesNotRepeatAllOfWhatCame() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read("\"" + "x".repeat(10_000) + "\"", Integer.class))
        .satisfies(e -> assertThat(e.getMessage().length()).isLessThan(160))
        .satisfies(e -> assertThat(e.getCause()).isNull());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> json.fromTree("x".repeat(10_000), Integer.class))
        .satisfies(e -> assertThat(e.getMessage().length()).isLessThan(160));
  }

  @Test
  void passesOnWhatAConstructorSays() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read("{\"room\":\"\"}", Picky.class))
        .withMessageContaining("a room has a name");
  }

  @Test
  void makesTreesOfAnything() {
    assertThat(json.toTree(new Message("r", "t"))).isEqualTo(Map.of("room", "r", "text", "t"));
    assertThat(json.toTree(Map.of(Color.RED, new Object[] {1, (short) 2, 0.1f})))
        .isEqualTo(Map.of("RED", List.of(1, 2, 0.1)));
    assertThat(json.toTree(Optional.of(Set.of(1L)))).isEqualTo(List.of(1L));
    assertThat(json.toTree(ByteBuffer.wrap(DATA))).isEqualTo(DATA);
    assertThat(json.toTree(DATA)).isSameAs(DATA);
    assertThat(json.toTree(new JsonValue("[" + placeholder(0) + "]", List.of(DATA))))
        .isEqualTo(List.of(DATA));
    assertThat(json.toTree(new BigDecimal("1.5"))).isEqualTo(1.5);
    assertThat(json.toTree(Instant.EPOCH)).isEqualTo(Instant.EPOCH);
    assertThat(json.toTree(Date.from(Instant.EPOCH))).isEqualTo(Instant.EPOCH);
    assertThat(json.toTree(null)).isNull();
    Map<?, ?> picture = (Map<?, ?>) json.toTree(new Picture("p", DATA, null));
    assertThat(picture.get("data")).isEqualTo(DATA);
    assertThat(picture.get("thumbnail")).isNull();
  }

  @Test
  void makesAnythingOfTrees() {
    assertThat(json.fromTree(Map.of("room", "r", "text", "t"), Message.class))
        .isEqualTo(new Message("r", "t"));
    assertThat(json.fromTree(1, Long.class)).isEqualTo(1L);
    assertThat(json.fromTree(1, long.class)).isEqualTo(1L);
    assertThat(json.fromTree(1, Double.class)).isEqualTo(1.0);
    assertThat(json.fromTree(null, Message.class)).isNull();
    assertThat(json.fromTree(DATA, byte[].class)).isSameAs(DATA);
    assertThat(json.fromTree(DATA, ByteBuffer.class)).isEqualTo(ByteBuffer.wrap(DATA));
    assertThat(json.fromTree(Instant.EPOCH, String.class)).isEqualTo("1970-01-01T00:00:00Z");
    assertThat(json.fromTree(Map.of("room", Instant.EPOCH), Message.class))
        .isEqualTo(new Message("1970-01-01T00:00:00Z", null));
    assertThat(json.fromTree(List.of(1, DATA), JsonValue.class))
        .isEqualTo(new JsonValue("[1," + placeholder(0) + "]", List.of(DATA)));
    assertThat(json.fromTree(List.of(1), new TypeRef<List<Long>>() {}.type()))
        .isEqualTo(List.of(1L));
    Picture picture =
        (Picture)
            json.fromTree(Map.of("name", "n", "data", DATA, "thumbnail", DATA), Picture.class);
    assertThat(picture.data()).containsExactly(1, 2);
    assertThat(picture.thumbnail()).isEqualTo(ByteBuffer.wrap(DATA));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> json.fromTree(Map.of(), Integer.class))
        .withMessage("expected java.lang.Integer; came an object");
  }

  @Test
  void readsEmptyOptionals() {
    assertThat(read("{\"pictures\":[],\"extra\":{},\"cover\":null}", Album.class))
        .isEqualTo(new Album(List.of(), Collections.emptyMap(), Optional.empty()));
  }

  private static String placeholder(int number) {
    return "{\"_placeholder\":true,\"num\":" + number + "}";
  }

  private @Nullable Object read(String text, java.lang.reflect.Type type) {
    return json.read(new JsonValue(text, List.of()), type);
  }

  private String written(@Nullable Object value) {
    JsonOutput out = new JsonOutput();
    json.write(value, out);
    assertThat(out.attachments()).isEmpty();
    return out.toString(UTF_8);
  }

  private void assertWritten(@Nullable Object value, String expected) {
    String text = written(value);
    assertThat(text).isEqualTo(expected);
    new JsonScanner(text, 1000, Integer.MAX_VALUE).value(0);
  }

  private void assertMismatch(String text, java.lang.reflect.Type type, String message) {
    assertThatIllegalArgumentException().isThrownBy(() -> read(text, type)).withMessage(message);
  }
}
