package dev.switchboard.interop;

import dev.switchboard.server.SocketIoServer;
import java.util.concurrent.CompletableFuture;

/** The app that load generators talk to. */
final class BenchProfile {
  private BenchProfile() {}

  static CompletableFuture<Integer> start(Environment environment) {
    SocketIoServer io = SocketIoApp.create(environment, config -> {});
    io.onConnection(
        socket -> {
          socket.on("bcast", args -> io.emit("msg", args.values().toArray()));
          socket.on("echo", args -> socket.emit("echo", args.values().toArray()));
          socket.on("ack", (args, ack) -> ack.send(args.values().toArray()));
        });
    return SocketIoApp.start(io);
  }
}
