package dev.switchboard.protocol.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.protocol.Trees;
import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.json.JsonValue;
import dev.switchboard.protocol.json.MsgPack;
import dev.switchboard.protocol.json.PacketFormatException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MsgPackParserTest {
  private final Parser parser = Parser.msgpack(Json.create());
  private final PacketDecoder decoder = parser.newDecoder(ParserLimits.DEFAULT);

  @SuppressWarnings("ArrayRecordComponent") // binary in a record is what is tested
  record Point(int x, byte[] data) {}

  @Test
  void writesTheVectorsOfTheReference() {
    assertBytes(
        event("/", "hello", Packet.NO_ID, 1),
        "83a47479706502a46461746192a568656c6c6f01a36e7370a12f");
    assertBytes(new Packet.Disconnect("/"), "82a47479706501a36e7370a12f");
    assertBytes(
        new Packet.Connect("/", Map.of("sid", "abc")),
        "83a47479706500a46461746181a3736964a3616263a36e7370a12f");
  }

  @Test
  void leavesOutWhatIsNotGiven() {
    assertBytes(new Packet.Connect("/a", null), "82a47479706500a36e7370a22f61");
    assertBytes(
        new Packet.Ack("/", Args.none(), 3), "84a47479706503a46461746190a2696403a36e7370a12f");
    assertBytes(
        new Packet.ConnectError("/", Map.of("message", "no")),
        "83a47479706504a46461746181a76d657373616765a26e6fa36e7370a12f");
  }

  @Test
  void readsTheVectorsOfTheReference() {
    assertThat(decode("83a47479706500a36e7370a12fa46461746181a3736964a3616263"))
        .isEqualTo(new Packet.Connect("/", Map.of("sid", "abc")));
    assertThat(decode("82a47479706501a36e7370a12f")).isEqualTo(new Packet.Disconnect("/"));
    Packet.Event event =
        (Packet.Event) decode("83a47479706502a46461746192a568656c6c6f01a36e7370a12f");
    assertThat(event.name()).isEqualTo("hello");
    assertThat(event.namespace()).isEqualTo("/");
    assertThat(event.wantsAck()).isFalse();
    assertThat(event.args().toList()).containsExactly(1);
    assertThat(event.args().get(0, Long.class)).isEqualTo(1L);
    assertThat(event.args().get(1)).isNull();
  }

  @Test
  void readsTheConnectPacketThatTheOfficialClientWritesWithoutData() {
    assertThat(
            decode(
                "84a47479706500a464617461d40000a36e7370a12f"
                    + "a76f7074696f6e7381a8636f6d7072657373c3"))
        .isEqualTo(new Packet.Connect("/", null));
  }

  @Test
  void carriesBinaryInstantsAndRecords() {
    byte[] data = {1, 2};
    Point point = new Point(4, data);
    Packet.Event event =
        (Packet.Event)
            recoded(event("/n", "x", 7, data, Instant.EPOCH, point, Arrays.asList(1.5, null)));

    assertThat(event.id()).isEqualTo(7);
    assertThat(event.args().size()).isEqualTo(4);
    assertThat(event.args().get(0, byte[].class)).containsExactly(1, 2);
    assertThat(event.args().get(1)).isEqualTo(Instant.EPOCH);
    assertThat(event.args().get(1, Instant.class)).isEqualTo(Instant.EPOCH);
    assertThat(event.args().get(1, String.class)).isEqualTo("1970-01-01T00:00:00Z");
    assertThat(event.args().get(2, Point.class).data()).containsExactly(1, 2);
    assertThat(event.args().get(3)).isEqualTo(Arrays.asList(1.5, null));
    assertThat(Trees.same(event.args().values(), event.args().toList())).isTrue();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> event.args().get(0, Integer.class))
        .withMessage("argument 0: expected java.lang.Integer; came binary of 2 bytes");
  }

  @Test
  void sendsOnWhatCameAsText() {
    PacketDecoder text = Parser.text(Json.create()).newDecoder(ParserLimits.DEFAULT);
    text.text("51-[\"a\",{\"_placeholder\":true,\"num\":0},{\"k\":1}]");
    Packet.Event received = (Packet.Event) text.binary(new byte[] {5});

    Packet.Event event = (Packet.Event) recoded(received);

    assertThat(event.args().get(0, byte[].class)).containsExactly(5);
    assertThat(event.args().get(1)).isEqualTo(Map.of("k", 1));
    assertThat(event.args().get(1, JsonValue.class).text()).isEqualTo("{\"k\":1}");
  }

  @Test
  void readsAnyOrderOfKeysAndIgnoresOthers() {
    Packet packet =
        decode(
            map(
                "options",
                map("compress", true),
                "nsp",
                "/a",
                "id",
                5.0,
                "data",
                List.of(1.5, "x"),
                "type",
                2));

    assertThat(packet).isInstanceOf(Packet.Event.class);
    Packet.Event event = (Packet.Event) packet;
    assertThat(event.name()).isEqualTo("1.5");
    assertThat(event.id()).isEqualTo(5);
    assertThat(event.args().toList()).containsExactly("x");
  }

  @Test
  void readsManyArguments() {
    for (int size = 1; size < 40; size++) {
      List<Object> data = Collections.nCopies(size, "x");
      Packet.Event event = (Packet.Event) decode(map("type", 2, "data", data, "nsp", "/"));
      assertThat(event.args().toList()).isEqualTo(data.subList(1, size));
      Packet.Ack ack = (Packet.Ack) decode(map("type", 3, "data", data, "nsp", "/", "id", 1));
      assertThat(ack.args().toList()).isEqualTo(data);
    }
  }

  @Test
  void refusesPacketsThatAreNone() {
    List<Object> data = List.of("a");
    assertRefused("invalid packet type", map("nsp", "/", "data", data));
    assertRefused("invalid packet type", map("type", 5, "nsp", "/", "data", data));
    assertRefused("invalid packet type", map("type", -1, "nsp", "/", "data", data));
    assertRefused("invalid packet type", map("type", 4294967298L, "nsp", "/", "data", data));
    assertRefused("invalid packet type", map("type", "2", "nsp", "/", "data", data));
    assertRefused("invalid packet type", map("type", 2.5, "nsp", "/", "data", data));
    assertRefused("invalid packet type", map("type", null, "nsp", "/", "data", data));
    assertRefused("invalid namespace", map("type", 2, "data", data));
    assertRefused("invalid namespace", map("type", 2, "nsp", null, "data", data));
    assertRefused("invalid namespace", map("type", 2, "nsp", "admin", "data", data));
    assertRefused("invalid namespace", map("type", 2, "nsp", 1, "data", data));
    assertRefused("invalid packet id", map("type", 2, "nsp", "/", "data", data, "id", null));
    assertRefused("invalid packet id", map("type", 2, "nsp", "/", "data", data, "id", "1"));
    assertRefused("invalid packet id", map("type", 2, "nsp", "/", "data", data, "id", -1));
    assertRefused("invalid packet id", map("type", 2, "nsp", "/", "data", data, "id", 1L << 53));
    assertRefused("invalid payload", map("type", 0, "nsp", "/", "data", null));
    assertRefused("invalid payload", map("type", 0, "nsp", "/", "data", List.of()));
    assertRefused("invalid payload", map("type", 0, "nsp", "/", "data", "x"));
    assertRefused("invalid payload", map("type", 1, "nsp", "/", "data", null));
    assertRefused("invalid payload", map("type", 2, "nsp", "/"));
    assertRefused("invalid payload", map("type", 2, "nsp", "/", "data", List.of()));
    assertRefused("invalid payload", map("type", 2, "nsp", "/", "data", map()));
    assertRefused("invalid payload", map("type", 2, "nsp", "/", "data", List.of(true)));
    assertRefused("invalid payload", map("type", 2, "nsp", "/", "data", List.of(map())));
    assertRefused("invalid payload", map("type", 2, "nsp", "/", "data", List.of("disconnect")));
    assertRefused("invalid payload", map("type", 3, "nsp", "/", "id", 1));
    assertRefused("invalid payload", map("type", 4, "nsp", "/", "data", List.of()));
    assertRefused("invalid payload", map("type", 4, "nsp", "/"));
    assertRefused(
        "the namespace has more than 256 characters", map("type", 0, "nsp", "/" + "n".repeat(256)));
  }

  @Test
  void refusesTextAndOtherMessages() {
    assertThatThrownBy(() -> decoder.text("2[\"a\"]")).isInstanceOf(PacketFormatException.class);
    for (String hex :
        List.of("", "90", "c0", "00", "82a47479706501a36e7370a12f00", "82a474797065")) {
      assertThatThrownBy(() -> decode(hex)).isInstanceOf(PacketFormatException.class);
    }
    assertThat(decoder.incomplete()).isFalse();
  }

  @Test
  void refusesWhatIsNestedTooDeep() {
    Object deep = "x";
    for (int i = 0; i < 101; i++) {
      deep = List.of(deep);
    }
    Object tooDeep = deep;

    assertThatThrownBy(() -> decode(map("type", 2, "nsp", "/", "data", List.of("a", tooDeep))))
        .isInstanceOf(PacketFormatException.class);
    assertThatThrownBy(() -> decode(map("type", 2, "nsp", "/", "other", tooDeep)))
        .isInstanceOf(PacketFormatException.class);
  }

  private Packet recoded(Packet packet) {
    EncodedPacket encoded = parser.encode(packet);
    return decoder.binary(encoded.binary().get(0));
  }

  private Packet decode(String hex) {
    return decoder.binary(HexFormat.of().parseHex(hex));
  }

  private Packet decode(Map<String, @Nullable Object> fields) {
    return decoder.binary(MsgPack.encode(fields));
  }

  private void assertBytes(Packet packet, String hex) {
    EncodedPacket encoded = parser.encode(packet);
    assertThat(encoded.text()).isNull();
    assertThat(encoded.binary()).hasSize(1);
    assertThat(HexFormat.of().formatHex(encoded.binary().get(0))).isEqualTo(hex);
  }

  private void assertRefused(String message, Map<String, @Nullable Object> fields) {
    assertThatThrownBy(() -> decode(fields))
        .isInstanceOf(PacketFormatException.class)
        .hasMessage(message);
  }

  private static Packet event(String namespace, String name, long id, Object... values) {
    return new Packet.Event(namespace, name, Args.of(values), id);
  }

  private static Map<String, @Nullable Object> map(@Nullable Object... pairs) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put((String) pairs[i], pairs[i + 1]);
    }
    return map;
  }
}
