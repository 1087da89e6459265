package dev.switchboard.server;

import dev.switchboard.protocol.Call;
import dev.switchboard.protocol.Event;
import dev.switchboard.protocol.cluster.BroadcastOptions;
import dev.switchboard.protocol.socket.Args;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Sends to one socket in a certain way: with a time-out, volatile, without compression. An
 * immutable value, any thread.
 */
public final class SocketEmitter {
  private final Socket socket;
  private final BroadcastOptions options;

  SocketEmitter(Socket socket, BroadcastOptions options) {
    this.socket = socket;
    this.options = options;
  }

  /** See {@link Socket#timeout}. */
  public SocketEmitter timeout(Duration timeout) {
    return new SocketEmitter(socket, options.timeout(timeout));
  }

  /** See {@link Socket#asVolatile}. */
  public SocketEmitter asVolatile() {
    return new SocketEmitter(socket, options.isVolatile(true));
  }

  /** See {@link Socket#compress}. */
  public SocketEmitter compress(boolean on) {
    return new SocketEmitter(socket, options.compress(on));
  }

  /** See {@link Socket#emit(String, Object...)}. */
  public void emit(String event, @Nullable Object... args) {
    socket.emit(event, Args.of(args), options);
  }

  /** See {@link Socket#emit(Event, Object)}. */
  public <T> void emit(Event<T> event, T arg) {
    socket.emit(event.name(), Args.of(arg), options);
  }

  /** See {@link Socket#call(String, Object...)}. */
  public CompletableFuture<Args> call(String event, @Nullable Object... args) {
    return socket.namespace().server().acks().call(socket, event, Args.of(args), options);
  }

  /** See {@link Socket#call(Call, Object)}. */
  @SuppressWarnings("unchecked") // the codec gives what the type says, or throws
  public <Q, R> CompletableFuture<R> call(Call<Q, R> call, Q arg) {
    CompletableFuture<Args> answer =
        socket.namespace().server().acks().call(socket, call.name(), Args.of(arg), options);
    CompletableFuture<R> typed = answer.thenApply(args -> (R) args.get(0, call.replyType()));
    typed.whenComplete((value, failure) -> answer.cancel(false)); // if the caller gives up
    return typed;
  }
}
