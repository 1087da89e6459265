package dev.switchboard.server;

import dev.switchboard.protocol.socket.Args;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Handles what other servers emit to this one. */
@FunctionalInterface
interface ServerSideHandler {
  void handle(Args args, @Nullable Consumer<Args> reply) throws Exception;
}
