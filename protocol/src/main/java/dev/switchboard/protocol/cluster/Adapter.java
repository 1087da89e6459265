package dev.switchboard.protocol.cluster;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Moves the messages of one namespace between nodes. It keeps no rooms and counts no replies:
 * membership and requests are the server's, so an adapter for another bus is these few methods.
 *
 * <p>Every method may be called by any thread and must not block.
 */
public interface Adapter extends AutoCloseable {
  /**
   * Sends a message to the other nodes. Messages published by one thread one after the other arrive
   * in that order.
   *
   * @return completes when the bus has it, with the message's offset in the bus's log, or "" where
   *     there is no log; an adapter without a log returns a completed stage, since local delivery
   *     waits for it
   */
  CompletionStage<String> publish(ClusterMessage message);

  /** Answers the node that asked. */
  CompletionStage<Void> reply(String serverId, ClusterReply reply);

  /** How many nodes there are, this one included. */
  CompletionStage<Integer> serverCount();

  /**
   * The first socket of this node joined a room.
   *
   * @return completes when messages to the room reach this node
   */
  default CompletionStage<Void> roomOpened(String room) {
    return CompletableFuture.completedFuture(null);
  }

  /** The last socket of this node left a room. */
  default void roomClosed(String room) {}

  /** Where sessions and missed messages are kept, if the adapter keeps them. */
  default Optional<RecoveryStore> recovery() {
    return Optional.empty();
  }

  /** Unsubscribes and releases what the adapter itself opened. Idempotent. */
  @Override
  void close();
}
