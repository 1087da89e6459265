package dev.switchboard.protocol.engine;

import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.json.JsonOutput;
import dev.switchboard.protocol.json.JsonScanner;
import dev.switchboard.protocol.json.JsonValue;
import dev.switchboard.protocol.json.PacketFormatException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a server tells of a session when it opens.
 *
 * @param sid the secret id of the session
 * @param upgrades the transports that the client may move to
 * @param pingInterval between two pings, whole milliseconds
 * @param pingTimeout how long the answer to a ping may take, whole milliseconds
 * @param maxPayloadBytes the largest body or message that the server takes; 0 if it did not say, as
 *     servers of Socket.IO 2 do not
 */
public record OpenPacket(
    String sid,
    List<String> upgrades,
    Duration pingInterval,
    Duration pingTimeout,
    long maxPayloadBytes) {
  private static final int MAX_DEPTH = 10;
  private static final int MAX_NUMBER_LENGTH = 20;

  public OpenPacket {
    Objects.requireNonNull(sid, "sid");
    upgrades = List.copyOf(upgrades);
    Objects.requireNonNull(pingInterval, "pingInterval");
    Objects.requireNonNull(pingTimeout, "pingTimeout");
  }

  /** The packet, its fields in the order of the reference. */
  public EnginePacket toPacket() {
    JsonOutput out = new JsonOutput();
    out.text("{\"sid\":");
    out.string(sid);
    out.text(",\"upgrades\":[");
    for (int i = 0; i < upgrades.size(); i++) {
      if (i > 0) {
        out.put(',');
      }
      out.string(upgrades.get(i));
    }
    out.text("],\"pingInterval\":");
    out.number(pingInterval.toMillis());
    out.text(",\"pingTimeout\":");
    out.number(pingTimeout.toMillis());
    out.text(",\"maxPayload\":");
    out.number(maxPayloadBytes);
    out.put('}');
    return EnginePacket.of(EnginePacket.Type.OPEN, out.toString(StandardCharsets.UTF_8));
  }

  /**
   * Reads the text of a packet of type open.
   *
   * @throws PacketFormatException if it does not say what it has to
   */
  public static OpenPacket parse(String text, Json json) {
    new JsonScanner(text, MAX_DEPTH, MAX_NUMBER_LENGTH).value(0);
    if (!(json.read(new JsonValue(text, List.of()), Object.class) instanceof Map<?, ?> fields)
        || !(fields.get("sid") instanceof String sid)
        || sid.isEmpty()) {
      throw new PacketFormatException("an open packet without a sid");
    }
    List<String> upgrades =
        fields.get("upgrades") instanceof List<?> list
            ? list.stream().filter(String.class::isInstance).map(String.class::cast).toList()
            : List.of();
    return new OpenPacket(
        sid,
        upgrades,
        Duration.ofMillis(positive(fields.get("pingInterval"), "pingInterval")),
        Duration.ofMillis(positive(fields.get("pingTimeout"), "pingTimeout")),
        fields.get("maxPayload") == null ? 0 : positive(fields.get("maxPayload"), "maxPayload"));
  }

  private static long positive(@Nullable Object value, String name) {
    if (value instanceof Number number && number.longValue() > 0) {
      return number.longValue();
    }
    throw new PacketFormatException("an open packet without a positive " + name);
  }
}
