package dev.switchboard.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one stream from where it ended when this was started, each entry once and in order, however
 * often the connection is lost: what was read last is remembered, and reading goes on behind it.
 *
 * <p>Entries are handed on by the connection's thread, one after the other, with {@link #lock}
 * held: who holds it sees each entry either as handed on in full or not at all. Any thread may call
 * the rest.
 */
final class StreamReader implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StreamReader.class);

  /** At most five tries a second while Redis is away or refuses. */
  private static final long RETRY_MILLIS = 200;

  /** While entries were handed on for so long, many can have been added and dropped. */
  private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** A connection that is not coming back by itself is opened anew after this many tries. */
  private static final int TRIES_PER_CONNECTION = 25;

  private final String stream;
  private final byte[] key;
  private final RedisConnections connections;
  private final XReadArgs readArgs;
  private final int readCount;
  private final long answerMillis;
  private final Sink sink;
  private final Object lock = new Object();
  private volatile @Nullable StreamId position;
  private volatile RedisConnections.@Nullable Dedicated dedicated;
  private volatile boolean closed;

  /** Whether there may be more to read than fits into one answer. */
  private boolean behind;

  private int failures;

  /** Takes the entries. */
  interface Sink {
    /** From here on all is read; called once, before the first entry, with the lock held. */
    void started(StreamId end);

    /** The next entry. */
    void entry(StreamId id, @Nullable Map<byte[], byte[]> body);

    /**
     * Between the last entry and the next, some may be missing: the stream was shortened faster
     * than it was read, or it is another one. Called with the lock held.
     */
    void gap();
  }

  StreamReader(String stream, RedisConnections connections, StreamsSettings settings, Sink sink) {
    this.stream = stream;
    this.key = stream.getBytes(UTF_8);
    this.connections = connections;
    this.readCount = settings.readCount();
    this.readArgs =
        XReadArgs.Builder.block(settings.blockTime().toMillis()).count(settings.readCount());
    this.answerMillis =
        settings.blockTime().plus(connections.settings().commandTimeout()).toMillis();
    this.sink = sink;
  }

  void start() {
    connections
        .dedicated("stream " + stream)
        .thenAccept(
            opened -> {
              dedicated = opened;
              if (closed) {
                connections.release(opened);
              } else {
                locate();
              }
            });
  }

  /** See the class. */
  Object lock() {
    return lock;
  }

  /** The entry handed on last, or the stream's end at the start; null before it is known. */
  @Nullable StreamId position() {
    return position;
  }

  /** Finds out where the stream ends: to start there, or to see whether it is still the same. */
  private void locate() {
    ask(
        to -> to.xrevrange(key, Range.unbounded(), Limit.from(1)),
        (last, failure) -> {
          if (failure != null) {
            later(failure);
            return;
          }
          StreamId end = last.isEmpty() ? StreamId.START : idOf(last.get(0));
          synchronized (lock) {
            StreamId known = position;
            if (known == null) {
              position = end;
              sink.started(end);
            } else if (known.isAfter(end) && !last.isEmpty()) {
              position = end;
              gap("it ends before what was read of it: it was replaced");
            }
          }
          read();
        });
  }

  private void read() {
    StreamId from = position;
    if (from == null) {
      locate();
      return;
    }
    boolean check = behind && !from.equals(StreamId.START);
    var found = new CompletableFuture<List<StreamMessage<byte[], byte[]>>>();
    ask(
        to -> xread(to, from),
        (entries, failure) -> {
          if (failure != null) {
            later(failure);
          } else if (check) {
            found.complete(entries);
          } else {
            handOn(entries);
          }
        });
    if (check) {
      // answered after the entries: if the last one is still there, so was all that follows it
      ask(
          to -> to.xrange(key, Range.create(from.toString(), from.toString()), Limit.from(1)),
          (last, failure) ->
              found.thenAccept(
                  entries -> {
                    if (failure != null || last.isEmpty()) {
                      synchronized (lock) {
                        gap("it was shortened to less than was still to be read");
                      }
                    }
                    handOn(entries);
                  }));
    }
  }

  private void gap(String why) {
    log.warn("messages of the stream {} may be missing: {}", stream, why);
    sink.gap();
  }

  private void handOn(List<StreamMessage<byte[], byte[]>> entries) {
    failures = 0;
    long start = System.nanoTime();
    entries.forEach(this::handOn);
    behind = entries.size() >= readCount || System.nanoTime() - start > SLOW_NANOS;
    if (entries.isEmpty()) {
      locate();
    } else {
      read();
    }
  }

  @SuppressWarnings("unchecked") // an array of a generic type, which Lettuce's varargs are
  private RedisFuture<List<StreamMessage<byte[], byte[]>>> xread(
      RedisClusterAsyncCommands<byte[], byte[]> to, StreamId from) {
    return to.xread(readArgs, StreamOffset.from(key, from.toString()));
  }

  private void handOn(StreamMessage<byte[], byte[]> entry) {
    StreamId id = idOf(entry);
    synchronized (lock) {
      try {
        sink.entry(id, entry.getBody());
      } catch (RuntimeException e) {
        // an entry that breaks must not be read again and again
        log.warn("an entry of the stream {} could not be handled", stream, e);
      }
      position = id;
    }
  }

  static StreamId idOf(StreamMessage<byte[], byte[]> entry) {
    StreamId id = StreamId.parse(entry.getId());
    if (id == null) {
      throw new RedisException("Redis gave the id " + entry.getId() + " to an entry");
    }
    return id;
  }

  /** Sends a command that may wait for news, and gives up what is not answered in time. */
  private <T> void ask(
      Function<RedisClusterAsyncCommands<byte[], byte[]>, RedisFuture<T>> command,
      BiConsumer<T, @Nullable Throwable> then) {
    RedisConnections.Dedicated to = dedicated;
    if (closed || to == null) {
      return;
    }
    CompletableFuture<T> answer;
    Future<?> overdue;
    try {
      answer = command.apply(to.commands()).toCompletableFuture();
      overdue =
          connections.timers().schedule(() -> giveUp(answer), answerMillis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      return; // closed meanwhile
    } catch (RuntimeException e) {
      later(e);
      return;
    }
    answer.whenComplete(
        (value, failure) -> {
          overdue.cancel(false);
          if (!closed) {
            then.accept(value, failure);
          }
        });
  }

  private void giveUp(CompletableFuture<?> answer) {
    answer.completeExceptionally(
        new RedisCommandTimeoutException(
            "Redis did not answer within " + answerMillis + " ms (" + stream + ")"));
  }

  private void later(Throwable failure) {
    behind = true;
    connections.monitor().failed(failure);
    failures++;
    try {
      connections.timers().schedule(this::tryAgain, RETRY_MILLIS, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // closed meanwhile
    }
  }

  private void tryAgain() {
    RedisConnections.Dedicated open = dedicated;
    if (failures % TRIES_PER_CONNECTION == 0 && open != null && !open.connection().isOpen()) {
      connections.release(open);
      start();
    } else {
      locate();
    }
  }

  @Override
  public void close() {
    closed = true;
    RedisConnections.Dedicated open = dedicated;
    if (open != null) {
      connections.release(open);
    }
  }
}
