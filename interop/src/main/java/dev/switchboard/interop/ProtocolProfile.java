package dev.switchboard.interop;

import dev.switchboard.server.Socket;
import dev.switchboard.server.SocketIoServer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** The app that the protocol's official test suite asks: profile sio-v5. */
final class ProtocolProfile {
  private ProtocolProfile() {}

  static CompletableFuture<Integer> start(Environment environment) {
    SocketIoServer io =
        SocketIoApp.create(
            environment,
            config ->
                config
                    .connectTimeout(Duration.ofSeconds(1))
                    .cors(cors -> cors.anyOrigin())
                    .engine(
                        engine ->
                            engine
                                .pingInterval(Duration.ofMillis(300))
                                .pingTimeout(Duration.ofMillis(200))
                                .maxHttpBufferSize(1_000_000)));
    io.onConnection(
        socket -> {
          greet(socket);
          socket.on("message", args -> socket.emit("message-back", args.values().toArray()));
          socket.on("message-with-ack", (args, ack) -> ack.send(args.values().toArray()));
        });
    io.of("/custom").onConnection(ProtocolProfile::greet);
    return SocketIoApp.start(io);
  }

  private static void greet(Socket socket) {
    socket.emit("auth", socket.handshake().auth());
  }
}
