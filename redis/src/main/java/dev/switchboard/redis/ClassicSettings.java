package dev.switchboard.redis;

import java.util.Objects;

/**
 * Settings of the classic adapter; all nodes must have the same key.
 *
 * @param key what all channels begin with; default {@code socket.io}
 * @param publishOnSpecificResponseChannel whether answers go to the node that asked instead of to
 *     all; default false, as in the reference
 * @param maxPending how many messages may wait for Redis; what is published beyond fails; default
 *     100,000
 */
public record ClassicSettings(
    String key, boolean publishOnSpecificResponseChannel, int maxPending) {
  public static final ClassicSettings DEFAULT = new ClassicSettings("socket.io", false, 100_000);

  public ClassicSettings {
    Objects.requireNonNull(key, "key");
    if (key.isEmpty()) {
      throw new IllegalArgumentException("key must not be empty");
    }
    if (maxPending < 1) {
      throw new IllegalArgumentException("maxPending must be at least 1, not " + maxPending);
    }
  }

  public ClassicSettings key(String value) {
    return new ClassicSettings(value, publishOnSpecificResponseChannel, maxPending);
  }

  public ClassicSettings publishOnSpecificResponseChannel(boolean on) {
    return new ClassicSettings(key, on, maxPending);
  }
}
