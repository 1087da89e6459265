package dev.switchboard.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.json.JsonOutput;
import dev.switchboard.protocol.json.JsonScanner;
import dev.switchboard.protocol.json.JsonValue;
import dev.switchboard.protocol.json.PacketFormatException;
import dev.switchboard.protocol.socket.Args;
import dev.switchboard.protocol.socket.EncodedPacket;
import dev.switchboard.protocol.socket.Packet;
import dev.switchboard.protocol.socket.PacketDecoder;
import dev.switchboard.protocol.socket.Parser;
import dev.switchboard.protocol.socket.ParserLimits;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A parser of a user's own can be written with what is public. */
class OwnParserTest {
  record Point(int x, int y) {}

  private final Parser parser = new LineParser(Json.create());

  @Test
  void carriesAnEvent() {
    EncodedPacket encoded =
        parser.encode(new Packet.Event("/", "move", Args.of(new Point(1, 2), "fast"), 3));
    assertThat(new String(encoded.text(), UTF_8))
        .isEqualTo("/ 3 move [{\"x\":1,\"y\":2},\"fast\"]");

    PacketDecoder decoder = parser.newDecoder(ParserLimits.DEFAULT);
    Packet.Event event = (Packet.Event) decoder.text(new String(encoded.text(), UTF_8));

    assertThat(event.name()).isEqualTo("move");
    assertThat(event.id()).isEqualTo(3);
    assertThat(event.args().get(0, Point.class)).isEqualTo(new Point(1, 2));
    assertThat(event.args().get(1, String.class)).isEqualTo("fast");
  }

  @Test
  void refusesWhatIsNone() {
    PacketDecoder decoder = parser.newDecoder(ParserLimits.DEFAULT);

    assertThatThrownBy(() -> decoder.text("/ 3 move [")).isInstanceOf(PacketFormatException.class);
    assertThatThrownBy(() -> decoder.binary(new byte[0])).isInstanceOf(PacketFormatException.class);
  }

  /** Events only: {@code <namespace> <id> <name> <arguments>}. */
  private record LineParser(Json json) implements Parser {
    @Override
    public EncodedPacket encode(Packet packet) {
      Packet.Event event = (Packet.Event) packet;
      JsonOutput out = new JsonOutput();
      out.text(event.namespace() + " " + event.id() + " " + event.name() + " ");
      json.writeArray(event.args().values(), out);
      return new EncodedPacket(out.toByteArray(), out.attachments());
    }

    @Override
    public PacketDecoder newDecoder(ParserLimits limits) {
      return new LineDecoder(limits);
    }
  }

  private record LineDecoder(ParserLimits limits) implements PacketDecoder {
    @Override
    public @Nullable Packet text(String message) {
      String[] parts = message.split(" ", 4);
      JsonScanner scanner = new JsonScanner(parts[3], limits.maxDepth(), limits.maxNumberLength());
      scanner.array(0);
      List<JsonValue> args = new ArrayList<>();
      for (int i = 0; i < scanner.size(); i++) {
        args.add(new JsonValue(parts[3].substring(scanner.start(i), scanner.end(i)), List.of()));
      }
      return new Packet.Event(parts[0], parts[2], Args.ofList(args), Long.parseLong(parts[1]));
    }

    @Override
    public @Nullable Packet binary(byte[] message) {
      throw new PacketFormatException("binary in a format of lines");
    }

    @Override
    public boolean incomplete() {
      return false;
    }
  }
}
