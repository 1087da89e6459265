package dev.switchboard.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.protocol.engine.EngineMessage;
import dev.switchboard.protocol.engine.EngineMessage.AcquireLock;
import dev.switchboard.protocol.engine.EngineMessage.Closed;
import dev.switchboard.protocol.engine.EngineMessage.Drain;
import dev.switchboard.protocol.engine.EngineMessage.Incoming;
import dev.switchboard.protocol.engine.EngineMessage.LockAnswer;
import dev.switchboard.protocol.engine.EngineMessage.Malformed;
import dev.switchboard.protocol.engine.EngineMessage.Outgoing;
import dev.switchboard.protocol.engine.EngineMessage.ProbeAnswer;
import dev.switchboard.protocol.engine.EngineMessage.Probed;
import dev.switchboard.protocol.engine.EngineMessage.Reading;
import dev.switchboard.protocol.engine.EnginePacket;
import dev.switchboard.protocol.json.MsgPack;
import dev.switchboard.protocol.json.PacketFormatException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.recursive.comparison.RecursiveComparisonConfiguration;
import org.junit.jupiter.api.Test;

/**
 * The bytes were recorded on Redis from the published source of the reference's cluster engine,
 * over its engine.io 6.6 and its msgpack 2.8.
 */
class EngineCodecTest {
  private static final String A = "aaaaa1";
  private static final String B = "bbbbb2";
  private static final String C = "ccccc3";
  private static final String SID = "0123456789abcdefghij";
  private static final String SID_HEX = "b4303132333435363738396162636465666768696a";
  private static final String SOURCE_HEX = "a75f736f75726365a45f65696f";
  private static final String B_TO_A =
      "a873656e6465724964a6626262626232ab726563697069656e744964a6616161616131";
  private static final String A_TO_B =
      "a873656e6465724964a6616161616131ab726563697069656e744964a6626262626232";
  private static final String A_TO_C =
      "a873656e6465724964a6616161616131ab726563697069656e744964a6636363636333";

  @Test
  void aQuestionForALockIsAsTheReferences() {
    holds(
        new AcquireLock(1, B, null, SID, "polling", true),
        "85a972657175657374496401a873656e6465724964a6626262626232a47479706500a46461746183a3736964"
            + SID_HEX
            + "ad7472616e73706f72744e616d65a7706f6c6c696e67a474797065a57772697465"
            + SOURCE_HEX);
    holds(
        new AcquireLock(2, B, null, SID, "websocket", false),
        "85a972657175657374496402a873656e6465724964a6626262626232a47479706500a46461746183a3736964"
            + SID_HEX
            + "ad7472616e73706f72744e616d65a9776562736f636b6574a474797065a472656164"
            + SOURCE_HEX);
  }

  @Test
  void theAnswerToItIsAsTheReferences() {
    holds(
        new LockAnswer(1, A, B, true),
        "86a972657175657374496401"
            + A_TO_B
            + "a47479706501a46461746181a773756363657373c3"
            + SOURCE_HEX);
  }

  @Test
  void packetsForTheClientAreAsTheReferences() {
    holds(
        new Drain(
            A,
            C,
            SID,
            List.of(
                new Outgoing(EnginePacket.message("hello"), true),
                new Outgoing(EnginePacket.message(new byte[] {1, 2, 3, 4}), true))),
        "85"
            + A_TO_C
            + "a47479706502a46461746182a3736964"
            + SID_HEX
            + "a77061636b6574739283a474797065a76d657373616765a76f7074696f6e7381a8636f6d7072657373c3"
            + "a464617461a568656c6c6f83a474797065a76d657373616765a76f7074696f6e7381a8636f6d7072"
            + "657373c3a464617461c40401020304"
            + SOURCE_HEX);
  }

  @Test
  void packetsWithoutOptionsAreRead() {
    reads(
        "85"
            + A_TO_B
            + "a47479706502a46461746182a3736964"
            + SID_HEX
            + "a77061636b6574739181a474797065a5636c6f7365"
            + SOURCE_HEX,
        new Drain(
            A, B, SID, List.of(new Outgoing(EnginePacket.of(EnginePacket.Type.CLOSE), false))));
  }

  @Test
  void packetsOfTheClientAreAsTheReferences() {
    String start = "85" + B_TO_A + "a47479706503a46461746182a3736964" + SID_HEX;
    holds(
        new Incoming(B, A, SID, EnginePacket.message("hello")),
        start + "a67061636b657482a474797065a76d657373616765a464617461a568656c6c6f" + SOURCE_HEX);
    holds(
        new Incoming(B, A, SID, EnginePacket.message(new byte[] {1, 2, 3, 4})),
        start + "a67061636b657482a474797065a76d657373616765a464617461c40401020304" + SOURCE_HEX);
    holds(
        new Incoming(B, A, SID, EnginePacket.of(EnginePacket.Type.PONG)),
        start + "a67061636b657481a474797065a4706f6e67" + SOURCE_HEX);
    holds(
        new Malformed(B, A, SID),
        start
            + "a67061636b657482a474797065a56572726f72a464617461ac706172736572206572726f72"
            + SOURCE_HEX);
  }

  @Test
  void theUpgradeIsAsTheReferences() {
    holds(
        new Probed(3, B, A, SID, true),
        "86a972657175657374496403"
            + B_TO_A
            + "a47479706504a46461746182a3736964"
            + SID_HEX
            + "a773756363657373c3"
            + SOURCE_HEX);
    holds(
        new ProbeAnswer(3, A, B, false, List.of()),
        "86a972657175657374496403"
            + A_TO_B
            + "a47479706505a46461746182a874616b654f766572c2a77061636b65747390"
            + SOURCE_HEX);
    holds(
        new ProbeAnswer(5, A, B, true, List.of(EnginePacket.message("early"))),
        "86a972657175657374496405"
            + A_TO_B
            + "a47479706505a46461746182a874616b654f766572c3a77061636b6574739182a474797065a76d6573"
            + "73616765a464617461a56561726c79"
            + SOURCE_HEX);
  }

  @Test
  void theEndOfARequestIsAsTheReferences() {
    String start = "85" + B_TO_A + "a47479706506a46461746182a3736964" + SID_HEX;
    holds(
        new Closed(B, A, SID, false),
        start + "a6726561736f6eaf7472616e73706f727420636c6f7365" + SOURCE_HEX);
    holds(
        new Closed(B, A, SID, true),
        start + "a6726561736f6eaf7472616e73706f7274206572726f72" + SOURCE_HEX);
  }

  @Test
  void whatTheReferenceDoesNotSayComesBackAsItWas() {
    Reading reading = new Reading(A, B, SID, true);
    assertThat(EngineCodec.decode(EngineCodec.encode(reading))).contains(reading);
    AcquireLock lock = new AcquireLock(1, B, A, SID, "polling", true);
    assertThat(EngineCodec.decode(EngineCodec.encode(lock))).contains(lock);
  }

  @Test
  void messagesOfOtherSourcesAndTypesArePassedOver() {
    assertThat(EngineCodec.decode(MsgPack.encode(Map.of("type", 0)))).isEmpty();
    assertThat(
            EngineCodec.decode(
                MsgPack.encode(
                    Map.of("type", 42, "senderId", A, "data", Map.of(), "_source", "_eio"))))
        .isEmpty();
  }

  @Test
  void whatIsNoMessageIsRefused() {
    assertThatThrownBy(() -> EngineCodec.decode("{}".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(PacketFormatException.class);
    assertThatThrownBy(
            () ->
                EngineCodec.decode(
                    MsgPack.encode(
                        Map.of("type", 3, "senderId", A, "data", Map.of(), "_source", "_eio"))))
        .isInstanceOf(PacketFormatException.class);
  }

  private static void holds(EngineMessage message, String hex) {
    assertThat(HexFormat.of().formatHex(EngineCodec.encode(message))).isEqualTo(hex);
    reads(hex, message);
  }

  private static void reads(String hex, EngineMessage message) {
    // arrays in records are equal by their content here
    assertThat(EngineCodec.decode(HexFormat.of().parseHex(hex)).orElseThrow())
        .usingRecursiveComparison(RecursiveComparisonConfiguration.builder().build())
        .isEqualTo(message);
  }
}
