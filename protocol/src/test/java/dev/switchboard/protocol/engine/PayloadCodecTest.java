package dev.switchboard.protocol.engine;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.protocol.json.PacketFormatException;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadCodecTest {
  private static final String EURO_EVENT = "51-[\"b\",{\"_placeholder\":true,\"num\":0},\"€\"]";

  @Test
  void writesRevision4() {
    PayloadWriter writer = PayloadCodec.V4.writer();
    writer.packet(EnginePacket.of(EnginePacket.Type.PING));
    writer.text("0".getBytes(UTF_8));
    writer.text(EURO_EVENT.getBytes(UTF_8));
    writer.binary(new byte[] {1, 2, 3, 4});
    writer.binary(new byte[0]);

    assertThat(new String(writer.toByteArray(), UTF_8))
        .isEqualTo("2\u001e40\u001e4" + EURO_EVENT + "\u001ebAQIDBA==\u001eb");
    assertThat(writer.size()).isEqualTo(writer.toByteArray().length);
  }

  @Test
  void writesRevision3AsText() {
    PayloadWriter writer = PayloadCodec.V3_TEXT.writer();
    writer.text("0".getBytes(UTF_8));
    writer.text("51-[\"b\",{\"_placeholder\":true,\"num\":0},\"€\"]".getBytes(UTF_8));
    writer.binary(new byte[] {1, 2});

    assertThat(new String(writer.toByteArray(), UTF_8))
        .isEqualTo("2:4043:4" + EURO_EVENT + "6:b4AQI=");
  }

  @Test
  void countsUtf16UnitsInRevision3() {
    PayloadWriter writer = PayloadCodec.V3_TEXT.writer();
    writer.packet(EnginePacket.message("é€😀"));

    assertThat(new String(writer.toByteArray(), UTF_8)).isEqualTo("5:4é€😀");
  }

  @Test
  void writesRevision3AsBinary() {
    PayloadWriter writer = PayloadCodec.V3_BINARY.writer();
    writer.text("0".getBytes(UTF_8));
    writer.text(EURO_EVENT.getBytes(UTF_8));
    writer.binary(new byte[] {1, 2});

    assertThat(hex(writer.toByteArray()))
        .isEqualTo("0002ff3430" + "000405ff34" + hex(EURO_EVENT.getBytes(UTF_8)) + "0103ff040102");
  }

  @Test
  void choosesTheFormatToAnswerIn() {
    assertThat(PayloadCodec.toWrite(EngineRevision.V4, false, true)).isEqualTo(PayloadCodec.V4);
    assertThat(PayloadCodec.toWrite(EngineRevision.V3, false, true))
        .isEqualTo(PayloadCodec.V3_BINARY);
    assertThat(PayloadCodec.toWrite(EngineRevision.V3, true, true)).isEqualTo(PayloadCodec.V3_TEXT);
    assertThat(PayloadCodec.toWrite(EngineRevision.V3, false, false))
        .isEqualTo(PayloadCodec.V3_TEXT);
  }

  @Test
  void choosesTheFormatToReadBy() {
    assertThat(PayloadCodec.toRead(EngineRevision.V4, "application/octet-stream"))
        .isEqualTo(PayloadCodec.V4);
    assertThat(PayloadCodec.toRead(EngineRevision.V3, "application/octet-stream"))
        .isEqualTo(PayloadCodec.V3_BINARY);
    assertThat(PayloadCodec.toRead(EngineRevision.V3, "text/plain;charset=UTF-8"))
        .isEqualTo(PayloadCodec.V3_TEXT);
    assertThat(PayloadCodec.toRead(EngineRevision.V3, null)).isEqualTo(PayloadCodec.V3_TEXT);
  }

  @Test
  void readsRevision4() {
    List<EnginePacket> packets =
        read(PayloadCodec.V4, bytes("2probe\u001e40\u001e4é€😀\u001ebAQIDBA==\u001eb\u001e3"));

    assertThat(packets).hasSize(6);
    assertThat(packets.get(0)).isEqualTo(EnginePacket.of(EnginePacket.Type.PING, "probe"));
    assertThat(packets.get(1)).isEqualTo(EnginePacket.message("0"));
    assertThat(packets.get(2)).isEqualTo(EnginePacket.message("é€😀"));
    assertThat(packets.get(3).binary()).containsExactly(1, 2, 3, 4);
    assertThat(packets.get(4).binary()).isEmpty();
    assertThat(packets.get(5)).isEqualTo(EnginePacket.of(EnginePacket.Type.PONG));
  }

  @Test
  void readsManySmallPackets() {
    byte[] body = bytes("3" + "\u001e3".repeat(10_000));

    assertThat(read(PayloadCodec.V4, body)).hasSize(10_001);
  }

  @Test
  void readsRevision3AsText() {
    List<EnginePacket> packets =
        read(PayloadCodec.V3_TEXT, bytes("2:400:5:4é€😀43:4" + EURO_EVENT + "6:b4AQI=1:2"));

    assertThat(packets).hasSize(5);
    assertThat(packets.get(0)).isEqualTo(EnginePacket.message("0"));
    assertThat(packets.get(1)).isEqualTo(EnginePacket.message("é€😀"));
    assertThat(packets.get(2)).isEqualTo(EnginePacket.message(EURO_EVENT));
    assertThat(packets.get(3).binary()).containsExactly(1, 2);
    assertThat(packets.get(4)).isEqualTo(EnginePacket.of(EnginePacket.Type.PING));
  }

  @Test
  void readsNothingFromAnEmptyPayloadOfRevision3() {
    assertThat(read(PayloadCodec.V3_TEXT, bytes("0:"))).isEmpty();
  }

  @Test
  void readsRevision3AsBinary() {
    byte[] body =
        HexFormat.of()
            .parseHex(
                "0002ff3430" + "000405ff34" + hex(EURO_EVENT.getBytes(UTF_8)) + "0103ff040102");

    List<EnginePacket> packets = read(PayloadCodec.V3_BINARY, body);

    assertThat(packets).hasSize(3);
    assertThat(packets.get(0)).isEqualTo(EnginePacket.message("0"));
    assertThat(packets.get(1)).isEqualTo(EnginePacket.message(EURO_EVENT));
    assertThat(packets.get(2).binary()).containsExactly(1, 2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "9",
        "x",
        "\u001e",
        "40\u001e",
        "\u001e40",
        "40\u001e9",
        "40\u001e\u001e40",
        "b!!!",
        "bAQI",
        "bAQI=\n",
        "bA_==",
        "4\u00ff",
        "4\u00c3(",
        "4\u00ed\u00a0\u0080",
        "4\u00c0\u00af",
      })
  void refusesBadPayloadsOfRevision4(String latin1) {
    assertRefused(PayloadCodec.V4, latin1.getBytes(ISO_8859_1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "40",
        ":",
        ":40",
        "2:4",
        "3:40",
        "-1:4",
        "1.0:4",
        "1e0:4",
        " 2:40",
        "2:40x",
        "2:402",
        "2:40:",
        "99999999999:4",
        "2:x0",
        "1:b",
        "2:b4x",
        "6:b2AQI=",
        "2:4\u00f0\u009f\u0098\u0080",
        "2:4\u00ff",
      })
  void refusesBadTextPayloadsOfRevision3(String latin1) {
    assertRefused(PayloadCodec.V3_TEXT, latin1.getBytes(ISO_8859_1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00",
        "0002",
        "0002ff34",
        "00ff",
        "0000ff",
        "0202ff3430",
        "000aff34",
        "01010000000000000001ff04",
        "0101ff02",
        "0100ff",
        "0102ff3401",
        "0002ff34ff",
        "0001ff39",
      })
  void refusesBadBinaryPayloadsOfRevision3(String hex) {
    assertRefused(PayloadCodec.V3_BINARY, HexFormat.of().parseHex(hex));
  }

  @Test
  void deliversNothingAfterABadPacket() {
    PayloadReader reader = PayloadCodec.V4.reader(bytes("40\u001e9\u001e41"));

    assertThat(reader.next()).isEqualTo(EnginePacket.message("0"));
    assertThatThrownBy(reader::next).isInstanceOf(PacketFormatException.class);
    assertThat(reader.next()).isNull();
  }

  @Test
  void roundTripsEveryFormat() {
    List<EnginePacket> packets =
        List.of(
            EnginePacket.of(EnginePacket.Type.NOOP),
            EnginePacket.message(""),
            EnginePacket.message("ä\ud83d\ude00"),
            EnginePacket.message(new byte[300]),
            EnginePacket.of(EnginePacket.Type.CLOSE));
    for (PayloadCodec codec : PayloadCodec.values()) {
      PayloadWriter writer = codec.writer();
      packets.forEach(writer::packet);

      assertThat(read(codec, writer.toByteArray()))
          .as(codec.name())
          .usingRecursiveComparison()
          .isEqualTo(packets);
    }
  }

  private static void assertRefused(PayloadCodec codec, byte[] body) {
    assertThatThrownBy(() -> read(codec, body)).isInstanceOf(PacketFormatException.class);
  }

  private static List<EnginePacket> read(PayloadCodec codec, byte[] body) {
    PayloadReader reader = codec.reader(body);
    List<EnginePacket> packets = new ArrayList<>();
    for (EnginePacket packet = reader.next(); packet != null; packet = reader.next()) {
      packets.add(packet);
    }
    assertThat(reader.next()).isNull();
    return packets;
  }

  private static byte[] bytes(String text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(text.getBytes(UTF_8));
    return out.toByteArray();
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
