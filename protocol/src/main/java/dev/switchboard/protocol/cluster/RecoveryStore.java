package dev.switchboard.protocol.cluster;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the sessions of clients that were cut off, and what they missed.
 *
 * <p>Any thread; nothing blocks.
 */
public interface RecoveryStore {
  /**
   * The offset of the newest message, for sockets that connect now; empty if the store cannot tell
   * at once.
   */
  default Optional<String> position() {
    return Optional.empty();
  }

  /** Keeps a session until it is claimed or too old. */
  void persist(Session session);

  /**
   * Whether {@link #snapshot} is to be called, so that sessions outlive a node that ends without a
   * word.
   */
  default boolean wantsSnapshots() {
    return false;
  }

  /**
   * Keeps the session of a client that is connected. Who claims it takes the client over: its old
   * socket, if there still is one, is disconnected.
   */
  default void snapshot(Session session) {}

  /** Drops what {@link #snapshot} kept: the client left for good. */
  default void forget(String pid) {}

  /**
   * Takes a session out, so that nobody else gets it.
   *
   * @return empty if there is none, or it is too old
   */
  CompletionStage<Optional<Session>> claim(String pid);

  /**
   * What was broadcast after {@code offset} to any of {@code rooms} or to all, and not to any room
   * that excludes them.
   *
   * @return empty if the log does not reach back that far, so that something may be missing
   */
  CompletionStage<Optional<List<Missed>>> missed(String offset, Set<String> rooms);

  /**
   * A session to be resumed.
   *
   * @param offset of the last message before the client connected, for a client that got none; null
   *     if the store does not know
   */
  record Session(
      String id, String pid, Set<String> rooms, @Nullable Object data, @Nullable String offset) {
    public Session {
      rooms = Set.copyOf(rooms);
    }
  }

  /** A missed message. */
  record Missed(ClusterMessage.Broadcast broadcast, String offset) {}
}
