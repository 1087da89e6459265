package dev.switchboard.interop;

import dev.switchboard.protocol.socket.Args;
import dev.switchboard.server.ConnectRejected;
import dev.switchboard.server.Socket;
import dev.switchboard.server.SocketIoServer;
import dev.switchboard.server.engine.Admission;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** The app that the official JavaScript client's test suite wants. */
final class ClientProfile {
  private static final byte[] BINARY = "asdfasdf".getBytes(StandardCharsets.UTF_8);
  private static final List<String> TEXTS =
      List.of("てすと", "Я Б Г Д Ж Й", "Ä ä Ü ü ß", "utf8 — string", "utf8 — string");

  private static final Executor IN_A_MOMENT =
      CompletableFuture.delayedExecutor(10, TimeUnit.MILLISECONDS);

  private final Socket socket;
  private boolean gotFirstBinary;
  private boolean gotFirstBlob;
  private boolean gotSecondBlob;

  private ClientProfile(Socket socket) {
    this.socket = socket;
  }

  static CompletableFuture<Integer> start(Environment environment) {
    SocketIoServer io =
        SocketIoApp.create(
            environment,
            config ->
                config
                    .recovery(recovery -> recovery.skipMiddlewares(true))
                    .engine(
                        engine ->
                            engine
                                .pingInterval(Duration.ofSeconds(2))
                                .hooks(
                                    hooks ->
                                        hooks.allowRequest(
                                            request ->
                                                CompletableFuture.supplyAsync(
                                                    Admission::allow, IN_A_MOMENT)))));
    for (String quiet : List.of("/timeout_socket", "/valid", "/asd")) {
      io.of(quiet);
    }
    io.of("/foo").onConnection(socket -> socket.reply("getId", args -> socket.id()));
    io.of("/abc").onConnection(socket -> socket.emit("handshake", socket.handshake().toMap()));
    io.of("/no")
        .use(
            socket -> {
              throw new ConnectRejected("Auth failed (custom namespace)");
            });
    io.use(
        socket -> {
          if (!socket.handshake().query().getOrDefault("fail", "").isEmpty()) {
            throw new ConnectRejected("Auth failed (main namespace)");
          }
        });
    io.onConnection(
        socket -> {
          ClientProfile app = new ClientProfile(socket);
          app.answerPlainEvents();
          app.takeBinary();
        });
    return SocketIoApp.start(io);
  }

  private void answerPlainEvents() {
    socket.on("hi", args -> socket.emit("hi"));
    socket.on("echo", (args, ack) -> ack.send(args.get(0)));
    socket.on("ack", args -> socket.call("ack").thenAccept(this::acknowledged));
    socket.reply("getAckDate", args -> SocketIoApp.now());
    socket.on("getDate", args -> socket.emit("takeDate", SocketIoApp.now()));
    socket.on("getDateObj", args -> socket.emit("takeDateObj", Map.of("date", SocketIoApp.now())));
    socket.on("getUtf8", args -> TEXTS.forEach(text -> socket.emit("takeUtf8", text)));
    socket.on("false", args -> socket.emit("false", false));
    socket.on("doge", args -> socket.emit("doge", (Object) BINARY));
    socket.on("getbin", args -> socket.emit("takebin", (Object) BINARY));
    socket.reply("getHandshake", args -> socket.handshake().toMap());
    socket.reply("getId", args -> socket.id());
  }

  private void takeBinary() {
    socket.on("buffa", args -> emitIf(isBinary(args), "buffack"));
    socket.on("jsonbuff", args -> emitIf(isExpectedObject(args), "jsonbuff-ack"));
    socket.on("abuff1", args -> gotFirstBinary = isBinary(args));
    socket.on("abuff2", args -> emitIf(gotFirstBinary, "abuff2-ack"));
    socket.on("blob", args -> emitIf(isBinary(args), "back"));
    socket.on("jsonblob", args -> emitIf(isExpectedObject(args), "jsonblob-ack"));
    socket.on("blob1", args -> gotFirstBlob = isBinary(args));
    socket.on("blob2", args -> gotSecondBlob = gotFirstBlob && "second".equals(args.get(0)));
    socket.on(
        "blob3", args -> emitIf(isBinary(args) && gotFirstBlob && gotSecondBlob, "blob3-ack"));
  }

  private void acknowledged(Args args) {
    boolean five = args.get(0) instanceof Number number && number.intValue() == 5;
    boolean test =
        args.get(1) instanceof Map<?, ?> object && Boolean.TRUE.equals(object.get("test"));
    emitIf(five && test, "got it");
  }

  private void emitIf(boolean condition, String event) {
    if (condition) {
      socket.emit(event);
    }
  }

  private static boolean isBinary(Args args) {
    return args.get(0) instanceof byte[];
  }

  private static boolean isExpectedObject(Args args) {
    return args.get(0) instanceof Map<?, ?> object
        && "lol".equals(object.get("hello"))
        && object.get("message") instanceof byte[]
        && "gotcha".equals(object.get("goodbye"));
  }
}
