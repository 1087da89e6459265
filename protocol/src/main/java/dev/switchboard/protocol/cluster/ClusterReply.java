package dev.switchboard.protocol.cluster;

import dev.switchboard.protocol.socket.Args;
import java.util.List;
import java.util.Objects;

/** What a node answers to the one that asked. */
public sealed interface ClusterReply {
  /** The id of the request that is answered. */
  String requestId();

  /** The sockets of the answering node that match. */
  record Sockets(String requestId, List<SocketSnapshot> sockets) implements ClusterReply {
    public Sockets {
      Objects.requireNonNull(requestId, "requestId");
      sockets = List.copyOf(sockets);
    }
  }

  /** The answer of one server; its first argument counts. */
  record ServerSide(String requestId, Args args) implements ClusterReply {}

  /**
   * To how many clients the answering node sent a broadcast; comes before the first {@link
   * ClientAck} is counted as complete.
   */
  record ClientCount(String requestId, int count) implements ClusterReply {}

  /** The acknowledgement of one client; its first argument counts. */
  record ClientAck(String requestId, Args args) implements ClusterReply {}
}
