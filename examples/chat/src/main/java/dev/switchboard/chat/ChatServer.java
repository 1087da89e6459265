package dev.switchboard.chat;

import dev.switchboard.server.ServerConfig;
import dev.switchboard.server.SocketIoServer;
import dev.switchboard.server.http.HttpAnswer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The chat as a server: its page, the official client for it, and what a load balancer asks, on one
 * port. {@code /health} says that the process works; {@code /ready} that it takes new clients,
 * which it does not any more once it is told to end.
 */
public final class ChatServer implements AutoCloseable {
  private static final Duration MISSED_FOR = Duration.ofMinutes(2);

  private final SocketIoServer io;
  private volatile boolean ending;

  private ChatServer(int port, Consumer<ServerConfig> changes) {
    io =
        SocketIoServer.create(
            config -> {
              config
                  .port(port)
                  .serveClient(true)
                  .recovery(recovery -> recovery.maxDisconnectionDuration(MISSED_FOR))
                  .http(
                      routes ->
                          routes
                              .get("/health", request -> HttpAnswer.text(200, "ok"))
                              .get("/ready", request -> readiness())
                              .resources("/", "public"));
              changes.accept(config);
            });
    new Chat(io.main());
  }

  /**
   * Starts the chat, in one process.
   *
   * @param port 0 for any that is free
   * @return completes when it accepts connections
   */
  public static CompletableFuture<ChatServer> start(int port) {
    return start(port, config -> {});
  }

  /**
   * Starts the chat with other settings: with an adapter it is one of several nodes.
   *
   * @param port 0 for any that is free
   * @return completes when it accepts connections
   */
  public static CompletableFuture<ChatServer> start(int port, Consumer<ServerConfig> changes) {
    var chat = new ChatServer(port, changes);
    return chat.io.start().thenApply(started -> chat);
  }

  private HttpAnswer readiness() {
    return ending ? HttpAnswer.text(503, "ending") : HttpAnswer.text(200, "ready");
  }

  /** Is not ready any more, from now on; clients that are connected stay. */
  public void retire() {
    ending = true;
  }

  /** The port that it listens on. */
  public int port() {
    return io.port();
  }

  /** Tells the clients to go elsewhere, and ends. */
  @Override
  public void close() {
    retire();
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
