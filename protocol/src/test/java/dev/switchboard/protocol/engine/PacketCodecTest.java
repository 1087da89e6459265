package dev.switchboard.protocol.engine;

import static dev.switchboard.protocol.engine.EngineRevision.V3;
import static dev.switchboard.protocol.engine.EngineRevision.V4;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.protocol.json.PacketFormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PacketCodecTest {
  private static final byte[] DATA = {1, 2, 3, 4};

  @ParameterizedTest
  @CsvSource({
    "0{}, OPEN, {}",
    "1, CLOSE, ''",
    "2, PING, ''",
    "2probe, PING, probe",
    "3probe, PONG, probe",
    "4, MESSAGE, ''",
    "'42[\"a\"]', MESSAGE, '2[\"a\"]'",
    "4é€😀, MESSAGE, é€😀",
    "5, UPGRADE, ''",
    "6, NOOP, ''",
  })
  void readsAndWritesText(String message, EnginePacket.Type type, String text) {
    for (EngineRevision revision : EngineRevision.values()) {
      EnginePacket packet = PacketCodec.decode(message, revision);
      assertThat(packet).isEqualTo(EnginePacket.of(type, text));
      assertThat(PacketCodec.encode(packet, revision)).isEqualTo(message);
    }
  }

  @Test
  void readsAndWritesBinaryOfRevision4() {
    assertThat(PacketCodec.decode(DATA, V4).binary()).isSameAs(DATA);
    assertThat(PacketCodec.decode(new byte[0], V4).binary()).isEmpty();
    assertThat(PacketCodec.encodeBinary(DATA, V4)).isSameAs(DATA);
    assertThat(PacketCodec.encode(EnginePacket.message(DATA), V4)).isEqualTo("bAQIDBA==");
    assertThat(new String(PacketCodec.encodeBase64(DATA, V4), UTF_8)).isEqualTo("bAQIDBA==");
    assertThat(PacketCodec.decode("bAQIDBA==", V4).binary()).containsExactly(DATA);
    assertThat(PacketCodec.decode("b", V4).binary()).isEmpty();
  }

  @Test
  void readsAndWritesBinaryOfRevision3() {
    assertThat(PacketCodec.encodeBinary(DATA, V3)).containsExactly(4, 1, 2, 3, 4);
    assertThat(PacketCodec.decode(new byte[] {4, 1, 2, 3, 4}, V3).binary()).containsExactly(DATA);
    assertThat(PacketCodec.decode(new byte[] {4}, V3).binary()).isEmpty();
    assertThat(PacketCodec.encode(EnginePacket.message(DATA), V3)).isEqualTo("b4AQIDBA==");
    assertThat(new String(PacketCodec.encodeBase64(DATA, V3), UTF_8)).isEqualTo("b4AQIDBA==");
    assertThat(PacketCodec.decode("b4AQIDBA==", V3).binary()).containsExactly(DATA);
    assertThat(PacketCodec.decode("b4", V3).binary()).isEmpty();
  }

  @Test
  void writesTextThatIsEncodedAlready() {
    assertThat(new String(PacketCodec.encodeText("2[\"€\"]".getBytes(UTF_8)), UTF_8))
        .isEqualTo("42[\"€\"]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "9", "7", "abc", "x", "٤", "\u0004", "b!!!", "bAQI", "bA", "bA===", "b====", "bAQ-_",
        "bAQI€"
      })
  void refusesTextThatIsNoPacket(String message) {
    for (EngineRevision revision : EngineRevision.values()) {
      assertThatThrownBy(() -> PacketCodec.decode(message, revision))
          .isInstanceOf(PacketFormatException.class);
    }
  }

  @Test
  void refusesBinaryOfRevision3ThatIsNoMessage() {
    assertThatThrownBy(() -> PacketCodec.decode(new byte[0], V3))
        .isInstanceOf(PacketFormatException.class);
    assertThatThrownBy(() -> PacketCodec.decode(new byte[] {2}, V3))
        .isInstanceOf(PacketFormatException.class);
    assertThatThrownBy(() -> PacketCodec.decode("b", V3)).isInstanceOf(PacketFormatException.class);
    assertThatThrownBy(() -> PacketCodec.decode("b2AQIDBA==", V3))
        .isInstanceOf(PacketFormatException.class);
  }

  @ParameterizedTest
  @EnumSource(names = "MESSAGE", mode = EnumSource.Mode.EXCLUDE)
  void hasNoOtherBinaryThanMessages(EnginePacket.Type type) {
    assertThatIllegalArgumentException().isThrownBy(() -> new EnginePacket(type, "", DATA));
  }

  @Test
  void namesRevisions() {
    assertThat(EngineRevision.of(4)).contains(V4);
    assertThat(EngineRevision.of(3)).contains(V3);
    assertThat(EngineRevision.of(5)).isEmpty();
    assertThat(V4.number()).isEqualTo(4);
    assertThat(V4.clientPings()).isFalse();
    assertThat(V3.clientPings()).isTrue();
  }
}
