package dev.switchboard.server.engine;

import dev.switchboard.protocol.engine.EngineMessage.Outgoing;
import dev.switchboard.protocol.engine.EnginePacket;
import dev.switchboard.protocol.engine.EngineRevision;
import dev.switchboard.protocol.engine.PacketCodec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Messages on their way to a client, to and from the packets that nodes hand each other. */
final class WirePackets {
  private WirePackets() {}

  static List<Outgoing> of(Outbox.Node first) {
    List<Outgoing> packets = new ArrayList<>();
    for (Outbox.Node node = first; node != null; node = node.next) {
      addTo(packets, node.message);
    }
    return packets;
  }

  private static void addTo(List<Outgoing> packets, OutboundMessage message) {
    boolean compress = message.compressed();
    String packet = message.packet();
    if (packet != null) {
      packets.add(new Outgoing(PacketCodec.decode(packet, EngineRevision.V4), compress));
    }
    byte[] text = message.text();
    if (text != null) {
      String decoded = new String(text, StandardCharsets.UTF_8);
      packets.add(new Outgoing(EnginePacket.message(decoded), compress));
    }
    for (byte[] part : message.binary()) {
      packets.add(new Outgoing(EnginePacket.message(part), compress));
    }
  }

  /** The chain of messages that {@link Transport#write} and the like take; null if it is empty. */
  static Outbox.@Nullable Node chain(List<Outgoing> packets) {
    Outbox.Node first = null;
    for (int i = packets.size() - 1; i >= 0; i--) {
      Outbox.Node node = new Outbox.Node(message(packets.get(i)));
      node.next = first;
      first = node;
    }
    return first;
  }

  private static OutboundMessage message(Outgoing outgoing) {
    EnginePacket packet = outgoing.packet();
    byte[] binary = packet.binary();
    OutboundMessage message;
    if (binary != null) {
      message = OutboundMessage.binary(binary);
    } else if (packet.type() == EnginePacket.Type.MESSAGE) {
      message = OutboundMessage.text(packet.text());
    } else {
      message = OutboundMessage.packet(PacketCodec.encode(packet, EngineRevision.V4));
    }
    return message.compress(outgoing.compress());
  }
}
