package dev.switchboard.protocol.cluster;

import dev.switchboard.protocol.json.Json;
import java.time.Duration;
import java.util.Optional;

/** What an adapter knows of the node that it serves. */
public interface AdapterContext {
  /** The namespace's name, with its leading slash. */
  String namespace();

  /** To turn values into trees and back. */
  Json json();

  /**
   * A message of another node arrived. Must not be called with messages of this node.
   *
   * @param serverId whom to answer
   * @param offset the message's offset in the bus's log, or ""
   */
  void onMessage(String serverId, ClusterMessage message, String offset);

  /** An answer to a request of this node arrived. */
  void onReply(ClusterReply reply);

  /** A message could not be decoded and was dropped. */
  void onMalformed(String description);

  /**
   * Whether a name is that of a socket's own room: adapters that subscribe by room may leave it
   * out.
   */
  boolean isPrivateRoom(String room);

  /**
   * Whether a socket of this node is in a room, its own included: a message to any other room need
   * not be decoded.
   */
  default boolean hasRoom(String room) {
    return true;
  }

  /**
   * How long sessions of clients that were cut off can be resumed; empty if they cannot. Then no
   * offsets are needed, and nothing is to be kept.
   */
  default Optional<Duration> recoveryWindow() {
    return Optional.empty();
  }
}
