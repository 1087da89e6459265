package dev.switchboard.redis;

import dev.switchboard.protocol.cluster.AdapterContext;
import dev.switchboard.redis.ClusterCodec.Incoming;

/**
 * Hands what comes over the channels of one namespace to its node. A message that breaks must not
 * take the connection's thread, and the next message, with it.
 */
final class IncomingMessages implements Subscriptions.Handler {
  private final ClusterCodec codec;
  private final AdapterContext context;

  IncomingMessages(ClusterCodec codec, AdapterContext context) {
    this.codec = codec;
    this.context = context;
  }

  @Override
  public void message(String channel, byte[] message) {
    Incoming incoming;
    try {
      incoming = codec.read(message);
    } catch (RuntimeException e) {
      context.onMalformed(String.valueOf(e.getMessage()));
      return;
    }
    if (incoming instanceof Incoming.Message found) {
      context.onMessage(found.uid(), found.message(), "");
    } else if (incoming instanceof Incoming.Reply found) {
      context.onReply(found.reply());
    }
  }
}
