package dev.switchboard.interop;

import dev.switchboard.protocol.socket.Args;
import dev.switchboard.redis.EmitterTarget;
import dev.switchboard.redis.RedisEmitter;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Does what {@code ctl:emitter} says, by an emitter that knows nothing of this server. Any thread.
 */
final class EmitterControl {
  private final RedisEmitter emitter;

  EmitterControl(RedisEmitter emitter) {
    this.emitter = emitter;
  }

  /** Completes when Redis has it. */
  CompletionStage<Void> run(Query q) {
    RedisEmitter namespace = emitter.of(q.text("nsp"));
    String[] rooms = q.rooms("rooms").toArray(String[]::new);
    @Nullable Object[] args = Args.ofList(q.list("args")).values().toArray();
    EmitterTarget target = target(namespace, q);
    return switch (q.text("does")) {
      case "emit" -> target.emit(q.text("event"), args);
      case "socketsJoin" -> target.socketsJoin(rooms);
      case "socketsLeave" -> target.socketsLeave(rooms);
      case "disconnectSockets" -> target.disconnectSockets(q.flag("close"));
      case "serverSideEmit" -> namespace.serverSideEmit(q.text("event"), args);
      default -> throw new IllegalArgumentException("an emitter cannot " + q.text("does"));
    };
  }

  private static EmitterTarget target(RedisEmitter namespace, Query q) {
    EmitterTarget target = namespace.to(q.rooms("to")).except(q.rooms("except"));
    if (q.flag("volatile")) {
      target = target.asVolatile();
    }
    return q.isOff("compress") ? target.compress(false) : target;
  }
}
