package dev.switchboard.protocol.socket;

import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.json.MsgPack;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parser of {@code socket.io-msgpack-parser}: a packet is one binary message, a map of type,
 * data, id and nsp. An absent key is not the same as nil there, so what is not given is left out.
 */
final class MsgPackParser implements Parser {
  static final String TYPE = "type";
  static final String DATA = "data";
  static final String ID = "id";
  static final String NAMESPACE = "nsp";

  static final int CONNECT = 0;
  static final int DISCONNECT = 1;
  static final int EVENT = 2;
  static final int ACK = 3;
  static final int CONNECT_ERROR = 4;

  private final Json json;

  MsgPackParser(Json json) {
    this.json = json;
  }

  @Override
  public PacketDecoder newDecoder(ParserLimits limits) {
    return new MsgPackDecoder(json, limits);
  }

  @Override
  public EncodedPacket encode(Packet packet) {
    if (packet instanceof Packet.Event event) {
      List<@Nullable Object> data = new ArrayList<>(event.args().size() + 1);
      data.add(event.name());
      data.addAll(event.args().values());
      return encode(EVENT, data, event.id(), packet);
    } else if (packet instanceof Packet.Ack ack) {
      return encode(ACK, ack.args().values(), ack.id(), packet);
    } else if (packet instanceof Packet.Connect connect) {
      return encode(CONNECT, connect.data(), Packet.NO_ID, packet);
    } else if (packet instanceof Packet.ConnectError error) {
      return encode(CONNECT_ERROR, error.data(), Packet.NO_ID, packet);
    }
    return encode(DISCONNECT, null, Packet.NO_ID, packet);
  }

  private EncodedPacket encode(int type, @Nullable Object data, long id, Packet packet) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put(TYPE, type);
    if (data != null) {
      fields.put(DATA, data);
    }
    if (id != Packet.NO_ID) {
      fields.put(ID, id);
    }
    fields.put(NAMESPACE, packet.namespace());
    return new EncodedPacket(null, List.of(MsgPack.encode(fields, json::toTree)));
  }
}
