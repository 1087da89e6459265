package dev.switchboard.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.switchboard.protocol.cluster.ClusterMessage;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XAddArgs;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Writes to one stream, in the order of the calls, also what is published while Redis is away. Any
 * thread; nothing blocks.
 *
 * <p><b>Once each.</b> Some entries at a time are under way to Redis; the rest waits in a bounded
 * queue. If Redis refuses one (out of memory, loading), all that it refused goes back to the head
 * of the queue and is tried again. If the connection is lost, or no answer comes in time, nobody
 * knows which of those under way Redis has: then the stream is read from the last entry known to be
 * there. As Redis works them off in order, our entries found there are the first of those under
 * way, and the others, and no more, are sent again.
 *
 * <p><b>Delivery here.</b> Where sessions can be resumed, a message must reach the sockets of this
 * node at its place among those of the other nodes, or the offset that a client saw last would not
 * say what it missed. So it is delivered when the {@link StreamReader} comes upon it. While Redis
 * is away that would be never: after half a second what waits is delivered without an offset, as is
 * what is published from then on, and the entries are marked <em>late</em> when they are written.
 */
final class StreamPublisher {
  /** How many entries are under way at a time. */
  private static final int WINDOW = 256;

  private static final long RETRY_MILLIS = 200;
  private static final int CHECK_PAGE = 1000;
  private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /** For a reader that comes upon nothing while writing goes well. */
  private static final long LONG_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final byte[] key;
  private final RedisConnections connections;
  private final XAddArgs addArgs;
  private final int maxMessages;
  private final long maxBytes;
  private final long commandTimeoutNanos;
  private final Object deliveryLock;
  private final Deque<Outgoing> waiting = new ArrayDeque<>();
  private final Deque<Outgoing> sent = new ArrayDeque<>();

  /** What the reader is to come upon, in the order of publishing. */
  private final Deque<Outgoing> unread = new ArrayDeque<>();

  private long bytes;
  private StreamId lastKnown = StreamId.START;
  private boolean started;
  private boolean failing;
  private boolean lost;

  /**
   * Whether one entry goes ahead to see if all is well: else Redis, recovering between two of them,
   * would refuse one and take the next.
   */
  private boolean probing;

  private boolean abandoning;
  private boolean settling;
  private boolean retryDue;
  private @Nullable CompletableFuture<?> checking;
  private long checkingSince;
  private boolean away;
  private boolean closed;

  /**
   * @param deliveryLock the reader's
   */
  StreamPublisher(
      String stream, RedisConnections connections, StreamsSettings settings, Object deliveryLock) {
    this.key = stream.getBytes(UTF_8);
    this.connections = connections;
    this.addArgs = XAddArgs.Builder.maxlen(settings.maxLen()).approximateTrimming();
    this.maxMessages = settings.maxQueuedMessages();
    this.maxBytes = settings.maxQueuedBytes();
    this.commandTimeoutNanos = connections.settings().commandTimeout().toNanos();
    this.deliveryLock = deliveryLock;
  }

  private enum Fate {
    UNDER_WAY,
    /** Redis has it, but maybe not all that was sent before it. */
    WRITTEN,
    /** Redis says that it does not have it. */
    REFUSED,
    UNKNOWN
  }

  /** A message on its way into the stream. */
  static final class Outgoing {
    final ClusterCodec.Entry entry;

    /** The message, if it waits for the reader to come upon it. */
    final @Nullable ClusterMessage awaited;

    private final CompletableFuture<String> offset = new CompletableFuture<>();
    private final long bytes;
    private final long since = System.nanoTime();
    private Fate fate = Fate.UNDER_WAY;
    private @Nullable CompletableFuture<String> command;
    private @Nullable StreamId id;
    private boolean found;
    private boolean written;
    private long sentAt;
    private boolean delivered;
    private boolean markedLate;

    Outgoing(ClusterCodec.Entry entry, @Nullable ClusterMessage awaited) {
      this.entry = entry;
      this.awaited = awaited;
      byte[] data = entry.data();
      this.bytes = 200L + (data == null ? 0 : data.length);
    }

    private boolean isSame(ClusterCodec.Entry other) {
      return entry.uid().equals(other.uid())
          && entry.nsp().equals(other.nsp())
          && entry.type().equals(other.type())
          && Arrays.equals(entry.data(), other.data());
    }
  }

  /**
   * Adds a message to the stream.
   *
   * @return completes when it is to be delivered here: at once with "", unless it is awaited
   */
  CompletionStage<String> publish(Outgoing message) {
    synchronized (this) {
      if (closed) {
        return CompletableFuture.failedFuture(new IllegalStateException("the adapter is closed"));
      }
      if (isFull(message)) {
        return CompletableFuture.failedFuture(
            new IllegalStateException(
                queued()
                    + " messages wait for Redis already; see maxQueuedMessages and maxQueuedBytes"));
      }
      message.delivered = message.awaited == null || away;
      if (message.awaited != null) {
        unread.add(message);
      }
      waiting.add(message);
      bytes += message.bytes;
      pump();
      if (message.delivered) {
        message.offset.complete(""); // nobody listens yet
      }
    }
    return message.offset;
  }

  private boolean isFull(Outgoing message) {
    return queued() >= maxMessages
        || bytes + message.bytes > maxBytes
        || unread.size() >= 2L * maxMessages;
  }

  /** The reader knows where the stream ends: what is written from now on, it comes upon. */
  synchronized void start() {
    started = true;
    pump();
  }

  /**
   * The reader came upon an entry of this node. With the delivery lock held.
   *
   * @return the message, or null if it waits for no more: it was sent twice, or is not awaited
   */
  @Nullable Outgoing read(ClusterCodec.Entry entry) {
    synchronized (this) {
      for (Iterator<Outgoing> first = unread.iterator(); first.hasNext(); ) {
        Outgoing message = first.next(); // almost always the first
        if (message.isSame(entry)) {
          first.remove();
          return message;
        }
      }
      return null;
    }
  }

  /** Has a message that was read delivered here, unless that was done already. */
  boolean deliver(Outgoing message, StreamId id) {
    boolean first;
    synchronized (this) {
      first = !message.delivered;
      message.delivered = true;
    }
    if (first) {
      message.offset.complete(id.toString());
    }
    return first;
  }

  /** Delivers here what has waited too long for Redis; to be called now and then. */
  void tick() {
    giveUpOverdue();
    synchronized (this) {
      Outgoing oldest = unread.peekFirst();
      if (away || oldest == null || oldest.delivered) {
        return;
      }
      long age = System.nanoTime() - oldest.since;
      if (age < (isWell() ? LONG_PATIENCE_NANOS : PATIENCE_NANOS)) {
        return;
      }
    }
    synchronized (deliveryLock) {
      for (List<Outgoing> some = undelivered(); !some.isEmpty(); some = undelivered()) {
        some.forEach(message -> message.offset.complete(""));
      }
    }
  }

  private synchronized void giveUpOverdue() {
    long now = System.nanoTime();
    Outgoing oldest = sent.peekFirst();
    if (oldest != null
        && oldest.fate == Fate.UNDER_WAY
        && now - oldest.sentAt > commandTimeoutNanos) {
      connections.monitor().failed(new RedisCommandTimeoutException("Redis does not answer"));
      disconnected();
    }
    if (checking != null && now - checkingSince > commandTimeoutNanos) {
      checking.completeExceptionally(new RedisCommandTimeoutException("Redis does not answer"));
    }
  }

  /** Once there is nothing, what is published need not wait behind anything any more. */
  private synchronized List<Outgoing> undelivered() {
    List<Outgoing> some = new ArrayList<>();
    for (Outgoing message : unread) {
      if (!message.delivered) {
        message.delivered = true;
        some.add(message);
      }
    }
    away = some.isEmpty();
    return some;
  }

  private boolean isWell() {
    Outgoing oldest = sent.peekFirst();
    boolean slow = oldest != null && System.nanoTime() - oldest.since > PATIENCE_NANOS;
    return started && !failing && !slow && waiting.isEmpty();
  }

  /** The connection is lost, or hangs. */
  synchronized void disconnected() {
    failing = true;
    lost = true;
    abandon();
    goOn();
  }

  /**
   * Gives up waiting for what is under way, so that nothing of it that Redis has not got yet goes
   * out any more, out of its turn. The last goes first: if the connection comes back meanwhile,
   * then what is sent is still a beginning of it.
   */
  private void abandon() {
    if (abandoning) {
      return;
    }
    abandoning = true; // what is given up comes back here at once
    List<Outgoing> all = new ArrayList<>(sent);
    Collections.reverse(all);
    for (Outgoing message : all) {
      CompletableFuture<String> command = message.command;
      if (message.fate == Fate.UNDER_WAY && command != null) {
        command.completeExceptionally(new RedisException("the connection is lost, or too slow"));
      }
    }
    abandoning = false;
  }

  private void pump() {
    while (started && !failing && !closed && sent.size() < (probing ? 1 : WINDOW)) {
      Outgoing next = waiting.poll();
      if (next == null) {
        return;
      }
      sent.add(next);
      send(next);
    }
  }

  private void send(Outgoing message) {
    message.fate = Fate.UNDER_WAY;
    message.found = false;
    message.sentAt = System.nanoTime();
    message.markedLate = message.awaited != null && message.delivered;
    Object[] fields = new StreamFields(message.entry, message.markedLate).toArray();
    CompletableFuture<String> command =
        connections.sendToOwner(key, to -> to.xadd(key, addArgs, fields));
    message.command = command;
    command.whenComplete((id, failure) -> answered(message, id, failure));
  }

  private synchronized void answered(Outgoing message, String id, @Nullable Throwable failure) {
    if (failure == null) {
      message.fate = Fate.WRITTEN;
      message.id = StreamId.parse(id);
      probing = false;
      connections.monitor().succeeded();
      dropWritten();
    } else if (failure instanceof RedisCommandExecutionException) {
      connections.monitor().failed(failure);
      message.fate = Fate.REFUSED;
      failing = true;
    } else {
      message.fate = Fate.UNKNOWN;
      failing = true;
      abandon();
    }
    goOn();
  }

  private void goOn() {
    if (!failing) {
      pump();
    } else if (!abandoning
        && !settling
        && sent.stream().noneMatch(message -> message.fate == Fate.UNDER_WAY)) {
      settling = true;
      settle();
    }
  }

  private void dropWritten() {
    for (Outgoing first = sent.peekFirst();
        first != null && first.fate == Fate.WRITTEN;
        first = sent.peekFirst()) {
      sent.removeFirst();
      written(first, first.id);
    }
  }

  /** All that was sent before it is known to be there too. */
  private void written(Outgoing message, @Nullable StreamId id) {
    message.written = true;
    bytes -= message.bytes;
    if (id != null && id.isAfter(lastKnown)) {
      lastKnown = id;
    }
    if (sent.isEmpty() && waiting.isEmpty()) {
      away = false;
    }
  }

  /** All answers are there, and some are no good. */
  private void settle() {
    if (lost || sent.stream().anyMatch(message -> message.fate == Fate.UNKNOWN)) {
      lost = false;
      check(lastKnown); // answered once the connection is back
    } else {
      connections.refreshTopology(); // the stream may have moved
      sendAgain(RETRY_MILLIS);
    }
  }

  /** Looks which of the entries under way Redis has. */
  private void check(StreamId after) {
    var behind =
        Range.from(Range.Boundary.excluding(after.toString()), Range.Boundary.<String>unbounded());
    CompletableFuture<List<StreamMessage<byte[], byte[]>>> answer =
        connections.sendToOwner(key, to -> to.xrange(key, behind, Limit.from(CHECK_PAGE)));
    checking = answer;
    checkingSince = System.nanoTime();
    answer.whenComplete(
        (found, failure) -> {
          synchronized (this) {
            checking = null;
            if (failure != null) {
              connections.refreshTopology();
              later(() -> check(after), RETRY_MILLIS);
            } else {
              checked(found);
            }
          }
        });
  }

  private void checked(List<StreamMessage<byte[], byte[]>> found) {
    StreamId last = lastKnown;
    for (StreamMessage<byte[], byte[]> entry : found) {
      last = StreamReader.idOf(entry);
      StreamFields fields = StreamFields.of(entry.getBody());
      if (fields != null) {
        markWritten(fields.entry(), last);
      }
    }
    if (found.size() == CHECK_PAGE && !sent.isEmpty()) {
      check(last);
    } else {
      sendAgain(0);
    }
  }

  /** An entry that is there is the first of those that may be, if it is ours. */
  private void markWritten(ClusterCodec.Entry entry, StreamId id) {
    for (Outgoing message : sent) {
      if (message.fate != Fate.REFUSED && !message.found) {
        if (message.isSame(entry)) {
          message.fate = Fate.WRITTEN;
          message.found = true;
          message.id = id;
        }
        return;
      }
    }
  }

  private void sendAgain(long delayMillis) {
    for (Outgoing last = sent.pollLast(); last != null; last = sent.pollLast()) {
      if (last.fate == Fate.WRITTEN) {
        written(last, last.id);
      } else {
        waiting.addFirst(last);
      }
    }
    later(
        () -> {
          failing = false;
          settling = false;
          probing = true;
          pump();
        },
        delayMillis);
  }

  private void later(Runnable step, long delayMillis) {
    if (retryDue) {
      return;
    }
    retryDue = true;
    try {
      connections
          .timers()
          .schedule(
              () -> {
                synchronized (this) {
                  retryDue = false;
                  step.run();
                }
              },
              delayMillis,
              TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // closed meanwhile
    }
  }

  /**
   * The reader does not come upon what a node has written any more, since the node is gone. What
   * waits for it is delivered.
   *
   * @param uid the node's
   */
  void forget(String uid) {
    removeUnread(message -> message.entry.uid().equals(uid));
  }

  /** The reader may have passed over some of what is in the stream. With the delivery lock held. */
  void gap() {
    removeUnread(message -> message.written);
  }

  private void removeUnread(Predicate<Outgoing> which) {
    List<Outgoing> undelivered = new ArrayList<>();
    synchronized (this) {
      for (Iterator<Outgoing> all = unread.iterator(); all.hasNext(); ) {
        Outgoing message = all.next();
        if (which.test(message)) {
          all.remove();
          if (!message.delivered) {
            message.delivered = true;
            undelivered.add(message);
          }
        }
      }
    }
    undelivered.forEach(message -> message.offset.complete(""));
  }

  /** How many messages wait for Redis. */
  synchronized int queued() {
    return waiting.size() + sent.size();
  }

  /** Gives up what waits. */
  void close() {
    List<Outgoing> rest;
    synchronized (this) {
      closed = true;
      rest = List.copyOf(unread);
      unread.clear();
      waiting.clear();
    }
    rest.forEach(message -> message.offset.complete(""));
  }
}
