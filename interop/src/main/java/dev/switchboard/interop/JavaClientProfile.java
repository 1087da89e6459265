package dev.switchboard.interop;

import dev.switchboard.protocol.socket.Args;
import dev.switchboard.server.ConnectRejected;
import dev.switchboard.server.Namespace;
import dev.switchboard.server.Socket;
import dev.switchboard.server.SocketIoServer;
import dev.switchboard.server.engine.RequestInfo;
import dev.switchboard.server.netty.TlsSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The app that the official Java client's test suite wants. */
final class JavaClientProfile {
  private JavaClientProfile() {}

  static CompletableFuture<Integer> start(Environment environment) {
    SocketIoServer io =
        SocketIoApp.create(
            environment,
            config -> {
              config.engine(
                  engine ->
                      engine
                          .pingInterval(Duration.ofSeconds(2))
                          .hooks(hooks -> hooks.headers(JavaClientProfile::sendBack)));
              if (environment.has("SSL_KEY") && environment.has("SSL_CERT")) {
                Path certificate = Path.of(environment.text("SSL_CERT", ""));
                config.tls(TlsSettings.pem(certificate, Path.of(environment.text("SSL_KEY", ""))));
              }
            });
    Namespace foo = io.of("/foo");
    foo.onConnection(
        socket ->
            socket.on(
                "room", args -> foo.to(socket.id()).emit("roomBack", args.values().toArray())));
    for (String quiet : List.of("/timeout_socket", "/valid", "/asd")) {
      io.of(quiet);
    }
    io.of("/abc").onConnection(socket -> socket.emit("handshake", socket.handshake().toMap()));
    io.of("/no")
        .use(
            socket -> {
              throw new ConnectRejected("auth failed", Map.of("a", "b", "c", 3));
            });
    io.of(environment.text("NSP", "/")).onConnection(socket -> handle(io, socket));
    return SocketIoApp.start(io);
  }

  private static void sendBack(Map<String, List<String>> headers, RequestInfo request) {
    List<String> values = request.headers().get("x-socketio");
    if (values != null) {
      headers.put("X-SocketIO", values);
    }
  }

  private static void handle(SocketIoServer io, Socket socket) {
    socket.send("hello client");
    socket.on("message", args -> socket.send(all(args)));
    socket.on("echo", args -> socket.emit("echoBack", all(args)));
    socket.on("ack", (args, ack) -> ack.send(all(args)));
    socket.on("callAck", args -> callAndTell(socket));
    socket.on("callAckBinary", args -> callAndTell(socket));
    socket.reply("getAckBinary", args -> "huehue".getBytes(StandardCharsets.UTF_8));
    socket.reply("getAckDate", args -> SocketIoApp.now());
    socket.on("broadcast", args -> socket.broadcast().emit("broadcastBack", all(args)));
    // the main namespace on purpose, whichever this one is
    socket.on("room", args -> io.to(socket.id()).emit("roomBack", args.get(0)));
    socket.on("requestDisconnect", args -> socket.disconnect());
    socket.reply("getHandshake", args -> socket.handshake().toMap());
  }

  private static void callAndTell(Socket socket) {
    socket.call("ack").thenAccept(answer -> socket.emit("ackBack", all(answer)));
  }

  private static Object[] all(Args args) {
    return args.values().toArray();
  }
}
