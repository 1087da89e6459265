package dev.switchboard.redis;

import dev.switchboard.protocol.engine.EngineMessage;
import dev.switchboard.protocol.engine.EngineMessage.AcquireLock;
import dev.switchboard.protocol.engine.EngineMessage.Closed;
import dev.switchboard.protocol.engine.EngineMessage.Drain;
import dev.switchboard.protocol.engine.EngineMessage.Incoming;
import dev.switchboard.protocol.engine.EngineMessage.LockAnswer;
import dev.switchboard.protocol.engine.EngineMessage.Malformed;
import dev.switchboard.protocol.engine.EngineMessage.Outgoing;
import dev.switchboard.protocol.engine.EngineMessage.ProbeAnswer;
import dev.switchboard.protocol.engine.EngineMessage.Probed;
import dev.switchboard.protocol.engine.EngineMessage.Reading;
import dev.switchboard.protocol.engine.EnginePacket;
import dev.switchboard.protocol.json.MsgPack;
import dev.switchboard.protocol.json.PacketFormatException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The layouts of the reference's cluster engine: msgpack maps, byte for byte. Stateless; any
 * thread.
 */
final class EngineCodec {
  private static final int MAX_DEPTH = 100;
  private static final String SOURCE = "_eio";

  private static final int ACQUIRE_LOCK = 0;
  private static final int ACQUIRE_LOCK_RESPONSE = 1;
  private static final int DRAIN = 2;
  private static final int PACKET = 3;
  private static final int UPGRADE = 4;
  private static final int UPGRADE_RESPONSE = 5;
  private static final int CLOSE = 6;

  /** Not the reference's, which passes over types that it does not know. */
  private static final int READING = 100;

  private static final String ERROR = "error";
  private static final String TRANSPORT_ERROR = "transport error";
  private static final String TRANSPORT_CLOSE = "transport close";

  private EngineCodec() {}

  static byte[] encode(EngineMessage message) {
    if (message instanceof AcquireLock lock) {
      Map<String, Object> data = new LinkedHashMap<>();
      data.put("sid", lock.sid());
      data.put("transportName", lock.transport());
      data.put("type", lock.write() ? "write" : "read");
      return encode(message, lock.requestId(), ACQUIRE_LOCK, data);
    } else if (message instanceof LockAnswer answer) {
      Map<String, Object> data = Map.of("success", answer.success());
      return encode(message, answer.requestId(), ACQUIRE_LOCK_RESPONSE, data);
    } else if (message instanceof Drain drain) {
      Object packets = drain.packets().stream().map(EngineCodec::outgoing).toList();
      return encode(message, null, DRAIN, data(drain.sid(), "packets", packets));
    } else if (message instanceof Incoming incoming) {
      Object packet = incoming(incoming.packet());
      return encode(message, null, PACKET, data(incoming.sid(), "packet", packet));
    } else if (message instanceof Malformed malformed) {
      Map<String, Object> packet = new LinkedHashMap<>();
      packet.put("type", ERROR);
      packet.put("data", "parser error");
      return encode(message, null, PACKET, data(malformed.sid(), "packet", packet));
    } else if (message instanceof Probed probed) {
      Map<String, Object> data = data(probed.sid(), "success", probed.success());
      return encode(message, probed.requestId(), UPGRADE, data);
    } else if (message instanceof ProbeAnswer answer) {
      Map<String, Object> data = new LinkedHashMap<>();
      data.put("takeOver", answer.takeOver());
      data.put("packets", answer.packets().stream().map(EngineCodec::incoming).toList());
      return encode(message, answer.requestId(), UPGRADE_RESPONSE, data);
    } else if (message instanceof Closed closed) {
      String reason = closed.error() ? TRANSPORT_ERROR : TRANSPORT_CLOSE;
      return encode(message, null, CLOSE, data(closed.sid(), "reason", reason));
    } else if (message instanceof Reading reading) {
      return encode(message, null, READING, data(reading.sid(), "on", reading.on()));
    }
    throw new IllegalArgumentException("no layout for " + message.getClass().getName());
  }

  private static byte[] encode(
      EngineMessage message, @Nullable Long requestId, int type, Map<String, Object> data) {
    Map<String, Object> map = new LinkedHashMap<>();
    if (requestId != null) {
      map.put("requestId", requestId);
    }
    map.put("senderId", message.senderId());
    String recipient = message.recipientId();
    if (recipient != null) {
      map.put("recipientId", recipient);
    }
    map.put("type", type);
    map.put("data", data);
    map.put("_source", SOURCE);
    return MsgPack.encode(map);
  }

  private static Map<String, Object> data(String sid, String name, Object value) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("sid", sid);
    data.put(name, value);
    return data;
  }

  private static Map<String, Object> incoming(EnginePacket packet) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("type", packet.type().name().toLowerCase(Locale.ROOT));
    putData(map, packet);
    return map;
  }

  private static Map<String, Object> outgoing(Outgoing outgoing) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("type", outgoing.packet().type().name().toLowerCase(Locale.ROOT));
    map.put("options", Map.of("compress", outgoing.compress()));
    putData(map, outgoing.packet());
    return map;
  }

  private static void putData(Map<String, Object> map, EnginePacket packet) {
    byte[] binary = packet.binary();
    if (binary != null) {
      map.put("data", binary);
    } else if (!packet.text().isEmpty()) {
      map.put("data", packet.text());
    }
  }

  /**
   * Reads a message; empty if it is of another source, or of a type that is not known here.
   *
   * @throws PacketFormatException if it is no message
   */
  static Optional<EngineMessage> decode(byte[] bytes) {
    Map<?, ?> map = Trees.map(MsgPack.decode(bytes, MAX_DEPTH), "engine message");
    if (!SOURCE.equals(map.get("_source"))) {
      return Optional.empty();
    }
    String sender = Trees.text(map.get("senderId"), "senderId");
    Map<?, ?> data = Trees.map(map.get("data"), "data");
    return Optional.ofNullable(
        switch (Trees.integer(map.get("type"), "type")) {
          case ACQUIRE_LOCK ->
              new AcquireLock(
                  requestId(map),
                  sender,
                  map.get("recipientId") instanceof String recipient ? recipient : null,
                  sid(data),
                  Trees.text(data.get("transportName"), "transportName"),
                  "write".equals(data.get("type")));
          case ACQUIRE_LOCK_RESPONSE ->
              new LockAnswer(requestId(map), sender, recipient(map), flag(data, "success"));
          case DRAIN ->
              new Drain(
                  sender,
                  recipient(map),
                  sid(data),
                  Trees.list(data.get("packets"), "packets").stream()
                      .map(EngineCodec::readOutgoing)
                      .toList());
          case PACKET -> readPacket(sender, recipient(map), sid(data), data.get("packet"));
          case UPGRADE ->
              new Probed(requestId(map), sender, recipient(map), sid(data), flag(data, "success"));
          case UPGRADE_RESPONSE ->
              new ProbeAnswer(
                  requestId(map),
                  sender,
                  recipient(map),
                  flag(data, "takeOver"),
                  Trees.list(data.get("packets"), "packets").stream()
                      .map(packet -> readIncoming(Trees.map(packet, "packet")))
                      .toList());
          case CLOSE ->
              new Closed(
                  sender, recipient(map), sid(data), !TRANSPORT_CLOSE.equals(data.get("reason")));
          case READING -> new Reading(sender, recipient(map), sid(data), flag(data, "on"));
          default -> null;
        });
  }

  private static EngineMessage readPacket(
      String sender, String recipient, String sid, @Nullable Object tree) {
    Map<?, ?> packet = Trees.map(tree, "packet");
    return ERROR.equals(packet.get("type"))
        ? new Malformed(sender, recipient, sid)
        : new Incoming(sender, recipient, sid, readIncoming(packet));
  }

  private static Outgoing readOutgoing(@Nullable Object tree) {
    Map<?, ?> packet = Trees.map(tree, "packet");
    boolean compress =
        packet.get("options") instanceof Map<?, ?> options
            && Boolean.TRUE.equals(options.get("compress"));
    return new Outgoing(readIncoming(packet), compress);
  }

  private static EnginePacket readIncoming(Map<?, ?> packet) {
    EnginePacket.Type type = type(Trees.text(packet.get("type"), "packet type"));
    Object data = packet.get("data");
    if (data == null) {
      return EnginePacket.of(type);
    }
    if (data instanceof byte[] binary && type == EnginePacket.Type.MESSAGE) {
      return EnginePacket.message(binary);
    }
    return EnginePacket.of(type, Trees.text(data, "packet data"));
  }

  private static EnginePacket.Type type(String name) {
    for (EnginePacket.Type type : EnginePacket.Type.values()) {
      if (type.name().toLowerCase(Locale.ROOT).equals(name)) {
        return type;
      }
    }
    throw new PacketFormatException("unknown packet type");
  }

  private static long requestId(Map<?, ?> map) {
    return Trees.integer(map.get("requestId"), "requestId");
  }

  private static String recipient(Map<?, ?> map) {
    return Trees.text(map.get("recipientId"), "recipientId");
  }

  private static String sid(Map<?, ?> data) {
    return Trees.text(data.get("sid"), "sid");
  }

  private static boolean flag(Map<?, ?> data, String name) {
    return Boolean.TRUE.equals(data.get(name));
  }
}
