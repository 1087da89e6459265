package dev.switchboard.redis;

import java.util.Objects;

/**
 * Settings of the sharded adapter; all nodes and emitters must have the same.
 *
 * @param channelPrefix what all channels begin with; default {@code socket.io}
 * @param subscriptionMode which rooms have channels of their own; default {@link
 *     SubscriptionMode#DYNAMIC}, as in the reference
 */
public record ShardedSettings(String channelPrefix, SubscriptionMode subscriptionMode) {
  public static final ShardedSettings DEFAULT =
      new ShardedSettings("socket.io", SubscriptionMode.DYNAMIC);

  public ShardedSettings {
    Objects.requireNonNull(subscriptionMode, "subscriptionMode");
    if (channelPrefix.isEmpty()) {
      throw new IllegalArgumentException("channelPrefix must not be empty");
    }
  }

  public ShardedSettings channelPrefix(String prefix) {
    return new ShardedSettings(prefix, subscriptionMode);
  }

  public ShardedSettings subscriptionMode(SubscriptionMode mode) {
    return new ShardedSettings(channelPrefix, mode);
  }
}
