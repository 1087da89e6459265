package dev.switchboard.server;

import dev.switchboard.protocol.Call;
import dev.switchboard.protocol.Event;
import dev.switchboard.protocol.cluster.BroadcastOptions;
import dev.switchboard.protocol.socket.Args;
import dev.switchboard.server.cluster.Replies;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Many sockets at once, on all nodes: those of a namespace, narrowed by rooms. What the reference
 * calls a broadcast operator.
 *
 * <p>An immutable value, safe for any thread; every narrowing gives a new one. Rooms add up ({@code
 * to("a").to("b")} means those in a or b), each socket gets a message once.
 */
public final class Target {
  private final Audience audience;
  private final BroadcastOptions options;

  Target(Audience audience, BroadcastOptions options) {
    this.audience = audience;
    this.options = options;
  }

  /** Also the sockets in these rooms. */
  public Target to(String... rooms) {
    return to(List.of(rooms));
  }

  /** Also the sockets in these rooms. */
  public Target to(Collection<String> rooms) {
    return new Target(audience, options.to(rooms));
  }

  /** The same as {@link #to(String...)}, for sentences that read better so. */
  public Target in(String... rooms) {
    return to(rooms);
  }

  /** But not the sockets in these rooms; a socket's id is a room with that one in it. */
  public Target except(String... rooms) {
    return except(List.of(rooms));
  }

  /** But not the sockets in these rooms. */
  public Target except(Collection<String> rooms) {
    return new Target(audience, options.except(rooms));
  }

  /** Only the sockets of this node. */
  public Target local() {
    return new Target(audience, options.local(true));
  }

  /**
   * Drops the message where it cannot be written at once: positions, prices, what is stale soon.
   * The reference's {@code volatile}.
   */
  public Target asVolatile() {
    return new Target(audience, options.isVolatile(true));
  }

  /** Whether a transport that compresses may compress the message; default true. */
  public Target compress(boolean on) {
    return new Target(audience, options.compress(on));
  }

  /** How long {@link #call} and {@link #fetchSockets} wait; default 5 s. */
  public Target timeout(Duration timeout) {
    return new Target(audience, options.timeout(timeout));
  }

  /**
   * Sends an event.
   *
   * @throws IllegalArgumentException if the name is reserved, or an argument cannot be written as
   *     JSON
   */
  public void emit(String event, @Nullable Object... args) {
    audience.broadcast(event, Args.of(args), options);
  }

  /** Sends an event. */
  public <T> void emit(Event<T> event, T arg) {
    audience.broadcast(event.name(), Args.of(arg), options);
  }

  /** Sends an event named {@code message}. */
  public void send(@Nullable Object... args) {
    emit("message", args);
  }

  /**
   * Sends an event and collects the first value of each client's acknowledgement, as a tree.
   *
   * @return completes when all clients have answered or left, or at the time-out with those that
   *     did; never exceptionally for want of answers
   */
  public CompletableFuture<Replies<Object>> call(String event, @Nullable Object... args) {
    return audience.broadcastWithAck(event, Args.of(args), options, Object.class);
  }

  /** Sends an event and collects the clients' acknowledgements. */
  public <Q, R> CompletableFuture<Replies<R>> call(Call<Q, R> call, Q arg) {
    return audience.broadcastWithAck(call.name(), Args.of(arg), options, call.replyType());
  }

  /**
   * The sockets, as they are now.
   *
   * @return fails with a {@link RequestTimeoutException}, which holds those that were found, if a
   *     node does not answer in time
   */
  public CompletableFuture<List<RemoteSocket>> fetchSockets() {
    return audience.fetchSockets(options);
  }

  /** Makes the sockets join rooms. */
  public void socketsJoin(String... rooms) {
    audience.socketsJoin(options, List.of(rooms));
  }

  /** Makes the sockets leave rooms. */
  public void socketsLeave(String... rooms) {
    audience.socketsLeave(options, List.of(rooms));
  }

  /** Disconnects the sockets from the namespace. */
  public void disconnectSockets() {
    disconnectSockets(false);
  }

  /**
   * Disconnects the sockets.
   *
   * @param close whether their connections are closed too, with all their namespaces
   */
  public void disconnectSockets(boolean close) {
    audience.disconnectSockets(options, close);
  }
}
