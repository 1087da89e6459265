package dev.switchboard.testkit;

import dev.switchboard.server.SocketIoServer;
import dev.switchboard.server.engine.OutboundMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a server, packet by packet: what goes out and comes in is the text of Socket.IO
 * packets. For what a proper client does not do.
 */
final class RawClient implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 10;
  private static final String CLOSED = "closed";

  private final TestLoop loop = TestLoop.take();
  private final BlockingQueue<String> packets = new LinkedBlockingQueue<>();
  private final CompletableFuture<Void> gone = new CompletableFuture<>();
  private final InMemoryLink link;

  private RawClient(SocketIoServer io) {
    link =
        new InMemoryLink(
            loop,
            this::received,
            () -> {
              packets.add(CLOSED);
              gone.complete(null);
            });
    link.open(io.engine());
  }

  /** Opens a connection, without a namespace. */
  static RawClient open(SocketIoServer io) {
    return new RawClient(io);
  }

  /** Opens a connection, and connects to the main namespace. */
  static RawClient connect(SocketIoServer io) {
    var client = new RawClient(io);
    client.send("0");
    client.nextStartingWith("0{");
    return client;
  }

  private void received(byte @Nullable [] text, byte @Nullable [] binary) {
    packets.add(text == null ? "binary" : new String(text, StandardCharsets.UTF_8));
  }

  /** Sends packets, all in one turn of the loop. */
  void send(String... texts) {
    link.send(
        Stream.of(texts)
            .map(text -> OutboundMessage.of(text.getBytes(StandardCharsets.UTF_8), List.of()))
            .toList());
  }

  void sendBinary(byte... data) {
    link.send(List.of(OutboundMessage.of(null, List.of(data))));
  }

  /** The next packet, or {@code closed}. */
  String next() {
    try {
      String packet = packets.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (packet == null) {
        throw new AssertionError("no packet within " + PATIENCE_SECONDS + " s");
      }
      return packet;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** Passes over packets until one begins so. */
  String nextStartingWith(String start) {
    while (true) {
      String packet = next();
      if (packet.startsWith(start)) {
        return packet;
      }
      if (packet.equals(CLOSED)) {
        throw new AssertionError("closed while waiting for a packet that begins with " + start);
      }
    }
  }

  /** All packets that came and were not taken. */
  List<String> received() {
    List<String> all = new ArrayList<>();
    packets.drainTo(all);
    return all;
  }

  /** Waits until the server has closed the connection. */
  void awaitClose() {
    gone.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
  }

  boolean isOpen() {
    return !gone.isDone();
  }

  /** Stops to take what the server sends, or goes on. Returns once the server can see it. */
  void taking(boolean on) {
    link.taking(on);
    inLoop(() -> true);
  }

  /** Whether the server has stopped to read what this client sends. */
  boolean paused() {
    return inLoop(link::paused);
  }

  private boolean inLoop(BooleanSupplier question) {
    var answer = new CompletableFuture<Boolean>();
    loop.execute(() -> answer.complete(question.getAsBoolean()));
    return answer.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
  }

  @Override
  public void close() {
    link.drop();
    loop.giveBack();
  }
}
