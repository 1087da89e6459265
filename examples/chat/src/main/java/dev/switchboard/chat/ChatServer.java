package dev.switchboard.chat;

import dev.switchboard.server.SocketIoServer;
import dev.switchboard.server.http.HttpAnswer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** The chat as a server: its page, the official client for it, and a health check, on one port. */
public final class ChatServer implements AutoCloseable {
  private static final Duration MISSED_FOR = Duration.ofMinutes(2);

  private final SocketIoServer io;

  private ChatServer(int port) {
    io =
        SocketIoServer.create(
            config ->
                config
                    .port(port)
                    .serveClient(true)
                    .recovery(recovery -> recovery.maxDisconnectionDuration(MISSED_FOR))
                    .http(
                        routes ->
                            routes
                                .get("/health", request -> HttpAnswer.text(200, "ok"))
                                .resources("/", "public")));
    new Chat(io.main());
  }

  /**
   * Starts the chat.
   *
   * @param port 0 for any that is free
   * @return completes when it accepts connections
   */
  public static CompletableFuture<ChatServer> start(int port) {
    var chat = new ChatServer(port);
    return chat.io.start().thenApply(started -> chat);
  }

  /** The port that it listens on. */
  public int port() {
    return io.port();
  }

  @Override
  public void close() {
    io.close();
  }

  /** Starts the chat on the port of the first argument, and ends when the process is told to. */
  public static void main(String[] args) {
    int port = args.length == 0 ? 3000 : Integer.parseInt(args[0]);
    start(port)
        .whenComplete(
            (chat, failure) -> {
              if (failure != null) {
                System.err.println(
                    "The chat cannot listen on port " + port + ": " + failure.getMessage());
                System.exit(1);
              }
              Runtime.getRuntime().addShutdownHook(new Thread(chat::close, "chat-shutdown"));
              System.out.println(
                  "The chat is at http://localhost:" + chat.port() + " (Ctrl-C ends it)");
            });
  }
}
