package dev.switchboard.redis;

import dev.switchboard.protocol.cluster.Adapter;
import dev.switchboard.protocol.cluster.AdapterContext;
import dev.switchboard.protocol.cluster.ClusterMessage;
import dev.switchboard.protocol.cluster.ClusterMessage.Broadcast;
import dev.switchboard.protocol.cluster.ClusterReply;
import dev.switchboard.protocol.cluster.RecoveryStore;
import dev.switchboard.redis.ClusterCodec.Incoming;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One namespace over a stream, and over channels for what is of no use later: requests and their
 * answers. Any thread; nothing blocks. Entries come by the reader's thread with its lock held.
 */
final class StreamsAdapter implements Adapter {
  private static final CompletionStage<String> NO_OFFSET = CompletableFuture.completedFuture("");
  private static final String BROADCAST = "3";

  private final AdapterContext context;
  private final StreamsSettings settings;
  private final RedisConnections connections;
  private final Streams streams;
  private final Streams.Lane lane;
  private final String uid = Uids.next();
  private final ClusterCodec codec;
  private final String channel;
  private final Subscriptions.Handler handler;
  private final @Nullable StreamsRecovery recovery;
  private final AtomicBoolean closed = new AtomicBoolean();

  StreamsAdapter(
      AdapterContext context,
      StreamsSettings settings,
      RedisConnections connections,
      Streams streams,
      Streams.Lane lane) {
    this.context = context;
    this.settings = settings;
    this.connections = connections;
    this.streams = streams;
    this.lane = lane;
    this.codec = new ClusterCodec(uid, context.namespace(), context.json());
    this.channel = settings.channelPrefix() + "#" + context.namespace() + "#";
    this.handler = new IncomingMessages(codec, context);
    this.recovery =
        context
            .recoveryWindow()
            .map(
                window ->
                    new StreamsRecovery(
                        context, settings, connections, streams, lane, codec, uid, window))
            .orElse(null);
    subscribe(channel);
    subscribe(ownResponses());
  }

  private String ownResponses() {
    return channel + uid + "#";
  }

  private void subscribe(String name) {
    if (settings.useShardedPubSub()) {
      connections.shardSubscriptions().subscribe(name, handler);
    } else {
      connections.subscriptions().subscribe(name, handler);
    }
  }

  private void unsubscribe(String name) {
    if (settings.useShardedPubSub()) {
      connections.shardSubscriptions().unsubscribe(name, handler);
    } else {
      connections.subscriptions().unsubscribe(name, handler);
    }
  }

  private CompletionStage<Long> send(String to, byte[] message) {
    return settings.useShardedPubSub()
        ? connections.shardPublish(to, message)
        : connections.publish(to, message);
  }

  String namespace() {
    return context.namespace();
  }

  String uid() {
    return uid;
  }

  Streams.Lane lane() {
    return lane;
  }

  @Override
  public CompletionStage<String> publish(ClusterMessage message) {
    if (isEphemeral(message)) {
      send(channel, codec.packed(message));
      return NO_OFFSET;
    }
    boolean awaited = recovery != null && message instanceof Broadcast;
    return lane.publisher.publish(
        new StreamPublisher.Outgoing(
            codec.entry(message, settings.onlyPlaintext()), awaited ? message : null));
  }

  private static boolean isEphemeral(ClusterMessage message) {
    return message instanceof ClusterMessage.FetchSockets
        || message instanceof ClusterMessage.ServerSideEmit
        || (message instanceof Broadcast broadcast && broadcast.requestId() != null);
  }

  @Override
  public CompletionStage<Void> reply(String serverId, ClusterReply reply) {
    return send(channel + serverId + "#", codec.packed(reply)).thenAccept(receivers -> {});
  }

  @Override
  public CompletionStage<Integer> serverCount() {
    CompletionStage<Integer> count =
        settings.useShardedPubSub()
            ? connections.shardSubscribers(channel)
            : connections.subscribers(channel);
    return count.thenApply(servers -> Math.max(1, servers)); // we may not be among them yet
  }

  @Override
  public Optional<RecoveryStore> recovery() {
    return Optional.ofNullable(recovery);
  }

  /** All entries behind this one will come. */
  void started(StreamId end) {
    if (recovery != null) {
      recovery.started(end);
    }
  }

  void gap() {
    if (recovery != null) {
      recovery.gap();
    }
  }

  void malformed(String description) {
    context.onMalformed(description);
  }

  /**
   * An entry of this namespace.
   *
   * @param inLane whether it is in the stream that this namespace has, so that its id is an offset
   */
  void entry(StreamId id, StreamFields fields, boolean inLane) {
    if (fields.entry().uid().equals(uid)) {
      if (inLane && fields.entry().type().equals(BROADCAST)) {
        own(id, fields.entry());
      }
      return;
    }
    Incoming incoming;
    try {
      incoming = codec.read(fields.entry());
    } catch (RuntimeException e) {
      context.onMalformed(String.valueOf(e.getMessage()));
      return;
    }
    if (incoming instanceof Incoming.Message found) {
      boolean hasOffset = inLane && found.recoverable();
      context.onMessage(found.uid(), found.message(), hasOffset ? id.toString() : "");
      if (hasOffset && recovery != null && found.message() instanceof Broadcast broadcast) {
        recovery.append(id, broadcast, fields.late(), sizeOf(fields.entry()));
      }
    } else if (incoming instanceof Incoming.Reply found) {
      context.onReply(found.reply());
    }
  }

  private void own(StreamId id, ClusterCodec.Entry entry) {
    StreamPublisher.Outgoing message = lane.publisher.read(entry);
    if (recovery == null) {
      return;
    }
    if (message == null) {
      recovery.gap(); // written twice, or delivered long ago: it is not kept
      return;
    }
    boolean inTime = lane.publisher.deliver(message, id);
    if (message.awaited instanceof Broadcast broadcast && !broadcast.options().isVolatile()) {
      recovery.append(id, broadcast, !inTime, sizeOf(entry));
    }
  }

  private static long sizeOf(ClusterCodec.Entry entry) {
    byte[] data = entry.data();
    return 200L + (data == null ? 0 : data.length);
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      streams.remove(this);
      unsubscribe(ownResponses());
      unsubscribe(channel);
    }
  }
}
