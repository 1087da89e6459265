package dev.switchboard.server.engine;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts who comes, and turns away those above the limits. Any thread.
 *
 * <p>A handshake reserves its place before the application is asked about it, so that the limits
 * also bound what waits for an answer; {@link #release} gives the place back.
 */
final class Gatekeeper {
  private final LimitSettings limits;
  private final LongSupplier nanoTime;
  private final @Nullable TokenBucket handshakes;
  private final AtomicInteger connections = new AtomicInteger();
  private final ConcurrentHashMap<String, Integer> connectionsOf = new ConcurrentHashMap<>();
  private final AddressWindow unknownSids;
  private final LongAdder unknownSidsTotal = new LongAdder();
  private volatile boolean draining;

  Gatekeeper(LimitSettings limits, LongSupplier nanoTime) {
    this.limits = limits;
    this.nanoTime = nanoTime;
    long now = nanoTime.getAsLong();
    this.unknownSids = new AddressWindow(now);
    this.handshakes =
        limits.handshakesPerSecond() == 0
            ? null
            : new TokenBucket(limits.handshakesPerSecond(), limits.handshakeBurst(), now);
  }

  void drain() {
    draining = true;
  }

  boolean isDraining() {
    return draining;
  }

  /** Reserves a place for a session; null if there is one, else why not. */
  @Nullable TurnedAway reserve(String address) {
    if (draining) {
      return TurnedAway.DRAINING;
    }
    if (handshakes != null && !handshakes.take(nanoTime.getAsLong())) {
      return TurnedAway.TOO_MANY_HANDSHAKES;
    }
    return place(address);
  }

  /** Takes a place for a session that began on another node; null if there is one. */
  @Nullable TurnedAway place(String address) {
    int most = limits.maxConnections();
    if (connections.incrementAndGet() > most && most > 0) {
      connections.decrementAndGet();
      return TurnedAway.TOO_MANY_CONNECTIONS;
    }
    int mostOfAddress = limits.maxConnectionsPerAddress();
    if (mostOfAddress > 0 && connectionsOf.merge(address, 1, Integer::sum) > mostOfAddress) {
      release(address);
      return TurnedAway.TOO_MANY_CONNECTIONS_OF_ADDRESS;
    }
    return null;
  }

  /** Gives a place back. */
  void release(String address) {
    connections.decrementAndGet();
    if (limits.maxConnectionsPerAddress() > 0) {
      connectionsOf.computeIfPresent(address, (key, count) -> count == 1 ? null : count - 1);
    }
  }

  /** Whether places are counted by address. */
  boolean countsAddresses() {
    return limits.maxConnectionsPerAddress() > 0;
  }

  /** Whether the address has sent too many unknown session ids just now. */
  boolean guesses(String address) {
    int most = limits.unknownSidsPerSecond();
    return most > 0 && unknownSids.counted(address, nanoTime.getAsLong()) >= most;
  }

  /** Notes a request with an unknown session id; true if the address sends too many. */
  boolean tooManyUnknownSids(String address) {
    unknownSidsTotal.increment();
    int most = limits.unknownSidsPerSecond();
    return most > 0 && unknownSids.count(address, nanoTime.getAsLong()) > most;
  }

  long unknownSids() {
    return unknownSidsTotal.sum();
  }
}
