package dev.switchboard.protocol.socket;

import dev.switchboard.protocol.json.Json;

/** The MsgPack parser. */
final class MsgPackParser implements Parser {
  private final Json json;

  MsgPackParser(Json json) {
    this.json = json;
  }

  @Override
  public EncodedPacket encode(Packet packet) {
    throw new IllegalStateException("skeleton " + json);
  }

  @Override
  public PacketDecoder newDecoder(ParserLimits limits) {
    throw new IllegalStateException("skeleton");
  }
}
