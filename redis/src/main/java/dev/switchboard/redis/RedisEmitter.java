package dev.switchboard.redis;

import dev.switchboard.protocol.Event;
import dev.switchboard.protocol.cluster.BroadcastOptions;
import dev.switchboard.protocol.cluster.ClusterMessage;
import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.socket.Args;
import java.util.Collection;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Reaches the clients of a cluster from a process that is no server: a worker, a scheduled job. The
 * nodes may be ours, the reference's, or both, and must use the adapter that the emitter is for.
 *
 * <p>Any thread; nothing blocks. The stages that methods return complete when Redis has the
 * message, and fail if it does not get it; whom it reaches is not known.
 */
public final class RedisEmitter implements AutoCloseable {
  private final EmitterBus bus;
  private final String namespace;

  RedisEmitter(EmitterBus bus, String namespace) {
    this.bus = bus;
    this.namespace = namespace;
  }

  /**
   * For the classic adapter: what {@code @socket.io/redis-emitter} does. Connects, and so waits for
   * Redis unless it is lazy.
   *
   * @param settings those of the nodes
   * @throws io.lettuce.core.RedisException if Redis cannot be reached
   */
  public static RedisEmitter classic(Redis redis, ClassicSettings settings) {
    Objects.requireNonNull(settings, "settings");
    var bus = new ClassicEmitterBus(RedisConnections.open(redis), settings, Json.create());
    return new RedisEmitter(bus, "/");
  }

  /** For the classic adapter with its defaults. */
  public static RedisEmitter classic(Redis redis) {
    return classic(redis, ClassicSettings.DEFAULT);
  }

  /**
   * For the sharded adapter, which the reference has no emitter for. Connects as {@link
   * #classic(Redis, ClassicSettings)} does.
   *
   * @param settings those of the nodes
   * @throws io.lettuce.core.RedisException if Redis cannot be reached
   */
  public static RedisEmitter sharded(Redis redis, ShardedSettings settings) {
    Objects.requireNonNull(settings, "settings");
    var bus = new ShardedEmitterBus(RedisConnections.open(redis), settings, Json.create());
    return new RedisEmitter(bus, "/");
  }

  /** For the sharded adapter with its defaults. */
  public static RedisEmitter sharded(Redis redis) {
    return sharded(redis, ShardedSettings.DEFAULT);
  }

  /**
   * For the streams adapter: what {@code @socket.io/redis-streams-emitter} does. Connects as {@link
   * #classic(Redis, ClassicSettings)} does.
   *
   * @param settings those of the nodes
   * @throws io.lettuce.core.RedisException if Redis cannot be reached
   */
  public static RedisEmitter streams(Redis redis, StreamsSettings settings) {
    Objects.requireNonNull(settings, "settings");
    var bus = new StreamsEmitterBus(RedisConnections.open(redis), settings, Json.create());
    return new RedisEmitter(bus, "/");
  }

  /** For the streams adapter with its defaults. */
  public static RedisEmitter streams(Redis redis) {
    return streams(redis, StreamsSettings.DEFAULT);
  }

  /**
   * The same for another namespace, over the same connections.
   *
   * @param name with or without its leading slash
   */
  public RedisEmitter of(String name) {
    return new RedisEmitter(bus, name.startsWith("/") ? name : "/" + name);
  }

  /** All sockets of the namespace. */
  public EmitterTarget all() {
    return new EmitterTarget(bus, namespace, BroadcastOptions.ALL);
  }

  /** The sockets in any of these rooms. */
  public EmitterTarget to(String... rooms) {
    return all().to(rooms);
  }

  /** The sockets in any of these rooms. */
  public EmitterTarget to(Collection<String> rooms) {
    return all().to(rooms);
  }

  /** The same as {@link #to(String...)}. */
  public EmitterTarget in(String... rooms) {
    return all().to(rooms);
  }

  /** All sockets but those in any of these rooms. */
  public EmitterTarget except(String... rooms) {
    return all().except(rooms);
  }

  /** All sockets, by messages that are dropped where they cannot be written at once. */
  public EmitterTarget asVolatile() {
    return all().asVolatile();
  }

  /** All sockets, by messages that may be compressed or not. */
  public EmitterTarget compress(boolean on) {
    return all().compress(on);
  }

  /** Sends an event to all sockets of the namespace. */
  public CompletionStage<Void> emit(String event, @Nullable Object... args) {
    return all().emit(event, args);
  }

  /** Sends an event to all sockets of the namespace. */
  public <T> CompletionStage<Void> emit(Event<T> event, T arg) {
    return all().emit(event, arg);
  }

  /** Sends an event named {@code message} to all sockets of the namespace. */
  public CompletionStage<Void> send(@Nullable Object... args) {
    return all().send(args);
  }

  /** Makes all sockets of the namespace join rooms. */
  public CompletionStage<Void> socketsJoin(String... rooms) {
    return all().socketsJoin(rooms);
  }

  /** Makes all sockets of the namespace leave rooms. */
  public CompletionStage<Void> socketsLeave(String... rooms) {
    return all().socketsLeave(rooms);
  }

  /** Disconnects all sockets of the namespace; with {@code close} their connections too. */
  public CompletionStage<Void> disconnectSockets(boolean close) {
    return all().disconnectSockets(close);
  }

  /** Sends an event to the servers themselves. They cannot answer. */
  public CompletionStage<Void> serverSideEmit(String event, @Nullable Object... args) {
    Objects.requireNonNull(event, "event");
    return bus.publish(namespace, new ClusterMessage.ServerSideEmit(event, Args.of(args), null));
  }

  /** Closes the connections, those of all namespaces. Idempotent. */
  @Override
  public void close() {
    bus.close();
  }
}
