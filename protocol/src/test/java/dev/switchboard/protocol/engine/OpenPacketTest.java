package dev.switchboard.protocol.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.json.PacketFormatException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpenPacketTest {
  private static final OpenPacket PACKET =
      new OpenPacket(
          "lv_VI97HAXpY6yYWAAAC",
          List.of("websocket"),
          Duration.ofSeconds(25),
          Duration.ofSeconds(20),
          1_000_000);

  private final Json json = Json.create();

  @Test
  void writesTheFieldsInTheOrderOfTheReference() {
    assertThat(PacketCodec.encode(PACKET.toPacket(), EngineRevision.V4))
        .isEqualTo(
            "0{\"sid\":\"lv_VI97HAXpY6yYWAAAC\",\"upgrades\":[\"websocket\"],"
                + "\"pingInterval\":25000,\"pingTimeout\":20000,\"maxPayload\":1000000}");
  }

  @Test
  void writesNoAndSeveralUpgrades() {
    assertThat(with(List.of()).toPacket().text()).contains("\"upgrades\":[],");
    assertThat(with(List.of("a", "b")).toPacket().text()).contains("\"upgrades\":[\"a\",\"b\"],");
  }

  @Test
  void readsWhatItWrites() {
    assertThat(OpenPacket.parse(PACKET.toPacket().text(), json)).isEqualTo(PACKET);
  }

  @Test
  void readsWhatServersOfSocketIo2Write() {
    OpenPacket packet =
        OpenPacket.parse(
            "{\"sid\":\"x\",\"upgrades\":[],\"pingInterval\":25000,\"pingTimeout\":5000}", json);

    assertThat(packet.maxPayloadBytes()).isZero();
    assertThat(packet.pingTimeout()).isEqualTo(Duration.ofSeconds(5));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "{}",
        "\"x\"",
        "{\"sid\":\"\",\"pingInterval\":1,\"pingTimeout\":1}",
        "{\"sid\":5,\"pingInterval\":1,\"pingTimeout\":1}",
        "{\"sid\":\"x\",\"pingInterval\":0,\"pingTimeout\":1}",
        "{\"sid\":\"x\",\"pingInterval\":\"1\",\"pingTimeout\":1}",
        "{\"sid\":\"x\",\"pingInterval\":1}",
        "{\"sid\":\"x\",\"pingInterval\":1,\"pingTimeout\":1,\"maxPayload\":-1}",
      })
  void refusesWhatSaysTooLittle(String text) {
    assertThatThrownBy(() -> OpenPacket.parse(text, json))
        .isInstanceOf(PacketFormatException.class);
  }

  private static OpenPacket with(List<String> upgrades) {
    return new OpenPacket("x", upgrades, Duration.ofMillis(1), Duration.ofMillis(1), 1);
  }
}
