package dev.switchboard.protocol.socket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.protocol.Trees;
import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.json.PacketFormatException;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Random packets, and what becomes of them on the way; the seed stands in each failure. */
class RoundTripTest {
  private static final ParserLimits WIDE = new ParserLimits(100_000, Long.MAX_VALUE, 100, 400, 256);

  private static final String MUTATIONS = "0123456789-/,[]{}\",:\\ \u0000ntf€e.";

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);
  private final Trees trees = new Trees(seed);
  private final Json json = Json.create();

  @Test
  void textPacketsComeOutAsTheyWentIn() {
    comeOutAsTheyWentIn(Parser.text(json));
  }

  @Test
  void msgpackPacketsComeOutAsTheyWentIn() {
    comeOutAsTheyWentIn(Parser.msgpack(json));
  }

  @Test
  void packetsSentOnUnreadComeOutAsTheyWentIn() {
    Parser text = Parser.text(json);
    Parser msgpack = Parser.msgpack(json);
    for (int i = 0; i < 2_000; i++) {
      Packet packet = event();
      Packet relayed = recoded(text, recoded(text, packet));
      assertSame(relayed, packet, i);
      assertSame(recoded(text, recoded(msgpack, relayed)), packet, i);
    }
  }

  @Test
  void damagedTextIsAPacketOrAFormatException() {
    Parser parser = Parser.text(json);
    int packets = 0;
    for (int i = 0; i < 30_000; i++) {
      EncodedPacket encoded = parser.encode(packet());
      String text = mutated(new String(encoded.text(), UTF_8));
      PacketDecoder decoder = parser.newDecoder(WIDE);
      try {
        Packet packet = decoder.text(text);
        for (byte[] attachment : encoded.binary()) {
          packet = packet == null ? decoder.binary(attachment) : packet;
        }
        if (packet instanceof Packet.Event event) {
          // what was accepted can be read, and sent on
          event.args().toList();
          assertSame(recoded(parser, event), event, i);
          packets++;
        }
      } catch (PacketFormatException e) {
        assertThat(e).hasMessageNotContaining("null");
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + ", run " + i + ": " + text, e);
      }
    }
    assertThat(packets).isPositive();
  }

  @Test
  void damagedMsgpackIsAPacketOrAFormatException() {
    Parser parser = Parser.msgpack(json);
    PacketDecoder decoder = parser.newDecoder(WIDE);
    int packets = 0;
    for (int i = 0; i < 30_000; i++) {
      byte[] message = parser.encode(packet()).binary().get(0);
      for (int changes = random.nextInt(3); changes >= 0; changes--) {
        message[random.nextInt(message.length)] = (byte) random.nextInt(256);
      }
      try {
        Packet packet = decoder.binary(message);
        if (packet instanceof Packet.Event event) {
          event.args().toList();
          parser.encode(event);
          packets++;
        }
      } catch (PacketFormatException e) {
        assertThat(e).hasMessageNotContaining("null");
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + ", run " + i, e);
      }
    }
    assertThat(packets).isPositive();
  }

  private void comeOutAsTheyWentIn(Parser parser) {
    for (int i = 0; i < 5_000; i++) {
      Packet packet = packet();
      assertSame(recoded(parser, packet), packet, i);
    }
  }

  private static @Nullable Packet recoded(Parser parser, Packet packet) {
    EncodedPacket encoded = parser.encode(packet);
    PacketDecoder decoder = parser.newDecoder(WIDE);
    byte[] text = encoded.text();
    Packet decoded = text == null ? null : decoder.text(new String(text, UTF_8));
    for (byte[] attachment : encoded.binary()) {
      assertThat(decoded).isNull();
      decoded = decoder.binary(attachment);
    }
    assertThat(decoder.incomplete()).isFalse();
    return decoded;
  }

  private void assertSame(@Nullable Packet actual, Packet expected, int run) {
    assertThat(actual).as("seed %d, run %d", seed, run).isNotNull();
    assertThat(actual.getClass()).isEqualTo(expected.getClass());
    assertThat(Trees.same(fields(actual), fields(expected)))
        .as("seed %d, run %d: %s", seed, run, expected)
        .isTrue();
  }

  private static List<Object> fields(Packet packet) {
    if (packet instanceof Packet.Event event) {
      return List.of(event.namespace(), event.name(), event.id(), event.args().toList());
    } else if (packet instanceof Packet.Ack ack) {
      return List.of(ack.namespace(), ack.id(), ack.args().toList());
    } else if (packet instanceof Packet.Connect connect) {
      return List.of(connect.namespace(), List.of(connect.data()));
    }
    return List.of(packet.namespace());
  }

  private Packet packet() {
    return switch (random.nextInt(5)) {
      case 0 -> new Packet.Disconnect(namespace());
      case 1 -> new Packet.Connect(namespace(), java.util.Map.of("token", trees.text()));
      case 2 -> new Packet.Ack(namespace(), Args.ofList(trees.list(0)), id());
      default -> event();
    };
  }

  private Packet event() {
    String name = trees.text();
    return new Packet.Event(
        namespace(),
        ReservedEvents.contains(name) ? "x" : name,
        Args.ofList(trees.list(0)),
        random.nextBoolean() ? Packet.NO_ID : id());
  }

  private long id() {
    return random.nextLong() >>> (11 + random.nextInt(53));
  }

  private String namespace() {
    return random.nextBoolean()
        ? "/"
        : "/"
            + trees
                .text()
                .replace(",", "")
                .codePoints()
                .limit(50)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append);
  }

  private String mutated(String text) {
    StringBuilder mutated = new StringBuilder(text);
    for (int changes = random.nextInt(3); changes >= 0; changes--) {
      // mostly at the start, where the header is
      int reach = random.nextBoolean() ? Math.min(8, mutated.length()) : mutated.length();
      int at = random.nextInt(reach + 1);
      char c = MUTATIONS.charAt(random.nextInt(MUTATIONS.length()));
      switch (random.nextInt(3)) {
        case 0 -> mutated.insert(at, c);
        case 1 -> mutated.delete(at, Math.min(mutated.length(), at + 1));
        default -> mutated.replace(at, Math.min(mutated.length(), at + 1), String.valueOf(c));
      }
    }
    // half a character cannot come over the wire
    return new String(mutated.toString().getBytes(UTF_8), UTF_8);
  }
}
