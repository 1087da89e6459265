package dev.switchboard.protocol.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.protocol.Trees;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessageUnpacker;

// java.util.Date is among what users hand in
@SuppressWarnings("JavaUtilDate")
class MsgPackTest {
  private static final HexFormat HEX = HexFormat.of();

  @ParameterizedTest
  @CsvSource({
    "0, 00",
    "127, 7f",
    "128, cc80",
    "255, ccff",
    "256, cd0100",
    "65535, cdffff",
    "65536, ce00010000",
    "4294967295, ceffffffff",
    "4294967296, cf0000000100000000",
    "9223372036854775807, cf7fffffffffffffff",
    "-1, ff",
    "-32, e0",
    "-33, d0df",
    "-128, d080",
    "-129, d1ff7f",
    "-32768, d18000",
    "-32769, d2ffff7fff",
    "-2147483648, d280000000",
    "-2147483649, d3ffffffff7fffffff",
    "-9223372036854775808, d38000000000000000",
  })
  void writesTheShortestIntegers(long value, String hex) {
    assertThat(encoded(value)).isEqualTo(hex);
    Object read = decoded(hex);
    assertThat(((Number) read).longValue()).isEqualTo(value);
    assertThat(read).isInstanceOf(value == (int) value ? Integer.class : Long.class);
  }

  @Test
  void writesNumbers() {
    assertThat(encoded(1.0)).isEqualTo("01");
    assertThat(encoded(-0.0)).isEqualTo("00");
    assertThat(encoded(9007199254740992.0)).isEqualTo("cf0020000000000000");
    assertThat(encoded(1e300)).startsWith("cb");
    assertThat(encoded(1.5)).isEqualTo("cb3ff8000000000000");
    assertThat(encoded(Double.NaN)).isEqualTo("cb7ff8000000000000");
    assertThat(encoded(Double.POSITIVE_INFINITY)).isEqualTo("cb7ff0000000000000");
    assertThat(encoded(0.1f)).isEqualTo("cb3fb999999999999a");
    assertThat(encoded((short) 300)).isEqualTo("cd012c");
    assertThat(encoded((byte) -3)).isEqualTo("fd");
    assertThat(encoded(new BigDecimal("1.50"))).isEqualTo("cb3ff8000000000000");
    assertThat(encoded(new BigInteger("18446744073709551615"))).isEqualTo("cfffffffffffffffff");
    assertThat(encoded(new BigInteger("-5"))).isEqualTo("fb");
    assertThat(encoded(BigInteger.TEN.pow(30))).startsWith("cb");
  }

  @Test
  void writesTextAndBinary() {
    assertThat(encoded("")).isEqualTo("a0");
    assertThat(encoded("€")).isEqualTo("a3e282ac");
    assertThat(encoded("a".repeat(31))).startsWith("bf61");
    assertThat(encoded("a".repeat(32))).startsWith("d92061");
    assertThat(encoded("a".repeat(256))).startsWith("da010061");
    assertThat(encoded("a".repeat(65536))).startsWith("db0001000061");
    assertThat(encoded(new byte[] {1, 2})).isEqualTo("c4020102");
    assertThat(encoded(ByteBuffer.wrap(new byte[] {1, 2, 3}, 1, 2))).isEqualTo("c4020203");
    assertThat(encoded(new byte[256])).startsWith("c5010000");
    assertThat(encoded(new byte[65536])).startsWith("c60001000000");
    assertThat(decoded(encoded("a".repeat(65536)))).isEqualTo("a".repeat(65536));
    assertThat(decoded(encoded(new byte[65536]))).isEqualTo(new byte[65536]);
  }

  @Test
  void neverWritesBrokenText() {
    assertThat(encoded("a\ud800")).isEqualTo("a2613f");
  }

  @Test
  void writesTheVectorsOfTheReference() {
    assertThat(encoded(map("type", 0, "nsp", "/", "data", Map.of("sid", "abc"))))
        .isEqualTo("83a47479706500a36e7370a12fa46461746181a3736964a3616263");
    assertThat(encoded(map("type", 2, "data", List.of("hello", 1), "nsp", "/")))
        .isEqualTo("83a47479706502a46461746192a568656c6c6f01a36e7370a12f");
    assertThat(
            encoded(
                List.of(
                    "abc123",
                    map("type", 2, "data", List.of("hello", "world"), "nsp", "/"),
                    map("rooms", List.of(), "except", List.of(), "flags", Map.of()))))
        .isEqualTo(
            "93a6616263313233"
                + "83a47479706502a46461746192a568656c6c6fa5776f726c64a36e7370a12f"
                + "83a5726f6f6d7390a665786365707490a5666c61677380");
    assertThat(
            encoded(
                map(
                    "rooms",
                    List.of("r1"),
                    "except",
                    List.of("SID"),
                    "flags",
                    Map.of("volatile", true))))
        .isEqualTo(
            "83a5726f6f6d7391a27231a665786365707491a3534944a5666c61677381a8766f6c6174696c65c3");
  }

  @ParameterizedTest
  @CsvSource({
    "1970-01-01T00:00:00Z, d6ff00000000",
    "2106-02-07T06:28:15Z, d6ffffffffff",
    "2106-02-07T06:28:16Z, d7ff0000000100000000",
    "1970-01-01T00:00:00.001Z, d7ff003d090000000000",
    "2514-05-30T01:53:03.999Z, d7ffee2e1f03ffffffff",
    "2514-05-30T01:53:04Z, c70cff000000000000000400000000",
    "1969-12-31T23:59:59.5Z, c70cff1dcd6500ffffffffffffffff",
  })
  void writesInstantsAsTimestamps(Instant instant, String hex) {
    assertThat(encoded(instant)).isEqualTo(hex);
    assertThat(encoded(Date.from(instant))).isEqualTo(hex);
    assertThat(decoded(hex)).isEqualTo(instant);
  }

  @Test
  void readsWhatOldVersionsOfNotepackWrote() {
    assertThat(decoded("d40000")).isNull();
    assertThat(decoded("d70000000000000003e8")).isEqualTo(Instant.ofEpochSecond(1));
    assertThat(decoded("c70300010203")).isEqualTo(new byte[] {1, 2, 3});
    assertThat(decoded("c8000300010203")).isEqualTo(new byte[] {1, 2, 3});
  }

  @Test
  void keepsOtherExtensions() {
    for (int length : new int[] {0, 1, 2, 3, 4, 8, 16, 17, 300, 70_000}) {
      MsgPackExtension extension = new MsgPackExtension((byte) 5, new byte[length]);
      assertThat(decoded(encoded(extension))).isEqualTo(extension);
    }
    assertThat(decoded("d40507")).isEqualTo(new MsgPackExtension((byte) 5, new byte[] {7}));
    assertThat(encoded(new MsgPackExtension((byte) 5, new byte[] {7}))).isEqualTo("d40507");
  }

  @Test
  void readsNumbersOfEveryKind() {
    assertThat(decoded("ca3fc00000")).isEqualTo(1.5);
    assertThat(decoded("cfffffffffffffffff")).isEqualTo(new BigInteger("18446744073709551615"));
    assertThat(decoded("d000")).isEqualTo(0);
    assertThat(decoded("c2")).isEqualTo(false);
    assertThat(decoded("c3")).isEqualTo(true);
    assertThat(decoded("c0")).isNull();
  }

  @Test
  void readsKeysThatAreNumbersAsText() {
    assertThat(decoded("8101a161")).isEqualTo(Map.of("1", "a"));
  }

  @Test
  void makesTreesOfOtherValuesWhenToldHow() {
    record Point(int x, int y) {}
    Json json = Json.create();

    byte[] bytes = MsgPack.encode(List.of(new Point(1, 2)), json::toTree);

    assertThat(HEX.formatHex(bytes)).isEqualTo("9182a17801a17902");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MsgPack.encode(List.of(new Point(1, 2))))
        .withMessageContaining("Point");
  }

  @Test
  void refusesAValueThatHoldsItself() {
    List<Object> list = new ArrayList<>();
    list.add(list);

    assertThatIllegalArgumentException().isThrownBy(() -> MsgPack.encode(list));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "c1",
        "0000",
        "cc",
        "cd00",
        "ce000000",
        "cf00000000000000",
        "cb00",
        "a5616263",
        "d9",
        "d90561",
        "daffff61",
        "dbffffffff",
        "db7fffffff61",
        "c4ff00",
        "c6ffffffff",
        "c67fffffff",
        "91",
        "9fc0",
        "dcffff",
        "ddffffffff",
        "dd7fffffffc0",
        "81",
        "81a161",
        "8190c0",
        "81c0c0",
        "81c403616263c0",
        "deffff",
        "dfffffffff",
        "df7fffffff",
        "df80000001a161c0",
        "a1ff",
        "a2c0af",
        "a3eda080",
        "d4",
        "d40",
        "d7ffffffffffffffffff",
        "c70cff3b9aca000000000000000000",
        "c70cff000000007fffffffffffffff",
        "d4ff00",
        "c703ff000000",
      })
  void refusesWhatIsNotMsgpack(String hex) {
    if (hex.length() % 2 == 0) {
      byte[] bytes = HEX.parseHex(hex);
      assertThatThrownBy(() -> MsgPack.decode(bytes, 100))
          .isInstanceOf(PacketFormatException.class);
      assertThatThrownBy(
              () -> {
                MsgPackReader reader = new MsgPackReader(bytes, 100);
                reader.skip();
                reader.end();
              })
          .isInstanceOf(PacketFormatException.class);
    }
  }

  @Test
  void refusesWhatIsNestedTooDeep() {
    assertThat(decoded("91".repeat(100) + "c0")).isInstanceOf(List.class);
    assertThat(decoded("81a161".repeat(100) + "c0")).isInstanceOf(Map.class);
    for (String head : List.of("91", "81a161", "dc0001", "de0001a161")) {
      assertThatThrownBy(() -> decoded(head.repeat(101) + "c0"))
          .isInstanceOf(PacketFormatException.class)
          .hasMessage("nested deeper than 100");
      byte[] deep = HEX.parseHex(head.repeat(100_000));
      assertThatThrownBy(() -> new MsgPackReader(deep, 100).skip())
          .isInstanceOf(PacketFormatException.class);
    }
  }

  @Test
  void agreesWithAnIndependentCodec() throws IOException {
    long seed = System.nanoTime();
    Trees trees = new Trees(seed);
    for (int i = 0; i < 5_000; i++) {
      Object tree = trees.next();
      byte[] bytes = MsgPack.encode(tree);

      assertThat(bytes).as("seed %d, tree %d", seed, i).isEqualTo(independentlyEncoded(tree));
      assertThat(Trees.same(MsgPack.decode(bytes, 100), tree))
          .as("seed %d, tree %d", seed, i)
          .isTrue();
      MsgPackReader reader = new MsgPackReader(bytes, 100);
      reader.skip();
      reader.end();
      try (MessageUnpacker unpacker = MessagePack.newDefaultUnpacker(bytes)) {
        assertThat(unpacker.unpackValue()).isNotNull();
      }
    }
  }

  @Test
  void readsOrRefusesWhateverComes() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Trees trees = new Trees(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = MsgPack.encode(trees.next());
      for (int changes = random.nextInt(4); changes >= 0 && bytes.length > 0; changes--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      boolean read = accepts(() -> MsgPack.decode(bytes, 100), seed, i);
      boolean skipped =
          accepts(
              () -> {
                MsgPackReader reader = new MsgPackReader(bytes, 100);
                reader.skip();
                reader.end();
              },
              seed,
              i);
      assertThat(skipped).as("seed %d, run %d", seed, i).isEqualTo(read);
    }
  }

  private static boolean accepts(Runnable task, long seed, int run) {
    try {
      task.run();
      return true;
    } catch (PacketFormatException e) {
      return false;
    } catch (RuntimeException e) {
      throw new AssertionError("seed " + seed + ", run " + run, e);
    }
  }

  private static byte[] independentlyEncoded(@Nullable Object tree) throws IOException {
    try (MessageBufferPacker packer = MessagePack.newDefaultBufferPacker()) {
      pack(packer, tree);
      return packer.toByteArray();
    }
  }

  private static void pack(MessageBufferPacker packer, @Nullable Object tree) throws IOException {
    if (tree == null) {
      packer.packNil();
    } else if (tree instanceof Boolean bool) {
      packer.packBoolean(bool);
    } else if (tree instanceof Integer || tree instanceof Long) {
      packer.packLong(((Number) tree).longValue());
    } else if (tree instanceof BigInteger big) {
      packer.packBigInteger(big);
    } else if (tree instanceof Double value) {
      packer.packDouble(value);
    } else if (tree instanceof String text) {
      packer.packString(text);
    } else if (tree instanceof byte[] data) {
      packer.packBinaryHeader(data.length).writePayload(data);
    } else if (tree instanceof Collection<?> list) {
      packer.packArrayHeader(list.size());
      for (Object element : list) {
        pack(packer, element);
      }
    } else if (tree instanceof Map<?, ?> map) {
      packer.packMapHeader(map.size());
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        packer.packString((String) entry.getKey());
        pack(packer, entry.getValue());
      }
    } else {
      throw new AssertionError(tree.getClass());
    }
  }

  private static String encoded(@Nullable Object tree) {
    return HEX.formatHex(MsgPack.encode(tree));
  }

  private static @Nullable Object decoded(String hex) {
    return MsgPack.decode(HEX.parseHex(hex), 100);
  }

  private static Map<String, Object> map(Object... pairs) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put((String) pairs[i], pairs[i + 1]);
    }
    return map;
  }
}
