package dev.switchboard.interop;

import dev.switchboard.protocol.socket.Args;
import dev.switchboard.server.Ack;
import dev.switchboard.server.SocketIoServer;
import java.util.concurrent.CompletableFuture;

/** The app that load generators talk to. */
final class BenchProfile {
  private BenchProfile() {}

  static CompletableFuture<Integer> start(Environment environment) {
    SocketIoServer io =
        SocketIoApp.create(
            environment,
            config -> {
              config.limits(limits -> limits.handshakesPerSecond(0));
              SocketIoApp.adapt(environment, config);
            });
    io.onConnection(
        socket -> {
          socket.on("bcast", args -> io.emit("msg", args.values().toArray()));
          socket.on("echo", args -> socket.emit("echo", args.values().toArray()));
          socket.join("idle"); // what an idle connection costs includes a room
          socket.on("sleep", BenchProfile::sleep);
          socket.on("ack", (args, ack) -> ack.send(args.values().toArray()));
        });
    return SocketIoApp.start(io);
  }

  /** A handler that blocks, for as many milliseconds as it is told. */
  private static void sleep(Args args, Ack ack) {
    Integer millis = args.get(0, Integer.class);
    try {
      Thread.sleep(millis == null ? 0 : millis);
      ack.send();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
