package dev.switchboard.protocol.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.json.JsonValue;
import dev.switchboard.protocol.json.PacketFormatException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextDecoderTest {
  private static final ParserLimits LIMITS = ParserLimits.DEFAULT;

  private final PacketDecoder decoder = Parser.text(Json.create()).newDecoder(LIMITS);

  @Test
  void readsConnections() {
    assertThat(decoder.text("0")).isEqualTo(new Packet.Connect("/", null));
    assertThat(decoder.text("0/chat")).isEqualTo(new Packet.Connect("/chat", null));
    assertThat(decoder.text("0/chat,")).isEqualTo(new Packet.Connect("/chat", null));
    assertThat(decoder.text("0{\"token\":\"x\"}"))
        .isEqualTo(new Packet.Connect("/", Map.of("token", "x")));
    assertThat(decoder.text("0/admin,{\"token\":{\"n\":[1,2.5,null,true]}}"))
        .hasToString("Connect[namespace=/admin, data={token={n=[1, 2.5, null, true]}}]");
    assertThat(decoder.text("0/chat?x=1,{}")).isEqualTo(new Packet.Connect("/chat?x=1", Map.of()));
    assertThat(decoder.text("0/__proto__,")).isEqualTo(new Packet.Connect("/__proto__", null));
  }

  @Test
  void readsRefusals() {
    assertThat(decoder.text("4{\"message\":\"no\"}"))
        .isEqualTo(new Packet.ConnectError("/", Map.of("message", "no")));
    assertThat(decoder.text("4/x,\"no\"")).isEqualTo(new Packet.ConnectError("/x", "no"));
    assertThat(decoder.text("4")).isEqualTo(new Packet.ConnectError("/", null));
  }

  @Test
  void readsDisconnections() {
    assertThat(decoder.text("1")).isEqualTo(new Packet.Disconnect("/"));
    assertThat(decoder.text("1/admin,")).isEqualTo(new Packet.Disconnect("/admin"));
  }

  @Test
  void readsEvents() {
    Packet.Event event =
        (Packet.Event) decoder.text("2/admin,13[\"foo\", \"a\" ,1,null,{\"b\":[]}]");

    assertThat(event.namespace()).isEqualTo("/admin");
    assertThat(event.name()).isEqualTo("foo");
    assertThat(event.id()).isEqualTo(13);
    assertThat(event.wantsAck()).isTrue();
    assertThat(event.args().size()).isEqualTo(4);
    assertThat(event.args().toList())
        .isEqualTo(java.util.Arrays.asList("a", 1, null, Map.of("b", List.of())));
    assertThat(event.args().get(0, JsonValue.class).text()).isEqualTo("\"a\"");
    assertThat(event.args().get(9)).isNull();
  }

  @Test
  void readsAcks() {
    Packet.Ack ack = (Packet.Ack) decoder.text("3/admin,13[\"bar\"]");

    assertThat(ack.namespace()).isEqualTo("/admin");
    assertThat(ack.id()).isEqualTo(13);
    assertThat(ack.args().toList()).containsExactly("bar");
    assertThat(((Packet.Ack) decoder.text("37")).args().size()).isZero();
    assertThat(((Packet.Ack) decoder.text("3[1]")).id()).isEqualTo(Packet.NO_ID);
  }

  @ParameterizedTest
  @CsvSource({
    "2007[\"x\"], 7",
    "212[\"x\"], 12",
    "29007199254740991[\"x\"], 9007199254740991",
    "2[\"x\"], -1",
    "2 [\"x\"], -1",
    "'2/a[\"x\",1]', no",
  })
  void readsIds(String message, String id) {
    if (id.equals("no")) {
      assertRefused(message);
    } else {
      Packet.Event event = (Packet.Event) decoder.text(message);
      assertThat(event.id()).isEqualTo(Long.parseLong(id));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'[5,1]', 5",
    "'[-3]', -3",
    "'[1.0]', 1",
    "'[1.5]', 1.5",
    "'[-2.761866835E8]', -276186683.5",
    "'[0.000001]', 0.000001",
    "'[1.5E-7]', 1.5e-7",
    "'[-1e20]', -100000000000000000000",
    "'[1.25e21]', 1.25e+21",
    "'[\"\"]', ''",
    "'[\"connection\"]', connection",
    "'[\"error\"]', error",
    "'[\"__proto__\"]', __proto__",
    "'[\"a\\u0062\\n\"]', 'ab\n'",
  })
  void readsNamesOfEvents(String payload, String name) {
    assertThat(((Packet.Event) decoder.text("2" + payload)).name()).isEqualTo(name);
  }

  @Test
  void readsBinaryEvents() {
    byte[] first = {1, 2, 3};
    byte[] second = {};
    assertThat(
            decoder.text(
                "52-/admin,13[\"t\",{\"_placeholder\":true,\"num\":1},{\"a\":[{\"_placeholder\":true,\"num\":0}]},true]"))
        .isNull();
    assertThat(decoder.incomplete()).isTrue();
    assertThat(decoder.incompleteNamespace()).isEqualTo("/admin");
    assertThat(decoder.binary(first)).isNull();

    Packet.Event event = (Packet.Event) decoder.binary(second);

    assertThat(decoder.incomplete()).isFalse();
    assertThat(decoder.incompleteNamespace()).isNull();
    assertThat(event.namespace()).isEqualTo("/admin");
    assertThat(event.id()).isEqualTo(13);
    assertThat(event.args().get(0, byte[].class)).isSameAs(second);
    assertThat(event.args().get(0, ByteBuffer.class)).isEqualTo(ByteBuffer.wrap(second));
    assertThat(event.args().get(1, Holder.class).a()).containsExactly(first);
    assertThat(((Map<?, ?>) event.args().get(1)).get("a")).isEqualTo(List.of(first));
    assertThat(event.args().get(2)).isEqualTo(true);
    assertThat(event.args().get(2, JsonValue.class).attachments()).isEmpty();
  }

  private record Holder(List<byte[]> a) {}

  @Test
  void readsBinaryAcks() {
    assertThat(decoder.text("61-4[{\"_placeholder\":true,\"num\":0}]")).isNull();

    Packet.Ack ack = (Packet.Ack) decoder.binary(new byte[] {9});

    assertThat(ack.id()).isEqualTo(4);
    assertThat(ack.args().get(0, byte[].class)).containsExactly(9);
  }

  @Test
  void acceptsAttachmentsNamedTwiceOrNever() {
    decoder.text("51-[\"x\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":0}]");
    Packet.Event twice = (Packet.Event) decoder.binary(new byte[] {1});
    decoder.text("51-[\"x\"]");
    Packet.Event never = (Packet.Event) decoder.binary(new byte[] {1});

    assertThat(twice.args().toList()).containsExactly(new byte[] {1}, new byte[] {1});
    assertThat(never.args().size()).isZero();
  }

  @Test
  void findsPlaceholdersAsJavaScriptWould() {
    // escaped keys, other keys beside, the last of two equal keys counts
    decoder.text(
        "51-[\"x\",{\"\\u005fplaceholder\":true,\"num\":0},{\"z\":1,\"_placeholder\":true,\"num\":5,\"num\":0},"
            + "{\"_placeholder\":true,\"_placeholder\":false,\"num\":7}]");
    Packet.Event event = (Packet.Event) decoder.binary(new byte[] {1});

    assertThat(event.args().get(0)).isEqualTo(new byte[] {1});
    assertThat(event.args().get(1)).isEqualTo(new byte[] {1});
    assertThat(event.args().get(2)).isEqualTo(Map.of("_placeholder", false, "num", 7));
  }

  @Test
  void leavesPlaceholdersOfAPlainEventAlone() {
    Packet.Event event = (Packet.Event) decoder.text("2[\"x\",{\"_placeholder\":true,\"num\":0}]");

    assertThat(event.args().get(0)).isEqualTo(Map.of("_placeholder", true, "num", 0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2{}",
        "2",
        "2[]",
        "2[{}]",
        "2[null]",
        "2[[]]",
        "2[true]",
        "2[\"connect\"]",
        "2[\"connect_error\"]",
        "2[\"disconnect\"]",
        "2[\"disconnecting\"]",
        "2[\"newListener\"]",
        "2[\"removeListener\"]",
        "2[\"conn\\u0065ct\"]",
        "2[\"a\"",
        "2[\"a",
        "2[\"a\\",
        "2[\"a\",",
        "2[\"a\",]",
        "2[\"a\"]x",
        "2[\"a\"][]",
        "2[\"a\",NaN]",
        "2[\"a\",Infinity]",
        "2[\"a\",-]",
        "2[\"a\",01]",
        "2[\"a\",1.]",
        "2[\"a\",.5]",
        "2[\"a\",1e]",
        "2[\"a\",+1]",
        "2[\"a\",tru]",
        "2[\"a\",nul]",
        "2[\"a\",'b']",
        "2[\"a\",{b:1}]",
        "2[\"a\",{\"b\"}]",
        "2[\"a\",{\"b\":}]",
        "2[\"a\",{\"b\":1,}]",
        "2[\"a\",{,}]",
        "2[\"a\",\"\t\"]",
        "2[\"a\",\"\\x\"]",
        "2[\"a\",\"\\u12g4\"]",
        "2[\"a\"\u00a0]",
        "2-1[\"a\"]",
        "3{}",
        "3null",
        "0[]",
        "0\"a\"",
        "0null",
        "0{",
        "0{}}",
        "1{}",
        "1/a,[]",
        "4[]",
        "4true",
        "51-",
        "51-[]",
        "61-",
        "51-[\"connect\"]",
        "51-[{\"_placeholder\":true,\"num\":0}]",
      })
  void refusesPayloadsThatAreNone(String message) {
    assertThatThrownBy(() -> decoder.text(message))
        .isInstanceOf(PacketFormatException.class)
        .hasMessage("invalid payload");
  }

  @ParameterizedTest
  @CsvSource({"'', NaN", "7, 7", "9, 9", "x, NaN", "' 2[\"a\"]', NaN", "٢, NaN"})
  void refusesUnknownTypes(String message, String named) {
    assertThatThrownBy(() -> decoder.text(message))
        .isInstanceOf(PacketFormatException.class)
        .hasMessage("unknown packet type " + named);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "50-[\"a\"]",
        "5-[\"a\"]",
        "51[\"a\"]",
        "51",
        "5",
        "51.5-[\"a\"]",
        "5-1-[\"a\"]",
        "50x5-[\"a\"]",
        "5 1-[\"a\"]",
        "51e9-[\"a\"]",
        "6-[]",
      })
  void refusesAttachmentCountsThatAreNone(String message) {
    assertThatThrownBy(() -> decoder.text(message))
        .isInstanceOf(PacketFormatException.class)
        .hasMessage("Illegal attachments");
  }

  @ParameterizedTest
  @ValueSource(strings = {"511-[\"a\"]", "599999999999999999999-[\"a\"]", "54294967297-[\"a\"]"})
  void refusesMoreAttachmentsThanAllowed(String message) {
    assertThatThrownBy(() -> decoder.text(message))
        .isInstanceOf(PacketFormatException.class)
        .hasMessage("too many attachments");
  }

  @Test
  void acceptsAsManyAttachmentsAsAllowed() {
    assertThat(decoder.text("510-[\"a\"]")).isNull();
    assertThat(decoder.incomplete()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "-1", "\"splice\"", "0.5", "null", "true", "1e3", "{}", "\"0\""})
  void refusesPlaceholdersThatNameNoAttachment(String number) {
    assertThatThrownBy(
            () -> decoder.text("51-[\"x\",{\"_placeholder\":true,\"num\":" + number + "}]"))
        .isInstanceOf(PacketFormatException.class)
        .hasMessage("illegal attachments");
    assertThat(decoder.incomplete()).isFalse();
  }

  @Test
  void refusesAPlaceholderWithoutNumber() {
    assertThatThrownBy(() -> decoder.text("51-[\"x\",{\"_placeholder\":true}]"))
        .hasMessage("illegal attachments");
  }

  @Test
  void refusesTextBetweenAttachments() {
    decoder.text("52-[\"x\"]");
    decoder.binary(new byte[] {1});

    assertThatThrownBy(() -> decoder.text("2[\"x\"]"))
        .isInstanceOf(PacketFormatException.class)
        .hasMessage("got plaintext data when reconstructing a packet");
    assertThat(decoder.incomplete()).isFalse();
  }

  @Test
  void refusesBinaryThatNobodyAnnounced() {
    assertThatThrownBy(() -> decoder.binary(new byte[] {1}))
        .isInstanceOf(PacketFormatException.class)
        .hasMessage("got binary data when not reconstructing a packet");
  }

  @Test
  void refusesAttachmentsThatAreTooLargeTogether() {
    PacketDecoder small =
        Parser.text(Json.create()).newDecoder(new ParserLimits(10, 10, 100, 64, 256));
    small.text("53-[\"x\"]");
    small.binary(new byte[5]);
    small.binary(new byte[5]);

    assertThatThrownBy(() -> small.binary(new byte[1]))
        .isInstanceOf(PacketFormatException.class)
        .hasMessage("the attachments have more than 10 bytes");
    assertThat(small.incomplete()).isFalse();
  }

  @Test
  void refusesIdsThatJavaScriptCannotCount() {
    assertRefused("29007199254740992[\"x\"]");
    assertRefused("212345678901234567890[\"x\"]");
    assertRefused("2" + "9".repeat(400) + "[\"x\"]");
    assertRefused("399999999999999999999[]");
  }

  @Test
  void refusesNumbersOutOfRange() {
    assertRefused("2[\"a\",1e999]");
    assertRefused("2[\"a\",-1E+309]");
    assertRefused("2[\"a\"," + "1".repeat(65) + "]");
    assertThat(decoder.text("2[\"a\"," + "1".repeat(64) + ",1e308,1e-999]")).isNotNull();
  }

  @Test
  void refusesLongNumbersThatAreInfinite() {
    PacketDecoder lenient =
        Parser.text(Json.create()).newDecoder(new ParserLimits(10, 10, 100, 1000, 256));

    assertThat(lenient.text("2[\"a\"," + "1".repeat(309) + "]")).isNotNull();
    assertThatThrownBy(() -> lenient.text("2[\"a\"," + "1".repeat(310) + "]"))
        .isInstanceOf(PacketFormatException.class);
  }

  @Test
  void refusesWhatIsNestedTooDeep() {
    assertThat(decoder.text("2[\"a\"," + "[".repeat(99) + "]".repeat(99) + "]")).isNotNull();
    assertRefused("2[\"a\"," + "[".repeat(100) + "]".repeat(100) + "]");
    assertRefused("2[\"a\"," + "{\"a\":".repeat(5_000) + "1" + "}".repeat(5_000) + "]");
    assertRefused("2[\"a\"," + "[".repeat(200_000));
    assertRefused("0" + "{\"a\":".repeat(101) + "1" + "}".repeat(101));
  }

  @Test
  void nestsAsDeepAsTheHardCapWithoutOverflow() {
    PacketDecoder deep =
        Parser.text(Json.create()).newDecoder(new ParserLimits(10, 10, 1000, 64, 256));

    Packet.Event event =
        (Packet.Event) deep.text("2[\"a\"," + "[".repeat(999) + "]".repeat(999) + "]");

    assertThat(event.args().get(0)).isInstanceOf(List.class);
    assertThat(event.args().get(0, JsonValue.class).text()).hasSize(1998);
  }

  @Test
  void refusesNamesOfNamespacesThatAreTooLong() {
    assertThat(decoder.text("0/" + "n".repeat(255))).isNotNull();
    assertRefused("0/" + "n".repeat(256));
    assertRefused("0/" + "n".repeat(100_000) + ",{}");
  }

  @Test
  void readsOnAfterAFailure() {
    assertRefused("2[");

    assertThat(decoder.text("2[\"a\"]")).isInstanceOf(Packet.Event.class);
  }

  @Test
  void keepsEqualKeysAndLoneSurrogates() {
    Packet.Event event = (Packet.Event) decoder.text("2[\"a\",{\"k\":1,\"k\":2},\"\\ud800\"]");

    assertThat(event.args().get(0)).isEqualTo(Map.of("k", 2));
    assertThat(event.args().get(1, String.class)).isEqualTo("\ud800");
  }

  private void assertRefused(String message) {
    assertThatThrownBy(() -> decoder.text(message)).isInstanceOf(PacketFormatException.class);
  }
}
