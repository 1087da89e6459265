package dev.switchboard.server.cluster;

import java.time.Duration;

/**
 * Connection state recovery: what is kept for clients that are cut off for a while.
 *
 * @param maxDisconnectionDuration how long a session can be resumed; default 2 minutes, as the
 *     reference
 * @param skipMiddlewares whether the middlewares of the namespace are passed over for a resumed
 *     session; default false (the reference has true, so that a revoked token comes back in)
 * @param maxPackets how many messages the log in memory keeps, for each namespace; default 10,000
 *     (the reference has no bound)
 * @param maxBytes about how many bytes of messages the log in memory keeps, for each namespace;
 *     default 64 MiB
 * @param maxSessions how many sessions are kept in memory, for each namespace; default 100,000
 */
public record RecoverySettings(
    Duration maxDisconnectionDuration,
    boolean skipMiddlewares,
    int maxPackets,
    long maxBytes,
    int maxSessions) {
  public static final RecoverySettings DEFAULT =
      new RecoverySettings(Duration.ofMinutes(2), false, 10_000, 64L << 20, 100_000);

  public RecoverySettings {
    if (maxDisconnectionDuration.isNegative() || maxDisconnectionDuration.isZero()) {
      throw new IllegalArgumentException(
          "maxDisconnectionDuration must be positive, not " + maxDisconnectionDuration);
    }
    if (maxPackets < 1 || maxBytes < 1 || maxSessions < 1) {
      throw new IllegalArgumentException("the limits of recovery must be at least 1");
    }
  }

  public RecoverySettings maxDisconnectionDuration(Duration duration) {
    return new RecoverySettings(duration, skipMiddlewares, maxPackets, maxBytes, maxSessions);
  }

  public RecoverySettings skipMiddlewares(boolean skip) {
    return new RecoverySettings(maxDisconnectionDuration, skip, maxPackets, maxBytes, maxSessions);
  }

  public RecoverySettings maxPackets(int packets) {
    return new RecoverySettings(
        maxDisconnectionDuration, skipMiddlewares, packets, maxBytes, maxSessions);
  }

  public RecoverySettings maxBytes(long bytes) {
    return new RecoverySettings(
        maxDisconnectionDuration, skipMiddlewares, maxPackets, bytes, maxSessions);
  }

  public RecoverySettings maxSessions(int sessions) {
    return new RecoverySettings(
        maxDisconnectionDuration, skipMiddlewares, maxPackets, maxBytes, sessions);
  }
}
