package dev.switchboard.protocol.cluster;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which sockets something reaches, and how: those in any of {@code rooms} (all, if there are none),
 * less those that are in any of {@code except}.
 *
 * @param local only the sockets of this node; never sent to others
 * @param isVolatile dropped where it cannot be written at once
 * @param compress whether transports that compress may do so; default true
 * @param timeout how long acknowledgements or replies are waited for, or null for the default
 */
public record BroadcastOptions(
    Set<String> rooms,
    Set<String> except,
    boolean local,
    boolean isVolatile,
    boolean compress,
    @Nullable Duration timeout) {
  /** Every socket of the namespace, on all nodes. */
  public static final BroadcastOptions ALL =
      new BroadcastOptions(Set.of(), Set.of(), false, false, true, null);

  public BroadcastOptions {
    rooms = Set.copyOf(rooms);
    except = Set.copyOf(except);
    if (timeout != null && (timeout.isNegative() || timeout.isZero())) {
      throw new IllegalArgumentException("timeout must be positive, not " + timeout);
    }
  }

  /** The sockets that are in {@code room}. */
  public static BroadcastOptions room(String room) {
    return new BroadcastOptions(Set.of(room), Set.of(), false, false, true, null);
  }

  public BroadcastOptions to(Collection<String> more) {
    return new BroadcastOptions(union(rooms, more), except, local, isVolatile, compress, timeout);
  }

  public BroadcastOptions except(Collection<String> more) {
    return new BroadcastOptions(rooms, union(except, more), local, isVolatile, compress, timeout);
  }

  public BroadcastOptions local(boolean on) {
    return new BroadcastOptions(rooms, except, on, isVolatile, compress, timeout);
  }

  public BroadcastOptions isVolatile(boolean on) {
    return new BroadcastOptions(rooms, except, local, on, compress, timeout);
  }

  public BroadcastOptions compress(boolean on) {
    return new BroadcastOptions(rooms, except, local, isVolatile, on, timeout);
  }

  public BroadcastOptions timeout(Duration wait) {
    return new BroadcastOptions(rooms, except, local, isVolatile, compress, wait);
  }

  private static Set<String> union(Set<String> some, Collection<String> more) {
    if (some.isEmpty()) {
      return Set.copyOf(more);
    }
    Set<String> all = new LinkedHashSet<>(some);
    all.addAll(more);
    return all;
  }
}
