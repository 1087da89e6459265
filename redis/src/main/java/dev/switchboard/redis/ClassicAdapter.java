package dev.switchboard.redis;

import dev.switchboard.protocol.cluster.Adapter;
import dev.switchboard.protocol.cluster.AdapterContext;
import dev.switchboard.protocol.cluster.ClusterMessage;
import dev.switchboard.protocol.cluster.ClusterMessage.Broadcast;
import dev.switchboard.protocol.cluster.ClusterReply;
import java.security.SecureRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One namespace over the reference's classic channels. Messages are handed on by the thread of the
 * subscribing connection, one after the other. Any thread; nothing blocks.
 *
 * <p>A broadcast to one room has a channel of its own. By default one pattern brings all of them,
 * and those to rooms without a socket here are dropped unread. With dynamic rooms each node
 * subscribes to the channels of its rooms instead. The rooms that sockets have for themselves are
 * left out there, since a subscription for each connection is a lot: what looks like one, by its
 * length, goes over the main channel.
 */
final class ClassicAdapter implements Adapter {
  private static final CompletionStage<String> NO_OFFSET = CompletableFuture.completedFuture("");
  private static final CompletionStage<Void> DONE = CompletableFuture.completedFuture(null);

  private static final SecureRandom random = new SecureRandom();
  private static final String UID_LETTERS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

  private final AdapterContext context;
  private final ClassicSettings settings;
  private final RedisConnections connections;
  private final Subscriptions subscriptions;
  private final ClassicCodec codec;
  private final ClassicChannels channels;
  private final String ownResponseChannel;
  private final Subscriptions.Handler onBroadcast = this::readBroadcast;
  private final Subscriptions.Handler onRequest = this::readRequest;
  private final Subscriptions.Handler onReply = this::readReply;
  private final AtomicBoolean closed = new AtomicBoolean();

  ClassicAdapter(AdapterContext context, ClassicSettings settings, RedisConnections connections) {
    this.context = context;
    this.settings = settings;
    this.connections = connections;
    this.subscriptions = connections.subscriptions();
    String uid = newUid();
    this.codec = new ClassicCodec(uid, context.namespace(), context.json(), settings.parser());
    this.channels = new ClassicChannels(settings, context.namespace());
    this.ownResponseChannel = channels.responsesTo(uid);
    if (settings.dynamicRooms()) {
      subscriptions.subscribe(channels.broadcasts(), onBroadcast);
    } else {
      subscriptions.psubscribe(channels.allBroadcasts(), onBroadcast);
    }
    subscriptions.subscribe(channels.requests(), onRequest);
    subscriptions.subscribe(channels.responses(), onReply);
    subscriptions.subscribe(ownResponseChannel, onReply);
  }

  /** Completes at once: local delivery waits for it, and this bus has no log. */
  @Override
  public CompletionStage<String> publish(ClusterMessage message) {
    if (message instanceof Broadcast broadcast && broadcast.requestId() == null) {
      connections.publish(channels.of(broadcast.options().rooms()), codec.broadcast(broadcast));
    } else {
      connections.publish(channels.requests(), codec.request(message));
    }
    return NO_OFFSET;
  }

  @Override
  public CompletionStage<Void> reply(String serverId, ClusterReply reply) {
    var asker = ClassicCodec.Asker.of(serverId);
    boolean specific =
        settings.publishOnSpecificResponseChannel()
            && !asker.uid().isEmpty()
            && !(reply instanceof ClusterReply.ServerSide);
    return connections
        .publish(
            specific ? channels.responsesTo(asker.uid()) : channels.responses(),
            codec.reply(asker, reply))
        .thenAccept(receivers -> {});
  }

  @Override
  public CompletionStage<Integer> serverCount() {
    // our own subscription may not be confirmed yet
    return connections.subscribers(channels.requests()).thenApply(count -> Math.max(1, count));
  }

  @Override
  public CompletionStage<Void> roomOpened(String room) {
    return channels.isSubscribedTo(room)
        ? subscriptions.subscribe(channels.broadcastsTo(room), onBroadcast)
        : DONE;
  }

  @Override
  public void roomClosed(String room) {
    if (channels.isSubscribedTo(room)) {
      subscriptions.unsubscribe(channels.broadcastsTo(room), onBroadcast);
    }
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      subscriptions.punsubscribe(channels.allBroadcasts(), onBroadcast);
      subscriptions.unsubscribe(channels.broadcasts(), onBroadcast);
      subscriptions.unsubscribe(channels.requests(), onRequest);
      subscriptions.unsubscribe(channels.responses(), onReply);
      subscriptions.unsubscribe(ownResponseChannel, onReply);
    }
  }

  private void readBroadcast(String channel, byte[] message) {
    String room = channels.roomOf(channel);
    if (room != null && (room.isEmpty() || context.hasRoom(room))) {
      guarded(() -> codec.readBroadcast(message, context));
    }
  }

  private void readRequest(String channel, byte[] message) {
    guarded(() -> codec.readRequest(message, context, this::acknowledgeLegacy));
  }

  private void readReply(String channel, byte[] message) {
    guarded(() -> codec.readReply(message, context));
  }

  private void acknowledgeLegacy(byte[] answer) {
    connections.publish(channels.responses(), answer);
  }

  /** A message that breaks must not take the connection's thread, and the next message, with it. */
  private void guarded(Runnable read) {
    try {
      read.run();
    } catch (RuntimeException e) {
      context.onMalformed(String.valueOf(e.getMessage()));
    }
  }

  private static String newUid() {
    var id = new StringBuilder(6);
    for (int i = 0; i < 6; i++) {
      id.append(UID_LETTERS.charAt(random.nextInt(UID_LETTERS.length())));
    }
    return id.toString();
  }
}
