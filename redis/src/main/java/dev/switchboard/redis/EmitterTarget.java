package dev.switchboard.redis;

import dev.switchboard.protocol.Event;
import dev.switchboard.protocol.cluster.BroadcastOptions;
import dev.switchboard.protocol.cluster.ClusterMessage;
import dev.switchboard.protocol.socket.Args;
import dev.switchboard.protocol.socket.ReservedEvents;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Many sockets at once, as an emitter reaches them: those of a namespace, narrowed by rooms. It
 * reads as the server's {@code Target} does.
 *
 * <p>An immutable value, safe for any thread; every narrowing gives a new one. Rooms add up, each
 * socket gets a message once.
 */
public final class EmitterTarget {
  private final EmitterBus bus;
  private final String namespace;
  private final BroadcastOptions options;

  EmitterTarget(EmitterBus bus, String namespace, BroadcastOptions options) {
    this.bus = bus;
    this.namespace = namespace;
    this.options = options;
  }

  private EmitterTarget with(BroadcastOptions changed) {
    return new EmitterTarget(bus, namespace, changed);
  }

  /** Also the sockets in these rooms; a socket's id is a room with that one in it. */
  public EmitterTarget to(String... rooms) {
    return to(List.of(rooms));
  }

  /** Also the sockets in these rooms. */
  public EmitterTarget to(Collection<String> rooms) {
    return with(options.to(rooms));
  }

  /** The same as {@link #to(String...)}, for sentences that read better so. */
  public EmitterTarget in(String... rooms) {
    return to(rooms);
  }

  /** But not the sockets in these rooms. */
  public EmitterTarget except(String... rooms) {
    return except(List.of(rooms));
  }

  /** But not the sockets in these rooms. */
  public EmitterTarget except(Collection<String> rooms) {
    return with(options.except(rooms));
  }

  /** Drops the message where it cannot be written at once. The reference's {@code volatile}. */
  public EmitterTarget asVolatile() {
    return with(options.isVolatile(true));
  }

  /** Whether a transport that compresses may compress the message; default true. */
  public EmitterTarget compress(boolean on) {
    return with(options.compress(on));
  }

  /**
   * Sends an event.
   *
   * @throws IllegalArgumentException if the name is reserved, or an argument cannot be written
   */
  public CompletionStage<Void> emit(String event, @Nullable Object... args) {
    return broadcast(event, Args.of(args));
  }

  /** Sends an event. */
  public <T> CompletionStage<Void> emit(Event<T> event, T arg) {
    return broadcast(event.name(), Args.of(arg));
  }

  /** Sends an event named {@code message}. */
  public CompletionStage<Void> send(@Nullable Object... args) {
    return emit("message", args);
  }

  private CompletionStage<Void> broadcast(String event, Args args) {
    Objects.requireNonNull(event, "event");
    if (ReservedEvents.contains(event)) {
      throw new IllegalArgumentException("\"" + event + "\" is a reserved event name");
    }
    return bus.publish(namespace, new ClusterMessage.Broadcast(event, args, options, null));
  }

  /** Makes the sockets join rooms. */
  public CompletionStage<Void> socketsJoin(String... rooms) {
    return bus.publish(namespace, new ClusterMessage.SocketsJoin(options, List.of(rooms)));
  }

  /** Makes the sockets leave rooms. */
  public CompletionStage<Void> socketsLeave(String... rooms) {
    return bus.publish(namespace, new ClusterMessage.SocketsLeave(options, List.of(rooms)));
  }

  /** Disconnects the sockets from the namespace. */
  public CompletionStage<Void> disconnectSockets() {
    return disconnectSockets(false);
  }

  /**
   * Disconnects the sockets.
   *
   * @param close whether their connections are closed too, with all their namespaces
   */
  public CompletionStage<Void> disconnectSockets(boolean close) {
    return bus.publish(namespace, new ClusterMessage.DisconnectSockets(options, close));
  }
}
