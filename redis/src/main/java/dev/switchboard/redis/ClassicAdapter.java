package dev.switchboard.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.switchboard.protocol.cluster.Adapter;
import dev.switchboard.protocol.cluster.AdapterContext;
import dev.switchboard.protocol.cluster.ClusterMessage;
import dev.switchboard.protocol.cluster.ClusterMessage.Broadcast;
import dev.switchboard.protocol.cluster.ClusterReply;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.security.SecureRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One namespace over the reference's classic channels. Messages are handed on by the thread of the
 * subscribing connection, one after the other. Any thread; nothing blocks.
 */
final class ClassicAdapter extends RedisPubSubAdapter<byte[], byte[]> implements Adapter {
  private static final Logger log = LoggerFactory.getLogger(ClassicAdapter.class);
  private static final SecureRandom random = new SecureRandom();
  private static final String UID_LETTERS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

  private final AdapterContext context;
  private final ClassicSettings settings;
  private final StatefulRedisConnection<byte[], byte[]> publisher;
  private final StatefulRedisPubSubConnection<byte[], byte[]> subscriber;
  private final ClassicCodec codec;
  private final String uid = newUid();
  private final String broadcastChannel;
  private final String requestChannel;
  private final String responseChannel;
  private final String ownResponseChannel;
  private final AtomicInteger pending = new AtomicInteger();
  private final AtomicBoolean failing = new AtomicBoolean();
  private final AtomicBoolean closed = new AtomicBoolean();

  ClassicAdapter(
      AdapterContext context,
      ClassicSettings settings,
      StatefulRedisConnection<byte[], byte[]> publisher,
      StatefulRedisPubSubConnection<byte[], byte[]> subscriber) {
    this.context = context;
    this.settings = settings;
    this.publisher = publisher;
    this.subscriber = subscriber;
    this.codec = new ClassicCodec(uid, context.namespace(), context.json());
    String suffix = "#" + context.namespace() + "#";
    this.broadcastChannel = settings.key() + suffix;
    this.requestChannel = settings.key() + "-request" + suffix;
    this.responseChannel = settings.key() + "-response" + suffix;
    this.ownResponseChannel = responseChannel + uid + "#";
    subscriber.addListener(this);
    observe(subscriber.async().psubscribe(pattern()));
    observe(subscriber.async().subscribe(directChannels()));
  }

  @Override
  public CompletionStage<String> publish(ClusterMessage message) {
    if (message instanceof Broadcast broadcast && broadcast.requestId() == null) {
      var rooms = broadcast.options().rooms();
      String channel =
          rooms.size() == 1 ? broadcastChannel + rooms.iterator().next() + "#" : broadcastChannel;
      return send(channel, codec.broadcast(broadcast)).thenApply(done -> "");
    }
    return send(requestChannel, codec.request(message)).thenApply(done -> "");
  }

  @Override
  public CompletionStage<Void> reply(String serverId, ClusterReply reply) {
    var asker = ClassicCodec.Asker.of(serverId);
    boolean specific =
        settings.publishOnSpecificResponseChannel()
            && !asker.uid().isEmpty()
            && !(reply instanceof ClusterReply.ServerSide);
    String channel = specific ? responseChannel + asker.uid() + "#" : responseChannel;
    return send(channel, codec.reply(asker, reply));
  }

  @Override
  public CompletionStage<Integer> serverCount() {
    return publisher
        .async()
        .pubsubNumsub(requestChannel.getBytes(UTF_8))
        // our own subscription may not be confirmed yet
        .thenApply(
            counts -> (int) Math.max(1, counts.values().stream().mapToLong(Long::longValue).sum()));
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      subscriber.removeListener(this);
      observe(subscriber.async().punsubscribe(pattern()));
      observe(subscriber.async().unsubscribe(directChannels()));
    }
  }

  @Override
  public void message(byte[] pattern, byte[] channel, byte[] message) {
    if (new String(channel, UTF_8).startsWith(broadcastChannel)) {
      guarded(() -> codec.readBroadcast(message, context));
    }
  }

  @Override
  public void message(byte[] channel, byte[] message) {
    String name = new String(channel, UTF_8);
    if (name.equals(requestChannel)) {
      guarded(() -> codec.readRequest(message, context, this::acknowledgeLegacy));
    } else if (name.equals(responseChannel) || name.equals(ownResponseChannel)) {
      guarded(() -> codec.readReply(message, context));
    }
  }

  private void acknowledgeLegacy(byte[] answer) {
    var unused = send(responseChannel, answer);
  }

  /** A message that breaks must not take the connection's thread, and the next message, with it. */
  private void guarded(Runnable read) {
    try {
      read.run();
    } catch (RuntimeException e) {
      context.onMalformed(String.valueOf(e.getMessage()));
    }
  }

  /** Completes at once: local delivery waits for it, and this bus has no log. */
  private CompletableFuture<Void> send(String channel, byte[] message) {
    if (pending.incrementAndGet() > settings.maxPending()) {
      pending.decrementAndGet();
      return CompletableFuture.failedFuture(
          new IllegalStateException(
              settings.maxPending() + " messages wait for Redis already; see maxPending"));
    }
    var sent = publisher.async().publish(channel.getBytes(UTF_8), message);
    sent.whenComplete((receivers, failure) -> pending.decrementAndGet());
    observe(sent);
    return CompletableFuture.completedFuture(null);
  }

  private void observe(CompletionStage<?> command) {
    command.whenComplete(
        (value, failure) -> {
          boolean failed = failure != null;
          if (failing.compareAndSet(!failed, failed)) {
            if (failed) {
              log.warn("{}: Redis fails: {}", context.namespace(), failure.toString());
            } else {
              log.info("{}: Redis answers again", context.namespace());
            }
          }
        });
  }

  /** A namespace's name may hold what is a wildcard to Redis. */
  private byte[] pattern() {
    return (broadcastChannel.replaceAll("[\\\\*?\\[\\]]", "\\\\$0") + "*").getBytes(UTF_8);
  }

  private byte[][] directChannels() {
    return new byte[][] {
      requestChannel.getBytes(UTF_8),
      responseChannel.getBytes(UTF_8),
      ownResponseChannel.getBytes(UTF_8)
    };
  }

  private static String newUid() {
    var id = new StringBuilder(6);
    for (int i = 0; i < 6; i++) {
      id.append(UID_LETTERS.charAt(random.nextInt(UID_LETTERS.length())));
    }
    return id.toString();
  }
}
