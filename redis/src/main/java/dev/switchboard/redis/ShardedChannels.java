package dev.switchboard.redis;

import dev.switchboard.protocol.cluster.ClusterMessage;
import java.util.Set;

/** The names of the sharded adapter's channels for one namespace. */
final class ShardedChannels {
  private final String all;
  private final SubscriptionMode mode;

  ShardedChannels(ShardedSettings settings, String namespace) {
    this.all = settings.channelPrefix() + "#" + namespace + "#";
    this.mode = settings.subscriptionMode();
  }

  /** Read by every node. */
  String all() {
    return all;
  }

  /** Answers for one node. */
  String responsesTo(String uid) {
    return all + uid + "#";
  }

  /** Read by the nodes with a socket in the room. */
  String room(String room) {
    return all + room + "#";
  }

  boolean hasChannel(String room) {
    return mode.hasChannel(room);
  }

  /** Where a message goes. With acknowledgements it goes to all, since all are counted as asked. */
  String of(ClusterMessage message) {
    if (message instanceof ClusterMessage.Broadcast broadcast && broadcast.requestId() == null) {
      Set<String> rooms = broadcast.options().rooms();
      if (rooms.size() == 1) {
        String room = rooms.iterator().next();
        return hasChannel(room) ? room(room) : all;
      }
    }
    return all;
  }
}
