package dev.switchboard.server.cluster;

import dev.switchboard.protocol.cluster.BroadcastOptions;
import dev.switchboard.protocol.cluster.ClusterMessage;
import dev.switchboard.protocol.cluster.RecoveryStore;
import dev.switchboard.protocol.json.JsonValue;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Sessions and messages of one namespace, in memory, for clients that come back soon.
 *
 * <p>Any thread. Bounded three ways: by age, by number and by bytes; what falls out is forgotten,
 * and a client that would need it is told that it is not recovered.
 *
 * <p>An offset is {@code epoch-sequence}: the epoch is random for each log, so that an offset of
 * another server or namespace is never taken for one of this; the sequence says how far the client
 * got, so that a gap can be noticed.
 */
final class RecoveryLog implements RecoveryStore {
  private static final int RADIX = 36;
  private static final long ENTRY_OVERHEAD_BYTES = 160;

  private final RecoverySettings settings;
  private final String epoch;
  private final Deque<Entry> entries = new ArrayDeque<>();
  private final Map<String, Kept> sessions = new LinkedHashMap<>();
  private long lastSequence;
  private long bytes;

  RecoveryLog(RecoverySettings settings) {
    this.settings = settings;
    this.epoch = Long.toString(new SecureRandom().nextLong() >>> 24, RADIX);
  }

  /** Adds a message whose arguments are JSON already, and returns its offset. */
  synchronized String append(ClusterMessage.Broadcast broadcast) {
    long now = System.nanoTime();
    var entry = new Entry(++lastSequence, now, broadcast, sizeOf(broadcast));
    entries.addLast(entry);
    bytes += entry.bytes;
    forgetOld(now);
    while (entries.size() > settings.maxPackets() || bytes > settings.maxBytes()) {
      forgetFirst();
    }
    return offset(entry.sequence);
  }

  @Override
  public synchronized Optional<String> position() {
    return Optional.of(offset(lastSequence));
  }

  @Override
  public synchronized void persist(Session session) {
    forgetOld(System.nanoTime());
    if (sessions.size() >= settings.maxSessions()) {
      Iterator<Kept> oldest = sessions.values().iterator();
      oldest.next();
      oldest.remove();
    }
    sessions.put(session.pid(), new Kept(session, System.nanoTime()));
  }

  @Override
  public synchronized CompletionStage<Optional<Session>> claim(String pid) {
    forgetOld(System.nanoTime());
    Kept kept = sessions.remove(pid);
    return CompletableFuture.completedFuture(Optional.ofNullable(kept).map(Kept::session));
  }

  @Override
  public synchronized CompletionStage<Optional<List<Missed>>> missed(
      String offset, Set<String> rooms) {
    return CompletableFuture.completedFuture(Optional.ofNullable(missedAfter(offset, rooms)));
  }

  synchronized void clear() {
    entries.clear();
    sessions.clear();
    bytes = 0;
  }

  private @Nullable List<Missed> missedAfter(String offset, Set<String> rooms) {
    long seen = sequence(offset);
    long oldestKept = entries.isEmpty() ? lastSequence + 1 : entries.getFirst().sequence;
    if (seen < 0 || seen > lastSequence || seen < oldestKept - 1) {
      return null;
    }
    List<Missed> missed = new ArrayList<>();
    for (Iterator<Entry> newest = entries.descendingIterator(); newest.hasNext(); ) {
      Entry entry = newest.next();
      if (entry.sequence <= seen) {
        break;
      }
      if (reaches(entry.broadcast.options(), rooms)) {
        missed.add(new Missed(entry.broadcast, offset(entry.sequence)));
      }
    }
    Collections.reverse(missed);
    return missed;
  }

  private static boolean reaches(BroadcastOptions options, Set<String> rooms) {
    return (options.rooms().isEmpty() || !Collections.disjoint(options.rooms(), rooms))
        && Collections.disjoint(options.except(), rooms);
  }

  private void forgetOld(long now) {
    long maxAge = settings.maxDisconnectionDuration().toNanos();
    while (!entries.isEmpty() && now - entries.getFirst().nanos > maxAge) {
      forgetFirst();
    }
    Iterator<Kept> oldest = sessions.values().iterator();
    while (oldest.hasNext() && now - oldest.next().nanos > maxAge) {
      oldest.remove();
    }
  }

  private void forgetFirst() {
    bytes -= entries.removeFirst().bytes;
  }

  private String offset(long sequence) {
    return epoch + "-" + Long.toString(sequence, RADIX);
  }

  /** The sequence in an offset of this log, or -1. */
  private long sequence(String offset) {
    if (!offset.startsWith(epoch + "-") || offset.length() > epoch.length() + 14) {
      return -1;
    }
    try {
      return Long.parseUnsignedLong(offset.substring(epoch.length() + 1), RADIX);
    } catch (NumberFormatException notOurs) {
      return -1;
    }
  }

  private static long sizeOf(ClusterMessage.Broadcast broadcast) {
    long size = ENTRY_OVERHEAD_BYTES + broadcast.event().length();
    for (Object value : broadcast.args().values()) {
      if (value instanceof JsonValue json) {
        size += json.text().length();
        for (byte[] attachment : json.attachments()) {
          size += attachment.length;
        }
      }
    }
    return size;
  }

  private record Entry(long sequence, long nanos, ClusterMessage.Broadcast broadcast, long bytes) {}

  private record Kept(Session session, long nanos) {}
}
