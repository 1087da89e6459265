package dev.switchboard.protocol.cluster;

import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A socket as another node sees it, at one moment.
 *
 * @param handshake the reference's object: headers, time, address, xdomain, secure, issued, url,
 *     query, auth
 * @param data what the application stored, as a tree
 */
public record SocketSnapshot(
    String id, Map<String, @Nullable Object> handshake, Set<String> rooms, @Nullable Object data) {
  public SocketSnapshot {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(handshake, "handshake");
    rooms = Set.copyOf(rooms);
  }
}
