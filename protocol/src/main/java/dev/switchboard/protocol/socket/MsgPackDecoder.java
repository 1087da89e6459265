package dev.switchboard.protocol.socket;

import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.json.MsgPackReader;
import dev.switchboard.protocol.json.PacketFormatException;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the packets of the msgpack parser. Keeps nothing from one message to the next. */
final class MsgPackDecoder implements PacketDecoder {
  private final Json json;
  private final ParserLimits limits;

  MsgPackDecoder(Json json, ParserLimits limits) {
    this.json = json;
    this.limits = limits;
  }

  @Override
  public Packet text(String message) {
    throw new PacketFormatException("got plaintext data instead of msgpack");
  }

  @Override
  public Packet binary(byte[] message) {
    Fields fields = read(message);
    checkNamespace(fields.namespace);
    if (fields.type == MsgPackParser.CONNECT) {
      Object data = fields.data(message, limits);
      check(!fields.hasData || data instanceof Map);
      return new Packet.Connect(fields.namespace, data);
    } else if (fields.type == MsgPackParser.DISCONNECT) {
      check(!fields.hasData);
      return new Packet.Disconnect(fields.namespace);
    } else if (fields.type == MsgPackParser.EVENT) {
      return event(message, fields);
    } else if (fields.type == MsgPackParser.ACK) {
      return new Packet.Ack(fields.namespace, args(message, fields.list(), 0), fields.id);
    } else if (fields.type == MsgPackParser.CONNECT_ERROR) {
      Object data = fields.data(message, limits);
      check(data instanceof Map || data instanceof String);
      return new Packet.ConnectError(fields.namespace, data);
    }
    throw new PacketFormatException("invalid packet type");
  }

  @Override
  public boolean incomplete() {
    return false;
  }

  private Fields read(byte[] message) {
    MsgPackReader reader = new MsgPackReader(message, limits.maxDepth());
    Fields fields = new Fields();
    int pairs = reader.readMapSize();
    for (int i = 0; i < pairs; i++) {
      String key = reader.readKey();
      if (reader.atUndefined()) {
        reader.skip(); // so the official client writes that it has no data for CONNECT
        continue;
      }
      switch (key) {
        case MsgPackParser.TYPE -> fields.type = integer(reader.read(), "invalid packet type");
        case MsgPackParser.ID -> fields.id = integer(reader.read(), "invalid packet id");
        case MsgPackParser.NAMESPACE ->
            fields.namespace = reader.read() instanceof String text ? text : "";
        case MsgPackParser.DATA -> fields.readData(reader);
        default -> reader.skip();
      }
    }
    reader.end();
    return fields;
  }

  private Packet event(byte[] message, Fields fields) {
    int[] list = fields.list();
    check(list.length > 1);
    Object first = new MsgPackReader(message, list[0], list[1], limits.maxDepth()).read();
    String name;
    if (first instanceof String text) {
      name = text;
    } else if (first instanceof Number number) {
      name = EventNames.ofNumber(number.doubleValue());
    } else {
      throw invalid();
    }
    check(!ReservedEvents.contains(name));
    return new Packet.Event(fields.namespace, name, args(message, list, 1), fields.id);
  }

  private Args args(byte[] message, int[] list, int first) {
    return new MsgPackArgs(json, message, list, first, limits.maxDepth());
  }

  private void checkNamespace(String namespace) {
    if (!namespace.startsWith("/")) {
      throw new PacketFormatException("invalid namespace");
    }
    if (namespace.length() > limits.maxNamespaceLength()) {
      throw new PacketFormatException(
          "the namespace has more than " + limits.maxNamespaceLength() + " characters");
    }
  }

  private static long integer(@Nullable Object value, String failure) {
    if (value instanceof Number number) {
      double exact = number.doubleValue();
      if (exact == Math.rint(exact) && exact >= 0 && exact <= TextHeader.MAX_ID) {
        return (long) exact;
      }
    }
    throw new PacketFormatException(failure);
  }

  private static void check(boolean valid) {
    if (!valid) {
      throw invalid();
    }
  }

  private static PacketFormatException invalid() {
    return new PacketFormatException("invalid payload");
  }

  /** What the map of a packet holds, its data only as the places where it stands. */
  private static final class Fields {
    private static final int[] NO_LIST = {};

    long type = -1;
    String namespace = "";
    long id = Packet.NO_ID;
    boolean hasData;

    private int dataStart;
    private int[] list = NO_LIST;

    void readData(MsgPackReader reader) {
      hasData = true;
      dataStart = reader.position();
      list = NO_LIST;
      if (!reader.atList()) {
        reader.skip();
        return;
      }
      int size = reader.readListSize();
      int[] bounds = new int[Math.min(size, 8) + 1];
      for (int i = 0; i < size; i++) {
        if (i + 1 == bounds.length) {
          bounds = Arrays.copyOf(bounds, Math.min(size + 1, 2 * bounds.length));
        }
        bounds[i] = reader.position();
        reader.skip();
      }
      bounds[size] = reader.position();
      list = bounds;
    }

    /** Where each element of the data starts, and where the last one ends. */
    int[] list() {
      check(list.length > 0);
      return list;
    }

    @Nullable Object data(byte[] message, ParserLimits limits) {
      if (!hasData) {
        return null;
      }
      check(list.length == 0);
      return new MsgPackReader(message, dataStart, message.length, limits.maxDepth()).read();
    }
  }
}
