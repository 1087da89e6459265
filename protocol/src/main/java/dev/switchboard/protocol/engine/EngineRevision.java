package dev.switchboard.protocol.engine;

import java.util.Optional;

/**
 * The revisions of the Engine.IO protocol, and what differs between them. A session keeps the one
 * that its first request named.
 */
public enum EngineRevision {
  /** Socket.IO 3 and 4: the server pings. */
  V4(4),

  /** Socket.IO 1 and 2: the client pings, polling payloads carry lengths. */
  V3(3);

  private final int number;

  EngineRevision(int number) {
    this.number = number;
  }

  /** What the query parameter {@code EIO} says. */
  public int number() {
    return number;
  }

  /** The revision of that number, if there is one. */
  public static Optional<EngineRevision> of(int number) {
    return switch (number) {
      case 4 -> Optional.of(V4);
      case 3 -> Optional.of(V3);
      default -> Optional.empty();
    };
  }

  /** Whether it is the client that sends pings, and the server that answers. */
  public boolean clientPings() {
    return this == V3;
  }

  /** Whether binary starts with the type of its packet, be it in a frame or in base64. */
  public boolean typesBinary() {
    return this == V3;
  }
}
