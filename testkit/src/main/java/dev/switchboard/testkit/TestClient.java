package dev.switchboard.testkit;

import dev.switchboard.protocol.Call;
import dev.switchboard.protocol.Event;
import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.socket.Args;
import dev.switchboard.protocol.socket.EncodedPacket;
import dev.switchboard.protocol.socket.Packet;
import dev.switchboard.protocol.socket.PacketDecoder;
import dev.switchboard.protocol.socket.Parser;
import dev.switchboard.protocol.socket.ParserLimits;
import dev.switchboard.server.SocketIoServer;
import dev.switchboard.server.engine.OutboundMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A Socket.IO client for tests that speaks to a server of the same JVM without a port: the server
 * need not be started. All of the server is real but the network.
 *
 * <pre>{@code
 * try (var alice = TestClient.connect(io)) {
 *   alice.emit("join", "news");
 *   assertEquals("welcome", alice.next("message").get(0));
 * }
 * }</pre>
 *
 * <p>Any thread. Waiting methods give up after 5 s with an {@link AssertionError} that says what
 * was waited for.
 */
public final class TestClient implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Json json = Json.create();
  private final Parser parser;
  private final PacketDecoder decoder;
  private final String namespace;
  private final TestLoop loop = TestLoop.take();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final InMemoryLink link;
  private final CompletableFuture<Map<?, ?>> connected = new CompletableFuture<>();
  private final CompletableFuture<String> disconnected = new CompletableFuture<>();
  private final Map<String, BlockingQueue<Args>> events = new ConcurrentHashMap<>();
  private final Map<String, Function<Args, @Nullable Object>> repliers = new ConcurrentHashMap<>();
  private final Map<Long, CompletableFuture<Args>> acks = new ConcurrentHashMap<>();
  private final AtomicLong ackIds = new AtomicLong();
  private volatile @Nullable BiConsumer<String, Args> any;

  private TestClient(SocketIoServer io, String namespace, @Nullable Object auth, Parser parser) {
    this.namespace = namespace;
    this.parser = parser;
    this.decoder = parser.newDecoder(ParserLimits.DEFAULT);
    this.link = new InMemoryLink(loop, this::received, this::gone);
    link.open(io.engine());
    send(new Packet.Connect(namespace, auth == null ? null : json.toTree(auth)));
  }

  /** Connects to the main namespace. */
  public static TestClient connect(SocketIoServer io) {
    return connect(io, "/", null);
  }

  /**
   * Connects to a namespace.
   *
   * @param auth the authentication data: a record, a map; null for none
   * @throws ConnectRefusedException if a middleware refuses, or there is no such namespace
   */
  public static TestClient connect(SocketIoServer io, String namespace, @Nullable Object auth) {
    return connect(io, namespace, auth, Parser.text(Json.create()));
  }

  /**
   * Connects to a namespace of a server with a parser of its own.
   *
   * @param parser what the server was given
   * @throws ConnectRefusedException if a middleware refuses, or there is no such namespace
   */
  public static TestClient connect(
      SocketIoServer io, String namespace, @Nullable Object auth, Parser parser) {
    var client = new TestClient(io, namespace, auth, parser);
    try {
      await(client.connected, "the namespace " + namespace + " to be connected");
    } catch (CompletionException e) {
      client.close();
      if (e.getCause() instanceof ConnectRefusedException refused) {
        throw refused;
      }
      throw e;
    }
    return client;
  }

  /** The socket's id on the server. */
  public String id() {
    return String.valueOf(connected.join().get("sid"));
  }

  /** The private id with which the session can be resumed, if the server has recovery on. */
  public @Nullable Object pid() {
    return connected.join().get("pid");
  }

  /** Sends an event. */
  public void emit(String event, @Nullable Object... args) {
    send(new Packet.Event(namespace, event, Args.of(args), Packet.NO_ID));
  }

  /** Sends an event. */
  public <T> void emit(Event<T> event, T arg) {
    emit(event.name(), arg);
  }

  /** Sends an event that is to be acknowledged. */
  public CompletableFuture<Args> call(String event, @Nullable Object... args) {
    long id = ackIds.getAndIncrement();
    var answer = new CompletableFuture<Args>();
    acks.put(id, answer);
    send(new Packet.Event(namespace, event, Args.of(args), id));
    return answer;
  }

  /** Sends a call and waits for its answer. */
  @SuppressWarnings("unchecked") // the codec gives what the type says, or throws
  public <Q, R> @Nullable R call(Call<Q, R> call, Q arg) {
    return (R) await(call(call.name(), arg), "the answer to " + call).get(0, call.replyType());
  }

  /** Answers an event of the server's: what the function returns is the acknowledgement. */
  public void reply(String event, Function<Args, @Nullable Object> answer) {
    repliers.put(event, answer);
  }

  /** Sees every event as it comes, on the client's thread, beside {@link #next}. */
  public void onAny(BiConsumer<String, Args> listener) {
    any = listener;
  }

  /** The next event of that name that was not yet taken; waits for it. */
  public Args next(String event) {
    try {
      Args args = queue(event).poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      if (args == null) {
        throw new AssertionError("no event " + event + " within " + PATIENCE);
      }
      return args;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for the event " + event, e);
    }
  }

  /** The next event; waits for it. */
  @SuppressWarnings("unchecked") // the codec gives what the type says, or throws
  public <T> @Nullable T next(Event<T> event) {
    return (T) next(event.name()).get(0, event.type());
  }

  /** How many events of that name came and were not taken. */
  public int waiting(String event) {
    return queue(event).size();
  }

  /** Whether the socket is connected. */
  public boolean isConnected() {
    return connected.isDone() && !disconnected.isDone();
  }

  /**
   * Waits until the socket is disconnected; {@code io server disconnect} or {@code transport
   * close}, as in JavaScript.
   */
  public String awaitDisconnect() {
    return await(disconnected, "a disconnect");
  }

  /** Leaves the namespace, as {@code socket.disconnect()} does in JavaScript. */
  public void disconnect() {
    send(new Packet.Disconnect(namespace));
    disconnected.complete("io client disconnect");
    link.drop();
  }

  /** Drops the connection, as when the network goes. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      link.drop();
      loop.giveBack();
    }
  }

  private BlockingQueue<Args> queue(String event) {
    return events.computeIfAbsent(event, absent -> new LinkedBlockingQueue<>());
  }

  private void send(Packet packet) {
    EncodedPacket encoded = parser.encode(packet);
    link.send(List.of(OutboundMessage.of(encoded.text(), encoded.binary())));
  }

  private void gone() {
    disconnected.complete("transport close");
    connected.completeExceptionally(
        new IllegalStateException(
            "the connection was closed before " + namespace + " was connected"));
  }

  /** A message of the server. On the loop. */
  private void received(byte @Nullable [] text, byte @Nullable [] binary) {
    Packet packet = null;
    if (text != null) {
      packet = decoder.text(new String(text, StandardCharsets.UTF_8));
    } else if (binary != null) {
      packet = decoder.binary(binary);
    }
    if (packet instanceof Packet.Connect confirmed) {
      connected.complete(confirmed.data() instanceof Map<?, ?> data ? data : Map.of());
    } else if (packet instanceof Packet.ConnectError error) {
      connected.completeExceptionally(new ConnectRefusedException(error.data()));
    } else if (packet instanceof Packet.Disconnect) {
      disconnected.complete("io server disconnect");
    } else if (packet instanceof Packet.Ack ack) {
      CompletableFuture<Args> waiting = acks.remove(ack.id());
      if (waiting != null) {
        waiting.completeAsync(ack::args);
      }
    } else if (packet instanceof Packet.Event event) {
      received(event);
    }
  }

  private void received(Packet.Event event) {
    Function<Args, @Nullable Object> replier = repliers.get(event.name());
    if (event.wantsAck() && replier != null) {
      send(new Packet.Ack(namespace, Args.of(replier.apply(event.args())), event.id()));
    }
    BiConsumer<String, Args> listener = any;
    if (listener != null) {
      listener.accept(event.name(), event.args());
    }
    queue(event.name()).add(event.args());
  }

  private static <T> T await(CompletableFuture<T> future, String what) {
    try {
      return future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("waited " + PATIENCE + " in vain for " + what, e);
    } catch (ExecutionException e) {
      throw new CompletionException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for " + what, e);
    }
  }
}
