package dev.switchboard.protocol.socket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.json.JsonValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TextParserTest {
  private static final byte[] TWO_BYTES = {1, 2};

  private final Parser parser = Parser.text(Json.create());

  @Test
  void writesConnections() {
    assertText(new Packet.Connect("/", null), "0");
    assertText(new Packet.Connect("/", Map.of("sid", "abc")), "0{\"sid\":\"abc\"}");
    assertText(new Packet.Connect("/admin", Map.of("sid", "a")), "0/admin,{\"sid\":\"a\"}");
    assertText(new Packet.Connect("/adm", null), "0/adm,");
  }

  @Test
  void writesRefusals() {
    assertText(
        new Packet.ConnectError("/x", Map.of("message", "Invalid namespace")),
        "4/x,{\"message\":\"Invalid namespace\"}");
    assertText(new Packet.ConnectError("/", "no"), "4\"no\"");
  }

  @Test
  void writesDisconnections() {
    assertText(new Packet.Disconnect("/"), "1");
    assertText(new Packet.Disconnect("/admin"), "1/admin,");
  }

  @Test
  void writesEvents() {
    assertText(event("/", "foo", Packet.NO_ID), "2[\"foo\"]");
    assertText(event("/", "foo", 12), "212[\"foo\"]");
    assertText(event("/admin", "foo", 13, "a", 1, null), "2/admin,13[\"foo\",\"a\",1,null]");
    assertText(event("/", "", Packet.NO_ID), "2[\"\"]");
    assertText(event("/", "a\"\\\n\u001e\u20ac\ud83d\ude00", 0), "20[\"a\\\"\\\\\\n\\u001e€😀\"]");
  }

  @Test
  void writesAcks() {
    assertText(new Packet.Ack("/", Args.none(), 7), "37[]");
    assertText(new Packet.Ack("/admin", Args.of("bar"), 13), "3/admin,13[\"bar\"]");
  }

  @Test
  void writesTheLargestId() {
    assertText(event("/", "x", (1L << 53) - 1), "29007199254740991[\"x\"]");
  }

  @Test
  void writesBinaryAsAttachmentsWhereverItIs() {
    byte[] other = {3};
    EncodedPacket packet =
        parser.encode(
            event("/admin", "t", 13, TWO_BYTES, Map.of("deep", List.of(new Picture("p", other)))));

    assertThat(text(packet))
        .isEqualTo(
            "52-/admin,13[\"t\",{\"_placeholder\":true,\"num\":0},"
                + "{\"deep\":[{\"name\":\"p\",\"data\":{\"_placeholder\":true,\"num\":1}}]}]");
    assertThat(packet.binary()).containsExactly(TWO_BYTES, other);
  }

  @Test
  void writesAcksWithBinary() {
    EncodedPacket packet = parser.encode(new Packet.Ack("/", Args.of((Object) TWO_BYTES), 3));

    assertThat(text(packet)).isEqualTo("61-3[{\"_placeholder\":true,\"num\":0}]");
    assertThat(packet.binary()).containsExactly(TWO_BYTES);
  }

  @Test
  void writesManyAttachments() {
    Object[] values = new Object[12];
    Arrays.setAll(values, i -> new byte[] {(byte) i});

    EncodedPacket packet = parser.encode(event("/", "x", Packet.NO_ID, values));

    assertThat(text(packet))
        .startsWith("512-[\"x\",{")
        .endsWith("{\"_placeholder\":true,\"num\":11}]");
    assertThat(packet.binary()).hasSize(12);
  }

  @Test
  void sendsAnArrayThatIsReferredToTwiceOnce() {
    EncodedPacket packet = parser.encode(event("/", "x", Packet.NO_ID, TWO_BYTES, TWO_BYTES));

    assertThat(text(packet))
        .isEqualTo(
            "51-[\"x\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":0}]");
    assertThat(packet.binary()).containsExactly(TWO_BYTES);
  }

  @Test
  void sendsRawValuesOnAsTheyCame() {
    Packet.Event received = (Packet.Event) decode("2[\"a\", {\"x\" : 1.00} ,\"\\ud800\"]");

    Packet onward = new Packet.Event("/b", "b", received.args(), Packet.NO_ID);

    assertThat(text(parser.encode(onward))).isEqualTo("2/b,[\"b\",{\"x\" : 1.00},\"\\ud800\"]");
  }

  @Test
  void numbersTheAttachmentsOfRawValuesAnew() {
    PacketDecoder decoder = parser.newDecoder(ParserLimits.DEFAULT);
    decoder.text(
        "52-[\"a\",{ \"num\":1,\"_placeholder\":true },[{\"_placeholder\":true,\"num\":0}],1.50]");
    decoder.binary(new byte[] {10});
    Packet.Event received = (Packet.Event) decoder.binary(new byte[] {11});
    List<Object> values = new ArrayList<>(received.args().values());
    values.add(0, TWO_BYTES);

    EncodedPacket packet = parser.encode(event("/", "b", Packet.NO_ID, values.toArray()));

    assertThat(text(packet))
        .isEqualTo(
            "53-[\"b\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1},"
                + "[{\"_placeholder\":true,\"num\":2}],1.50]");
    assertThat(packet.binary()).containsExactly(TWO_BYTES, new byte[] {11}, new byte[] {10});
  }

  @Test
  void refusesARawValueThatIsNotJson() {
    JsonValue broken = new JsonValue("{", List.of(TWO_BYTES));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> parser.encode(event("/", "x", 1, broken)))
        .withMessageContaining("not a valid JsonValue");
  }

  @Test
  void refusesBinaryInAConnection() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> parser.encode(new Packet.Connect("/", Map.of("token", TWO_BYTES))))
        .withMessageContaining("only with an event");
  }

  @SuppressWarnings("ArrayRecordComponent") // binary in a record is what is tested
  private record Picture(String name, byte[] data) {}

  private Packet decode(String message) {
    return parser.newDecoder(ParserLimits.DEFAULT).text(message);
  }

  private void assertText(Packet packet, String expected) {
    EncodedPacket encoded = parser.encode(packet);
    assertThat(text(encoded)).isEqualTo(expected);
    assertThat(encoded.binary()).isEmpty();
  }

  private static String text(EncodedPacket packet) {
    return new String(packet.text(), UTF_8);
  }

  private static Packet event(String namespace, String name, long id, Object... values) {
    return new Packet.Event(namespace, name, Args.of(values), id);
  }
}
