package dev.switchboard.redis;

import java.util.Objects;

/**
 * Settings of the classic adapter; all nodes must have the same. How long answers of other nodes
 * are waited for is the server's {@code requestsTimeout}.
 *
 * @param key what all channels begin with; default {@code socket.io}
 * @param publishOnSpecificResponseChannel whether answers go to the node that asked instead of to
 *     all; default false, as in the reference
 * @param dynamicRooms whether a node subscribes to the rooms that it has sockets in, one by one, so
 *     that it gets the messages of no others; default false. Nodes of the reference do not hear
 *     what is sent to a room of 20 characters then: only for where all nodes are ours
 * @param parser writes and reads the messages; default msgpack
 */
public record ClassicSettings(
    String key,
    boolean publishOnSpecificResponseChannel,
    boolean dynamicRooms,
    ClassicParser parser) {
  public static final ClassicSettings DEFAULT =
      new ClassicSettings("socket.io", false, false, ClassicParser.MSGPACK);

  public ClassicSettings {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(parser, "parser");
    if (key.isEmpty()) {
      throw new IllegalArgumentException("key must not be empty");
    }
  }

  public ClassicSettings key(String value) {
    return new ClassicSettings(value, publishOnSpecificResponseChannel, dynamicRooms, parser);
  }

  public ClassicSettings publishOnSpecificResponseChannel(boolean on) {
    return new ClassicSettings(key, on, dynamicRooms, parser);
  }

  public ClassicSettings dynamicRooms(boolean on) {
    return new ClassicSettings(key, publishOnSpecificResponseChannel, on, parser);
  }

  public ClassicSettings parser(ClassicParser value) {
    return new ClassicSettings(key, publishOnSpecificResponseChannel, dynamicRooms, value);
  }
}
