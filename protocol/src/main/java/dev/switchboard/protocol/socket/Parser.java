package dev.switchboard.protocol.socket;

import dev.switchboard.protocol.json.Json;

/**
 * How Socket.IO packets are written and read. Both ends must use the same parser. Implement it to
 * bring a format of your own.
 *
 * <p>Safe for use by several threads; a decoder belongs to one connection.
 */
public interface Parser {
  /** The default parser: JSON text, binary as attachments. */
  static Parser text(Json json) {
    return new TextParser(json);
  }

  /** The parser of {@code socket.io-msgpack-parser}: one binary message a packet. */
  static Parser msgpack(Json json) {
    return new MsgPackParser(json);
  }

  /**
   * Writes a packet.
   *
   * @throws IllegalArgumentException if an argument cannot be written
   */
  EncodedPacket encode(Packet packet);

  PacketDecoder newDecoder(ParserLimits limits);
}
