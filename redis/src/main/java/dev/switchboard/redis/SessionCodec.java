package dev.switchboard.redis;

import dev.switchboard.protocol.cluster.RecoveryStore.Session;
import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.json.MsgPack;
import dev.switchboard.protocol.json.PacketFormatException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sessions to be resumed, as the reference keeps them: msgpack in base64, of {@code sid}, {@code
 * pid}, {@code rooms} and {@code data}. What we know beyond that follows, and the reference does
 * not look at it. Any thread.
 */
final class SessionCodec {
  private static final int MAX_DEPTH = 100;

  private final Trees trees;

  SessionCodec(Json json) {
    this.trees = new Trees(json);
  }

  /**
   * A session as it is kept.
   *
   * @param namespace where it belongs; null in those of the reference
   * @param holder the node that the client is connected to; null if it is not
   */
  record Kept(Session session, @Nullable String namespace, @Nullable String holder) {}

  byte[] encode(Kept kept) {
    Session session = kept.session();
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("sid", session.id());
    map.put("pid", session.pid());
    map.put("rooms", List.copyOf(session.rooms()));
    map.put("data", session.data() == null ? Map.of() : session.data());
    if (session.offset() != null) {
      map.put("offset", session.offset());
    }
    if (kept.namespace() != null) {
      map.put("nsp", kept.namespace());
    }
    if (kept.holder() != null) {
      map.put("holder", kept.holder());
    }
    return Base64.getEncoder().encode(trees.msgPack(map));
  }

  /**
   * Reads a session.
   *
   * @throws RuntimeException if it is none
   */
  Kept decode(byte[] bytes) {
    Map<?, ?> map =
        Trees.map(MsgPack.decode(Base64.getDecoder().decode(bytes), MAX_DEPTH), "session");
    Session session =
        new Session(
            Trees.text(map.get("sid"), "sid"),
            Trees.text(map.get("pid"), "pid"),
            Set.copyOf(Trees.names(map.get("rooms"))),
            map.get("data"),
            optional(map, "offset"));
    return new Kept(session, optional(map, "nsp"), optional(map, "holder"));
  }

  private static @Nullable String optional(Map<?, ?> map, String key) {
    Object value = map.get(key);
    if (value == null || value instanceof String) {
      return (String) value;
    }
    throw new PacketFormatException(key + " is no text");
  }
}
