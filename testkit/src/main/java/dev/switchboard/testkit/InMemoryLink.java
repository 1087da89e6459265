package dev.switchboard.testkit;

import dev.switchboard.server.engine.EngineServer;
import dev.switchboard.server.engine.EventLoop;
import dev.switchboard.server.engine.HttpReply;
import dev.switchboard.server.engine.OutboundMessage;
import dev.switchboard.server.engine.RequestInfo;
import dev.switchboard.server.engine.WebSocketExchange;
import dev.switchboard.server.engine.WebSocketLink;
import dev.switchboard.server.engine.WebSocketListener;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A WebSocket connection to an engine without a network between. Its state belongs to its loop. */
final class InMemoryLink implements WebSocketExchange, WebSocketLink {
  private static final String MESSAGE = "4";

  private final TestLoop loop;
  private final BiConsumer<byte @Nullable [], byte @Nullable []> received;
  private final Runnable gone;
  private final CompletableFuture<Void> accepted = new CompletableFuture<>();
  private final Deque<Runnable> unread = new ArrayDeque<>();
  private @Nullable WebSocketListener listener;
  private boolean reading = true;
  private boolean closed;
  private volatile boolean taking = true;

  /**
   * @param received takes the text or the binary of each message
   */
  InMemoryLink(
      TestLoop loop, BiConsumer<byte @Nullable [], byte @Nullable []> received, Runnable gone) {
    this.loop = loop;
    this.received = received;
    this.gone = gone;
  }

  void open(EngineServer engine) {
    loop.execute(() -> engine.handle(this));
    accepted.join();
  }

  /** Sends what a client would, all in one turn of the loop. */
  void send(List<OutboundMessage> messages) {
    loop.execute(
        () -> {
          for (OutboundMessage message : messages) {
            byte[] text = message.text();
            if (text != null) {
              String packet = MESSAGE + new String(text, StandardCharsets.UTF_8);
              arrived(server -> server.onText(packet));
            }
            message.binary().forEach(data -> arrived(server -> server.onBinary(data)));
          }
        });
  }

  private void arrived(Consumer<WebSocketListener> frame) {
    unread.add(
        () -> {
          WebSocketListener server = listener;
          if (server != null && !closed) {
            frame.accept(server);
          }
        });
    read();
  }

  private void read() {
    while (reading && !unread.isEmpty()) {
      unread.remove().run();
    }
  }

  /** Whether the server has stopped to read. On the loop. */
  boolean paused() {
    return !reading;
  }

  /** Lets the client stop to take what the server sends, as one on a slow line does, or go on. */
  void taking(boolean on) {
    taking = on;
    loop.execute(
        () -> {
          if (on && listener != null && !closed) {
            listener.onWritable();
          }
        });
  }

  /** The client goes. */
  void drop() {
    loop.execute(() -> end(false));
  }

  private void end(boolean byServer) {
    if (closed) {
      return;
    }
    closed = true;
    gone.run();
    WebSocketListener server = listener;
    if (server != null) {
      loop.execute(() -> server.onClose(false, byServer ? "closed" : "the client went"));
    }
  }

  @Override
  public RequestInfo request() {
    return new RequestInfo(
        "GET",
        "/socket.io/?EIO=4&transport=websocket",
        Map.of("EIO", "4", "transport", "websocket"),
        Map.of("host", List.of("test")),
        "127.0.0.1",
        false);
  }

  @Override
  public EventLoop loop() {
    return loop;
  }

  @Override
  public void reject(HttpReply reply) {
    accepted.completeExceptionally(
        new IllegalStateException("the handshake was refused with status " + reply.status()));
  }

  @Override
  public WebSocketLink accept(Map<String, List<String>> headers, WebSocketListener serverListener) {
    listener = serverListener;
    accepted.complete(null);
    return this;
  }

  @Override
  public void onAbort(Runnable task) {
    // the client waits for the answer
  }

  @Override
  public boolean writable() {
    return taking;
  }

  @Override
  public void write(OutboundMessage message, int protocol) {
    if (closed) {
      return;
    }
    byte[] text = message.text();
    if (text != null) {
      received.accept(text, null);
    }
    message.binary().forEach(data -> received.accept(null, data));
  }

  @Override
  public void write(String packet) {
    if (packet.equals("2")) {
      loop.execute(
          () -> {
            if (listener != null && !closed) {
              listener.onText("3");
            }
          });
    }
  }

  @Override
  public void flush() {
    // nothing is held back
  }

  @Override
  public long unsentBytes() {
    return 0;
  }

  @Override
  public void reading(boolean on) {
    reading = on;
    if (on) {
      loop.execute(this::read);
    }
  }

  @Override
  public void close(int code, String reason) {
    end(true);
  }

  @Override
  public void abort() {
    end(true);
  }
}
