package dev.switchboard.server.cluster;

import java.time.Duration;

/**
 * How nodes tell each other who is online. The same on all nodes.
 *
 * @param heartbeat how often a node says that it lives; default 2 s
 * @param lease after how long without a word from a node its users are taken to be gone; default 6
 *     s, at least two heartbeats. It also is how long a name of a killed node stays in the lists
 * @param grace how long somebody who is gone everywhere still counts as online, so that a quick
 *     return is neither a leaving nor a coming; default 0
 */
public record PresenceSettings(Duration heartbeat, Duration lease, Duration grace) {
  public static final PresenceSettings DEFAULT =
      new PresenceSettings(Duration.ofSeconds(2), Duration.ofSeconds(6), Duration.ZERO);

  public PresenceSettings {
    if (heartbeat.isNegative() || heartbeat.isZero()) {
      throw new IllegalArgumentException("heartbeat must be positive, not " + heartbeat);
    }
    if (lease.compareTo(heartbeat.multipliedBy(2)) < 0) {
      throw new IllegalArgumentException(
          "lease must be at least two heartbeats of " + heartbeat + ", not " + lease);
    }
    if (grace.isNegative()) {
      throw new IllegalArgumentException("grace must not be negative, but is " + grace);
    }
  }

  public PresenceSettings heartbeat(Duration period) {
    return new PresenceSettings(period, lease, grace);
  }

  public PresenceSettings lease(Duration duration) {
    return new PresenceSettings(heartbeat, duration, grace);
  }

  public PresenceSettings grace(Duration duration) {
    return new PresenceSettings(heartbeat, lease, duration);
  }
}
