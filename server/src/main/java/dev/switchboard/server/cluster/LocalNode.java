package dev.switchboard.server.cluster;

import dev.switchboard.protocol.cluster.BroadcastOptions;
import dev.switchboard.protocol.cluster.ClusterMessage;
import dev.switchboard.protocol.cluster.SocketSnapshot;
import dev.switchboard.protocol.socket.Args;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The sockets of this node, as the cluster reaches them. A port: the namespace implements it.
 *
 * <p>Any thread; nothing blocks and no user code runs before these methods return.
 */
public interface LocalNode {
  /**
   * Sends an event to the sockets that match.
   *
   * @param offset of the event in the log, or ""
   */
  void deliver(ClusterMessage.Broadcast broadcast, String offset);

  /**
   * Sends an event to the sockets that match and collects their acknowledgements.
   *
   * @return how many sockets were asked
   */
  int deliverWithAck(ClusterMessage.Broadcast broadcast, Duration timeout, AckSink sink);

  List<SocketSnapshot> snapshots(BroadcastOptions options);

  void join(BroadcastOptions options, List<String> rooms);

  void leave(BroadcastOptions options, List<String> rooms);

  void disconnect(BroadcastOptions options, boolean close);

  /**
   * An event of another server for this one.
   *
   * @param reply takes the answer, once, from any thread; null if none is wanted
   */
  void serverSideEvent(String event, Args args, @Nullable Consumer<Args> reply);

  boolean isPrivateRoom(String room);

  /** Whether anybody is in a room. */
  boolean hasRoom(String room);

  /** How long sessions can be resumed; empty if they cannot. */
  Optional<Duration> recoveryWindow();

  /** A message of the bus was dropped. */
  void malformed(String description);

  /** Takes the acknowledgements of one broadcast, from any thread. */
  interface AckSink {
    void acknowledged(Args args);

    /** A socket that was asked is gone and will not answer. */
    void gone();
  }
}
