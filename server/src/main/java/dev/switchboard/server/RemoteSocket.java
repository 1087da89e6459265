package dev.switchboard.server;

import dev.switchboard.protocol.Call;
import dev.switchboard.protocol.Event;
import dev.switchboard.protocol.cluster.BroadcastOptions;
import dev.switchboard.protocol.cluster.SocketSnapshot;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A socket of any node, as it was when it was fetched; what is sent to it travels to its node.
 *
 * <p>Immutable, any thread.
 */
public final class RemoteSocket {
  private final SocketSnapshot snapshot;
  private final Target target;

  RemoteSocket(SocketSnapshot snapshot, Audience audience) {
    this.snapshot = snapshot;
    this.target = new Target(audience, BroadcastOptions.room(snapshot.id()));
  }

  public String id() {
    return snapshot.id();
  }

  /** The rooms that it was in, its own included. */
  public Set<String> rooms() {
    return snapshot.rooms();
  }

  /**
   * The reference's handshake object: headers, time, address, xdomain, secure, issued, url, query,
   * auth.
   */
  public Map<String, @Nullable Object> handshake() {
    return snapshot.handshake();
  }

  /** What the application stored with it, as a tree. */
  public @Nullable Object data() {
    return snapshot.data();
  }

  public void emit(String event, @Nullable Object... args) {
    target.emit(event, args);
  }

  public <T> void emit(Event<T> event, T arg) {
    target.emit(event, arg);
  }

  /**
   * Sends an event; completes with the first value of the acknowledgement, or fails if none comes
   * within 5 s.
   */
  public <Q, R> CompletableFuture<R> call(Call<Q, R> call, Q arg) {
    return target
        .call(call, arg)
        .thenApply(
            replies -> {
              if (replies.values().isEmpty()) {
                throw new IllegalStateException(
                    "the socket " + id() + " did not answer, or is not connected any more");
              }
              return replies.values().get(0);
            });
  }

  /** This one socket as a target, for time-outs and the like. */
  public Target target() {
    return target;
  }

  public void join(String... rooms) {
    target.socketsJoin(rooms);
  }

  public void leave(String... rooms) {
    target.socketsLeave(rooms);
  }

  /** Disconnects it from its namespace, or with {@code close} its whole connection. */
  public void disconnect(boolean close) {
    target.disconnectSockets(close);
  }
}
