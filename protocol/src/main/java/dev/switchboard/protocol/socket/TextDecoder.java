package dev.switchboard.protocol.socket;

import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.json.JsonScanner;
import dev.switchboard.protocol.json.JsonValue;
import dev.switchboard.protocol.json.PacketFormatException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the packets of the text parser: protocol 5, and protocol 4, whose grammar is the same. Used
 * by one thread at a time.
 *
 * <p>The JSON of an event is checked here, so that whatever is wrong with it closes the connection;
 * but only its name is made a value.
 */
final class TextDecoder implements PacketDecoder {
  private final Json json;
  private final ParserLimits limits;
  private @Nullable Pending pending;

  TextDecoder(Json json, ParserLimits limits) {
    this.json = json;
    this.limits = limits;
  }

  @Override
  public @Nullable Packet text(String message) {
    if (pending != null) {
      pending = null;
      throw new PacketFormatException("got plaintext data when reconstructing a packet");
    }
    TextHeader header = TextHeader.read(message, limits);
    return switch (header.type()) {
      case TextHeader.CONNECT -> connect(header, message);
      case TextHeader.DISCONNECT -> disconnect(header, message);
      case TextHeader.CONNECT_ERROR -> connectError(header, message);
      case TextHeader.EVENT, TextHeader.BINARY_EVENT -> event(header, message);
      default -> ack(header, message);
    };
  }

  @Override
  public @Nullable Packet binary(byte[] message) {
    Pending current = pending;
    if (current == null) {
      throw new PacketFormatException("got binary data when not reconstructing a packet");
    }
    current.bytes += message.length;
    if (current.bytes > limits.maxAttachmentBytes()) {
      pending = null;
      throw new PacketFormatException(
          "the attachments have more than " + limits.maxAttachmentBytes() + " bytes");
    }
    current.attachments.add(message);
    if (current.attachments.size() < current.header.attachments()) {
      return null;
    }
    pending = null;
    return packet(current.header, current.name, current.args.withAttachments(current.attachments));
  }

  @Override
  public boolean incomplete() {
    return pending != null;
  }

  @Override
  public @Nullable String incompleteNamespace() {
    return pending == null ? null : pending.header.namespace();
  }

  private Packet connect(TextHeader header, String message) {
    if (header.end() == message.length()) {
      return new Packet.Connect(header.namespace(), null);
    }
    return new Packet.Connect(header.namespace(), payload(header, message, false));
  }

  private static Packet disconnect(TextHeader header, String message) {
    if (header.end() < message.length()) {
      throw invalid();
    }
    return new Packet.Disconnect(header.namespace());
  }

  private Packet connectError(TextHeader header, String message) {
    if (header.end() == message.length()) {
      return new Packet.ConnectError(header.namespace(), null);
    }
    return new Packet.ConnectError(header.namespace(), payload(header, message, true));
  }

  private @Nullable Object payload(TextHeader header, String message, boolean orText) {
    JsonScanner scanner = scanner(message);
    scanner.value(header.end());
    String payload = message.substring(header.end()).strip();
    if (payload.charAt(0) != '{' && !(orText && payload.charAt(0) == '"')) {
      throw invalid();
    }
    return json.read(new JsonValue(payload, List.of()), Object.class);
  }

  private @Nullable Packet event(TextHeader header, String message) {
    JsonScanner scanner = scanArray(header, message);
    if (scanner.size() == 0) {
      throw invalid();
    }
    String name = name(message, scanner.start(0), scanner.end(0));
    if (ReservedEvents.contains(name)) {
      throw invalid();
    }
    return complete(header, name, RawArgs.of(json, message, scanner, 1));
  }

  private @Nullable Packet ack(TextHeader header, String message) {
    if (header.end() == message.length() && header.type() == TextHeader.ACK) {
      return new Packet.Ack(header.namespace(), Args.none(), header.id());
    }
    JsonScanner scanner = scanArray(header, message);
    return complete(header, "", RawArgs.of(json, message, scanner, 0));
  }

  private @Nullable Packet complete(TextHeader header, String name, RawArgs args) {
    if (header.attachments() > 0) {
      pending = new Pending(header, name, args);
      return null;
    }
    return packet(header, name, args);
  }

  private static Packet packet(TextHeader header, String name, RawArgs args) {
    boolean event = header.type() == TextHeader.EVENT || header.type() == TextHeader.BINARY_EVENT;
    return event
        ? new Packet.Event(header.namespace(), name, args, header.id())
        : new Packet.Ack(header.namespace(), args, header.id());
  }

  private JsonScanner scanArray(TextHeader header, String message) {
    JsonScanner scanner = scanner(message);
    if (header.attachments() > 0) {
      scanner.findPlaceholders(header.attachments());
    }
    scanner.array(header.end());
    return scanner;
  }

  private JsonScanner scanner(String message) {
    return new JsonScanner(message, limits.maxDepth(), limits.maxNumberLength());
  }

  /** The name of an event: a string, or a number, which is delivered as its text. */
  private static String name(String message, int start, int end) {
    char first = message.charAt(start);
    if (first == '"') {
      return JsonScanner.unescape(message.substring(start + 1, end - 1));
    }
    if (first == '-' || (first >= '0' && first <= '9')) {
      return EventNames.ofNumber(Double.parseDouble(message.substring(start, end)));
    }
    throw invalid();
  }

  private static PacketFormatException invalid() {
    return new PacketFormatException("invalid payload");
  }

  /** A packet whose attachments are still to come. */
  private static final class Pending {
    final TextHeader header;
    final String name;
    final RawArgs args;
    final List<byte[]> attachments = new ArrayList<>(2);
    long bytes;

    Pending(TextHeader header, String name, RawArgs args) {
      this.header = header;
      this.name = name;
      this.args = args;
    }
  }
}
