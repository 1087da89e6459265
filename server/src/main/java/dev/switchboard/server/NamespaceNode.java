package dev.switchboard.server;

import dev.switchboard.protocol.cluster.BroadcastOptions;
import dev.switchboard.protocol.cluster.ClusterMessage;
import dev.switchboard.protocol.cluster.SocketSnapshot;
import dev.switchboard.protocol.socket.Args;
import dev.switchboard.protocol.socket.Packet;
import dev.switchboard.server.cluster.LocalNode;
import dev.switchboard.server.cluster.RosterMessage;
import dev.switchboard.server.engine.OutboundMessage;
import dev.switchboard.server.engine.OutputBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The sockets of one namespace on this node, as the cluster reaches them. Any thread. */
final class NamespaceNode implements LocalNode {
  private final Namespace namespace;

  NamespaceNode(Namespace namespace) {
    this.namespace = namespace;
  }

  @Override
  public void deliver(ClusterMessage.Broadcast broadcast, String offset) {
    OutputBatch.gather(new Delivery(broadcast, offset));
  }

  /**
   * One broadcast on its way to the sockets of this node: encoded once, when the first socket is
   * found.
   */
  private final class Delivery implements Runnable, Consumer<Socket> {
    private final ClusterMessage.Broadcast broadcast;
    private final String offset;
    private @Nullable OutboundMessage message;

    Delivery(ClusterMessage.Broadcast broadcast, String offset) {
      this.broadcast = broadcast;
      this.offset = offset;
    }

    @Override
    public void run() {
      namespace.rooms().forEachMatch(broadcast.options(), this);
    }

    @Override
    public void accept(Socket socket) {
      OutboundMessage encoded = message;
      if (encoded == null) {
        encoded = encode(broadcast, offset);
        message = encoded;
      }
      socket.deliver(
          encoded, offset, broadcast.options().isVolatile(), broadcast.event(), broadcast.args());
    }
  }

  /**
   * The event, with its offset as one more argument where there is a log: that is how clients know
   * it.
   */
  OutboundMessage encode(ClusterMessage.Broadcast broadcast, String offset) {
    Args args = broadcast.args();
    if (!offset.isEmpty() && namespace.recovers() && !broadcast.options().isVolatile()) {
      List<@Nullable Object> more = new ArrayList<>(args.values());
      more.add(offset);
      args = Args.ofList(more);
    }
    return namespace.encode(broadcast.event(), args, Packet.NO_ID, broadcast.options().compress());
  }

  @Override
  public int deliverWithAck(ClusterMessage.Broadcast broadcast, Duration timeout, AckSink sink) {
    List<Socket> asked = matching(broadcast.options());
    if (asked.isEmpty()) {
      return 0;
    }
    long id = namespace.nextAckId();
    OutboundMessage message =
        namespace.encode(broadcast.event(), broadcast.args(), id, broadcast.options().compress());
    return namespace
        .server()
        .acks()
        .call(asked, message, id, broadcast.event(), broadcast.args(), timeout, sink);
  }

  @Override
  public List<SocketSnapshot> snapshots(BroadcastOptions options) {
    List<SocketSnapshot> snapshots = new ArrayList<>();
    namespace.rooms().forEachMatch(options, socket -> snapshots.add(socket.snapshot()));
    return snapshots;
  }

  @Override
  public void join(BroadcastOptions options, List<String> rooms) {
    IllegalArgumentException refused = null;
    for (Socket socket : matching(options)) {
      try {
        socket.join(rooms);
      } catch (IllegalArgumentException e) {
        refused = e; // this one is in too many rooms already, which is not the others' fault
      }
    }
    if (refused != null) {
      throw refused;
    }
  }

  @Override
  public void leave(BroadcastOptions options, List<String> rooms) {
    String[] names = rooms.toArray(new String[0]);
    matching(options).forEach(socket -> socket.leave(names));
  }

  @Override
  public void disconnect(BroadcastOptions options, boolean close) {
    matching(options).forEach(socket -> socket.disconnect(close));
  }

  @Override
  public void serverSideEvent(String event, Args args, @Nullable Consumer<Args> reply) {
    if (event.equals(RosterMessage.EVENT)) {
      namespace.receivePresence(args); // at once: it waits behind no handler
      return;
    }
    namespace.enqueueServerSide(
        Mailbox.task(
            () -> {
              try {
                namespace
                    .serverSideHandlers()
                    .forEach(event, handler -> handler.handle(args, reply));
              } catch (Throwable e) {
                namespace.server().handlerFailed(null, event, e);
              }
            }));
  }

  @Override
  public boolean isPrivateRoom(String room) {
    return namespace.socket(room).isPresent();
  }

  @Override
  public boolean hasRoom(String room) {
    return namespace.rooms().has(room);
  }

  @Override
  public Optional<Duration> recoveryWindow() {
    SocketIoServer server = namespace.server();
    return server.recovers()
        ? Optional.of(server.recovery().maxDisconnectionDuration())
        : Optional.empty();
  }

  @Override
  public void malformed(String description) {
    namespace.server().notify(listener -> listener.onMalformedMessage(namespace, description));
  }

  /** A copy: what is done to the sockets may change the rooms that they were found in. */
  private List<Socket> matching(BroadcastOptions options) {
    List<Socket> found = new ArrayList<>();
    namespace.rooms().forEachMatch(options, found::add);
    return found;
  }
}
