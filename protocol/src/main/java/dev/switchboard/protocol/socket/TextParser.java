package dev.switchboard.protocol.socket;

import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.json.JsonOutput;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The default parser: {@code <type>[<attachments>-][<namespace>,][<id>][<JSON>]}, binary as
 * messages that follow.
 */
final class TextParser implements Parser {
  private final Json json;

  TextParser(Json json) {
    this.json = json;
  }

  @Override
  public PacketDecoder newDecoder(ParserLimits limits) {
    return new TextDecoder(json, limits);
  }

  @Override
  public EncodedPacket encode(Packet packet) {
    if (packet instanceof Packet.Event event) {
      return event(event);
    } else if (packet instanceof Packet.Ack ack) {
      return ack(ack);
    } else if (packet instanceof Packet.Connect connect) {
      return control(TextHeader.CONNECT, connect.namespace(), connect.data());
    } else if (packet instanceof Packet.ConnectError error) {
      return control(TextHeader.CONNECT_ERROR, error.namespace(), error.data());
    }
    return control(TextHeader.DISCONNECT, packet.namespace(), null);
  }

  private EncodedPacket event(Packet.Event event) {
    JsonOutput out = header(TextHeader.EVENT, event.namespace(), event.id());
    out.put('[');
    out.string(event.name());
    List<@Nullable Object> values = event.args().values();
    for (int i = 0; i < values.size(); i++) {
      out.put(',');
      json.write(values.get(i), out);
    }
    out.put(']');
    return encoded(TextHeader.BINARY_EVENT, out);
  }

  private EncodedPacket ack(Packet.Ack ack) {
    JsonOutput out = header(TextHeader.ACK, ack.namespace(), ack.id());
    json.writeArray(ack.args().values(), out);
    return encoded(TextHeader.BINARY_ACK, out);
  }

  private EncodedPacket control(char type, String namespace, @Nullable Object data) {
    JsonOutput out = header(type, namespace, Packet.NO_ID);
    if (data != null) {
      json.write(data, out);
    }
    if (!out.attachments().isEmpty()) {
      throw new IllegalArgumentException(
          "binary cannot be sent along with a connection or its refusal, only with an event");
    }
    return new EncodedPacket(out.toByteArray(), List.of());
  }

  private static JsonOutput header(char type, String namespace, long id) {
    JsonOutput out = new JsonOutput();
    out.put(type);
    if (!namespace.equals("/")) {
      out.text(namespace);
      out.put(',');
    }
    if (id != Packet.NO_ID) {
      out.number(id);
    }
    return out;
  }

  /** The packet as written, or, now that binary was found, its other type with the count. */
  private static EncodedPacket encoded(char binaryType, JsonOutput out) {
    byte[] text = out.toByteArray();
    List<byte[]> attachments = out.attachments();
    if (attachments.isEmpty()) {
      return new EncodedPacket(text, List.of());
    }
    byte[] start =
        (binaryType + Integer.toString(attachments.size()) + "-")
            .getBytes(StandardCharsets.US_ASCII);
    byte[] binary = new byte[start.length + text.length - 1];
    System.arraycopy(start, 0, binary, 0, start.length);
    System.arraycopy(text, 1, binary, start.length, text.length - 1);
    return new EncodedPacket(binary, attachments);
  }
}
