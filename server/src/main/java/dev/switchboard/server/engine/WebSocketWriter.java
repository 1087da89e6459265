package dev.switchboard.server.engine;

import dev.switchboard.protocol.engine.EnginePacket;
import dev.switchboard.protocol.engine.EngineRevision;
import dev.switchboard.protocol.engine.PacketCodec;
import java.nio.charset.StandardCharsets;

/** Writes messages to a WebSocket as its handshake asked for. Used on the WebSocket's loop. */
final class WebSocketWriter {
  private WebSocketWriter() {}

  /**
   * Writes and flushes; returns the bytes of the messages.
   *
   * @param base64 whether binary goes as text
   */
  static long write(
      WebSocketLink link, EngineRevision revision, boolean base64, Outbox.Node first) {
    long bytes = 0;
    for (Outbox.Node node = first; node != null; node = node.next) {
      write(link, revision, base64, node.message);
      bytes += node.message.sizeBytes();
    }
    link.flush();
    return bytes;
  }

  private static void write(
      WebSocketLink link, EngineRevision revision, boolean base64, OutboundMessage message) {
    String packet = message.packet();
    if (packet != null) {
      link.write(packet);
    } else if (base64 && !message.binary().isEmpty()) {
      writeAsText(link, revision, message);
    } else {
      link.write(message, revision.number());
    }
  }

  private static void writeAsText(
      WebSocketLink link, EngineRevision revision, OutboundMessage message) {
    byte[] text = message.text();
    if (text != null) {
      link.write("4" + new String(text, StandardCharsets.UTF_8));
    }
    for (byte[] part : message.binary()) {
      link.write(PacketCodec.encode(EnginePacket.message(part), revision));
    }
  }
}
