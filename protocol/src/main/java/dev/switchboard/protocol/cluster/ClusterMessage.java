package dev.switchboard.protocol.cluster;

import dev.switchboard.protocol.socket.Args;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What one node tells the others about a namespace. */
public sealed interface ClusterMessage {
  /**
   * An event for the sockets that match.
   *
   * @param requestId set if the clients' acknowledgements are wanted
   */
  record Broadcast(String event, Args args, BroadcastOptions options, @Nullable String requestId)
      implements ClusterMessage {
    public Broadcast {
      Objects.requireNonNull(event, "event");
      Objects.requireNonNull(args, "args");
      Objects.requireNonNull(options, "options");
    }
  }

  /** Makes the sockets that match join rooms. */
  record SocketsJoin(BroadcastOptions options, List<String> rooms) implements ClusterMessage {
    public SocketsJoin {
      rooms = List.copyOf(rooms);
    }
  }

  /** Makes the sockets that match leave rooms. */
  record SocketsLeave(BroadcastOptions options, List<String> rooms) implements ClusterMessage {
    public SocketsLeave {
      rooms = List.copyOf(rooms);
    }
  }

  /**
   * Disconnects the sockets that match.
   *
   * @param close whether their connections are closed too
   */
  record DisconnectSockets(BroadcastOptions options, boolean close) implements ClusterMessage {}

  /** Asks for the sockets that match. */
  record FetchSockets(BroadcastOptions options, String requestId) implements ClusterMessage {}

  /**
   * An event for the other servers themselves.
   *
   * @param requestId set if their answers are wanted
   */
  record ServerSideEmit(String event, Args args, @Nullable String requestId)
      implements ClusterMessage {}
}
