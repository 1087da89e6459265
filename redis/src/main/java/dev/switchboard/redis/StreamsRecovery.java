package dev.switchboard.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.switchboard.protocol.cluster.AdapterContext;
import dev.switchboard.protocol.cluster.BroadcastOptions;
import dev.switchboard.protocol.cluster.ClusterMessage;
import dev.switchboard.protocol.cluster.ClusterMessage.Broadcast;
import dev.switchboard.protocol.cluster.RecoveryStore;
import dev.switchboard.redis.ClusterCodec.Incoming;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.SetArgs;
import io.lettuce.core.StreamMessage;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of one namespace in Redis, and what their clients missed in its stream. Any thread;
 * nothing blocks.
 *
 * <p>What was missed is all behind the offset that the client saw last, up to the entry that the
 * {@link StreamReader} has handed on: what follows that one reaches the client by itself. Both ends
 * are exact, since nothing is handed on while they are looked up. The newest entries are kept in
 * memory, so that many clients that come back at once do not each read the stream.
 *
 * <p>Never with a hole: the entry of the offset must still be there, and on each further page the
 * last one of the page before; else the stream was shortened meanwhile. Never twice: a message that
 * its node delivered before it was written, without an offset, may have reached the client, so that
 * a client that it would be sent to is not recovered.
 */
final class StreamsRecovery implements RecoveryStore {
  private static final int PAGE = 1000;
  private static final long MAX_TAIL_BYTES = 16L << 20;
  private static final long CATCH_UP_MILLIS = 2000;
  private static final long CATCH_UP_STEP_MILLIS = 20;

  private final AdapterContext context;
  private final StreamsSettings settings;
  private final RedisConnections connections;
  private final Streams streams;
  private final Streams.Lane lane;
  private final ClusterCodec codec;
  private final SessionCodec sessions;
  private final String uid;
  private final Duration window;
  private final byte[] key;

  // guarded by the reader's lock
  private final Deque<Kept> tail = new ArrayDeque<>();
  private long tailBytes;

  /** The tail has all behind this one; null if that is behind nothing in particular. */
  private @Nullable StreamId tailStart;

  private volatile @Nullable StreamId last;

  StreamsRecovery(
      AdapterContext context,
      StreamsSettings settings,
      RedisConnections connections,
      Streams streams,
      Streams.Lane lane,
      ClusterCodec codec,
      String uid,
      Duration window) {
    this.context = context;
    this.settings = settings;
    this.connections = connections;
    this.streams = streams;
    this.lane = lane;
    this.codec = codec;
    this.sessions = new SessionCodec(context.json());
    this.uid = uid;
    this.window = window;
    this.key = lane.stream.getBytes(UTF_8);
  }

  private record Kept(StreamId id, Broadcast broadcast, boolean late, long bytes) {}

  /** All entries behind this one will come. With the reader's lock held. */
  void started(StreamId end) {
    tailStart = end;
    last = end;
  }

  /** Entries may be missing before the next one. With the reader's lock held. */
  void gap() {
    tail.clear();
    tailBytes = 0;
    tailStart = null;
    last = null;
  }

  /** An entry was handed on. With the reader's lock held. */
  void append(StreamId id, Broadcast broadcast, boolean late, long bytes) {
    tail.addLast(new Kept(id, broadcast, late, bytes));
    tailBytes += bytes;
    while (tail.size() > settings.maxLen() || tailBytes > MAX_TAIL_BYTES) {
      Kept first = tail.removeFirst();
      tailBytes -= first.bytes();
      tailStart = first.id();
    }
    last = id;
  }

  @Override
  public Optional<String> position() {
    return Optional.ofNullable(last).map(StreamId::toString);
  }

  @Override
  public void persist(Session session) {
    write(new SessionCodec.Kept(session, context.namespace(), null));
  }

  private void write(SessionCodec.Kept kept) {
    byte[] value;
    try {
      value = sessions.encode(kept);
    } catch (RuntimeException e) {
      connections.monitor().failed(e); // of data that cannot be written
      return;
    }
    connections.send(
        to -> to.set(keyOf(kept.session().pid()), value, SetArgs.Builder.px(window.toMillis())));
  }

  private byte[] keyOf(String pid) {
    return (settings.sessionKeyPrefix() + pid).getBytes(UTF_8);
  }

  @Override
  public CompletionStage<Optional<Session>> claim(String pid) {
    return connections.send(to -> to.getdel(keyOf(pid))).thenCompose(value -> claimed(pid, value));
  }

  private CompletionStage<Optional<Session>> claimed(String pid, byte @Nullable [] value) {
    if (value == null) {
      return nothing();
    }
    SessionCodec.Kept kept;
    try {
      kept = sessions.decode(value);
    } catch (RuntimeException e) {
      context.onMalformed("a session: " + e.getMessage());
      return nothing();
    }
    boolean ours = kept.namespace() == null || kept.namespace().equals(context.namespace());
    if (!ours || !kept.session().pid().equals(pid)) {
      return nothing();
    }
    if (kept.holder() != null) {
      takeOver(kept.session().id(), kept.holder());
    }
    return CompletableFuture.completedFuture(Optional.of(kept.session()));
  }

  /** The client may still seem to be connected where it was before. */
  private void takeOver(String socketId, String holder) {
    var message = new ClusterMessage.DisconnectSockets(BroadcastOptions.room(socketId), true);
    if (holder.equals(uid)) {
      context.onMessage(uid, message, "");
    } else {
      lane.publisher.publish(new StreamPublisher.Outgoing(codec.entry(message, true), null));
    }
  }

  @Override
  public boolean wantsSnapshots() {
    return settings.sessionSnapshots();
  }

  @Override
  public void snapshot(Session session) {
    write(new SessionCodec.Kept(session, context.namespace(), uid));
  }

  /** Unless another node has it by now. */
  @Override
  public void forget(String pid) {
    connections
        .send(to -> to.get(keyOf(pid)))
        .thenAccept(
            value -> {
              if (value != null && uid.equals(sessions.decode(value).holder())) {
                connections.send(to -> to.del(keyOf(pid)));
              }
            });
  }

  private static <T> CompletionStage<Optional<T>> nothing() {
    return CompletableFuture.completedFuture(Optional.empty());
  }

  @Override
  public CompletionStage<Optional<List<Missed>>> missed(String offset, Set<String> rooms) {
    StreamId from = StreamId.parse(offset);
    if (from == null || streams.mayBeStray(context.namespace(), window)) {
      return nothing();
    }
    return missed(from, rooms, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CATCH_UP_MILLIS));
  }

  private CompletionStage<Optional<List<Missed>>> missed(
      StreamId from, Set<String> rooms, long deadline) {
    StreamId until;
    synchronized (lane.reader.lock()) {
      until = lane.reader.position();
      Found found = tailSince(from, rooms);
      if (found != null) {
        return CompletableFuture.completedFuture(found.result());
      }
    }
    if (until == null || from.isAfter(until)) {
      return catchUp(from, rooms, deadline);
    }
    return new Search(from, until, rooms).start();
  }

  /** The client comes from a node that has read further than this one. */
  private CompletionStage<Optional<List<Missed>>> catchUp(
      StreamId from, Set<String> rooms, long deadline) {
    if (System.nanoTime() - deadline > 0) {
      return nothing();
    }
    CompletableFuture<Boolean> soon = new CompletableFuture<>();
    connections
        .timers()
        .schedule(() -> soon.complete(true), CATCH_UP_STEP_MILLIS, TimeUnit.MILLISECONDS);
    return soon.thenCompose(now -> missed(from, rooms, deadline));
  }

  /** What the tail has behind an offset, or null if it does not reach back to it. */
  private @Nullable Found tailSince(StreamId from, Set<String> rooms) {
    Found found = new Found(rooms);
    Iterator<Kept> newest = tail.descendingIterator();
    while (newest.hasNext()) {
      Kept kept = newest.next();
      if (!kept.id().isAfter(from)) {
        return kept.id().equals(from) ? found.reversed() : null;
      }
      found.add(kept.id(), kept.broadcast(), kept.late());
    }
    return from.equals(tailStart) ? found.reversed() : null;
  }

  /** What a client missed. */
  private static final class Found {
    private final Set<String> rooms;
    private final List<Missed> missed = new ArrayList<>();
    private boolean unsure;

    Found(Set<String> rooms) {
      this.rooms = rooms;
    }

    void add(StreamId id, Broadcast broadcast, boolean late) {
      if (reaches(broadcast.options())) {
        unsure |= late;
        missed.add(new Missed(broadcast, id.toString()));
      }
    }

    private boolean reaches(BroadcastOptions options) {
      return (options.rooms().isEmpty() || !Collections.disjoint(options.rooms(), rooms))
          && Collections.disjoint(options.except(), rooms);
    }

    Found reversed() {
      Collections.reverse(missed);
      return this;
    }

    Optional<List<Missed>> result() {
      return unsure ? Optional.empty() : Optional.of(missed);
    }
  }

  /** Reads the stream page by page. */
  private final class Search {
    private final StreamId until;
    private final Found found;
    private StreamId at;

    Search(StreamId from, StreamId until, Set<String> rooms) {
      this.at = from;
      this.until = until;
      this.found = new Found(rooms);
    }

    CompletionStage<Optional<List<Missed>>> start() {
      return connections
          .send(
              to -> to.xrange(key, Range.create(at.toString(), until.toString()), Limit.from(PAGE)))
          .thenCompose(this::page);
    }

    private CompletionStage<Optional<List<Missed>>> page(
        List<StreamMessage<byte[], byte[]>> entries) {
      if (entries.isEmpty() || !StreamReader.idOf(entries.get(0)).equals(at)) {
        return nothing(); // no such offset, or the stream was shortened
      }
      for (StreamMessage<byte[], byte[]> entry : entries.subList(1, entries.size())) {
        at = StreamReader.idOf(entry);
        StreamFields fields = StreamFields.of(entry.getBody());
        if (fields != null && fields.entry().nsp().equals(context.namespace())) {
          add(at, fields);
        }
      }
      return entries.size() < PAGE ? CompletableFuture.completedFuture(found.result()) : start();
    }

    private void add(StreamId id, StreamFields fields) {
      Incoming incoming;
      try {
        incoming = codec.readOfAnybody(fields.entry());
      } catch (RuntimeException e) {
        return; // was told of when it came
      }
      if (incoming instanceof Incoming.Message message
          && message.recoverable()
          && message.message() instanceof Broadcast broadcast) {
        found.add(id, broadcast, fields.late());
      }
    }
  }
}
