package dev.switchboard.client;

import dev.switchboard.protocol.Call;
import dev.switchboard.protocol.Event;
import dev.switchboard.protocol.socket.Args;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Sends to the server in a certain way: with a time-out, volatile. An immutable value, any thread.
 */
public final class ClientEmitter {
  private final ClientSocket socket;
  private final @Nullable Duration timeout;
  private final boolean isVolatile;

  ClientEmitter(ClientSocket socket, @Nullable Duration timeout, boolean isVolatile) {
    this.socket = socket;
    this.timeout = timeout;
    this.isVolatile = isVolatile;
  }

  /** See {@link ClientSocket#timeout}. */
  public ClientEmitter timeout(Duration longest) {
    if (longest.isNegative() || longest.isZero()) {
      throw new IllegalArgumentException("a timeout must be positive, not " + longest);
    }
    return new ClientEmitter(socket, longest, isVolatile);
  }

  /** See {@link ClientSocket#asVolatile}. */
  public ClientEmitter asVolatile() {
    return new ClientEmitter(socket, timeout, true);
  }

  /** See {@link ClientSocket#emit(String, Object...)}. */
  public void emit(String event, @Nullable Object... args) {
    socket.emit(event, Args.of(args), isVolatile);
  }

  /** See {@link ClientSocket#emit(Event, Object)}. */
  public <T> void emit(Event<T> event, T arg) {
    socket.emit(event.name(), Args.of(arg), isVolatile);
  }

  /** See {@link ClientSocket#call(String, Object...)}. */
  public CompletableFuture<Args> call(String event, @Nullable Object... args) {
    return socket.call(event, Args.of(args), timeout, isVolatile);
  }

  /** See {@link ClientSocket#call(Call, Object)}. */
  @SuppressWarnings("unchecked") // the codec gives what the type says, or throws
  public <Q, R> CompletableFuture<R> call(Call<Q, R> call, Q arg) {
    CompletableFuture<Args> answer = socket.call(call.name(), Args.of(arg), timeout, isVolatile);
    CompletableFuture<R> typed = answer.thenApply(args -> (R) args.get(0, call.replyType()));
    typed.whenComplete((value, failure) -> answer.cancel(false)); // if the caller gives up
    return typed;
  }
}
