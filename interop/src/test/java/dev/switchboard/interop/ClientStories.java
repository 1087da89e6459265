package dev.switchboard.interop;

import dev.switchboard.client.Ack;
import dev.switchboard.client.ClientConfig;
import dev.switchboard.client.ClientSocket;
import dev.switchboard.client.Registration;
import dev.switchboard.client.SocketDisconnectedException;
import dev.switchboard.client.SocketIoClient;
import dev.switchboard.protocol.socket.Args;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.awaitility.Awaitility;

/**
 * The stories of {@code node/tests/client-stories.mjs}, told by our own client: what each writes
 * down must be what the official client's has.
 */
final class ClientStories {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final String url;
  private final String direct;
  private final Consumer<ClientConfig> settings;
  private final Consumer<String> command;
  private final List<List<Object>> log = new ArrayList<>();
  private final List<ClientSocket> sockets = new ArrayList<>();

  /**
   * @param direct the server's URL where {@code url} is that of a connection that can be cut
   * @param command does something to the server
   */
  ClientStories(
      String url, String direct, Consumer<ClientConfig> settings, Consumer<String> command) {
    this.url = url;
    this.direct = direct;
    this.settings =
        settings.andThen(
            config ->
                config.reconnection(
                    quick -> quick.delay(Duration.ofMillis(100)).delayMax(Duration.ofMillis(400))));
    this.command = command;
  }

  List<List<Object>> tell(String story) throws InterruptedException {
    try {
      switch (story) {
        case "conversation" -> conversation();
        case "namespaces" -> namespaces();
        case "auth" -> auth();
        case "buffers" -> buffers();
        case "restart" -> restart();
        case "gives_up" -> givesUp();
        case "recovery" -> recovery();
        case "retries" -> retries();
        case "transports" -> transports();
        default -> throw new IllegalArgumentException("no story " + story);
      }
      return log;
    } finally {
      sockets.forEach(ClientSocket::close);
    }
  }

  private void conversation() throws InterruptedException {
    Teller it = open("/", config -> {});
    ClientSocket socket = it.socket;
    socket.connect();
    log(it.next("connect"), socket.connected(), socket.id().orElseThrow().length());
    log(it.next("message"));
    Map<String, Object> object = Map.of("a", List.of(1.5, Map.of()));
    socket.emit("echo", 1, "zwei €", true, null, object);
    log(it.next("echoBack"));
    log("ack", answer(socket.call("ack", "one")));
    answerOnce(socket, "ack", 5, Map.of("test", true));
    socket.emit("callAck");
    log(it.next("ackBack"));
    answerOnce(socket, "ack", (Object) new byte[] {1, 2, (byte) 255});
    socket.emit("callAckBinary");
    log(it.next("ackBack"));
    log("getAckBinary", answer(socket.call("getAckBinary", "x")));
    // msgpack has a type for instants, JSON has text
    boolean text = answer(socket.call("getAckDate", "x")) instanceof String;
    log("getAckDate", text ? "string" : "object");
    socket.emit(
        "echo",
        Map.of("deep", List.of("abc".getBytes(StandardCharsets.UTF_8), Map.of("b", new byte[1]))),
        new byte[0]);
    log(it.next("echoBack"));
    socket.send("a", "b");
    log(it.next("message"));
    socket.emit("requestDisconnect");
    log(it.next("disconnect"), socket.active(), socket.id().orElse(null));
    socket.connect();
    log(it.next("connect"));
    log(it.next("message"));
    socket.disconnect();
    log(it.next("disconnect"), socket.active());
  }

  private static void answerOnce(ClientSocket socket, String event, Object... answer) {
    var registration = new CompletableFuture<Registration>();
    registration.complete(
        socket.on(
            event,
            (Args args, Ack ack) -> {
              registration.join().remove();
              ack.send(answer);
            }));
  }

  private void namespaces() throws InterruptedException {
    Teller foo = open("/foo", config -> {});
    foo.socket.connect();
    log("/foo", foo.next("connect"));
    foo.socket.emit("room", "x", 1);
    log("/foo", foo.next("roomBack"));
    Teller no = open("/no", config -> {});
    no.socket.connect();
    log("/no", no.next("connect_error"), no.socket.active());
    Teller nowhere = open("/nowhere", config -> {});
    nowhere.socket.connect();
    log("/nowhere", nowhere.next("connect_error"), nowhere.socket.active());
    Teller abc = open("/abc?a=b%20c", config -> config.auth(Map.of("token", "abc")).forceNew(true));
    abc.socket.connect();
    Map<?, ?> handshake = (Map<?, ?>) abc.next("handshake").get(1);
    Map<?, ?> query = (Map<?, ?>) handshake.get("query");
    log("/abc", handshake.get("auth"), query.get("a"), query.get("EIO"));
    foo.socket.disconnect();
    log("/foo", foo.next("disconnect"));
    abc.socket.disconnect();
    log("/abc", abc.next("disconnect"));
  }

  private void auth() throws InterruptedException {
    var asked = new AtomicInteger();
    Teller it = open("/abc", config -> config.auth(() -> Map.of("asked", asked.incrementAndGet())));
    for (int i = 0; i < 3; i++) {
      it.socket.connect();
      log(((Map<?, ?>) it.next("handshake").get(1)).get("auth"));
      it.socket.disconnect();
      log(it.next("disconnect"));
    }
  }

  private void buffers() throws InterruptedException {
    Teller it = open("/", config -> {});
    ClientSocket socket = it.socket;
    List<Object> order = Collections.synchronizedList(new ArrayList<>());
    socket.onAnyOutgoing((event, args) -> order.add(words("out", event, args)));
    socket.prependAnyOutgoing((event, args) -> order.add(List.of("first out", event)));
    socket.prependAny((event, args) -> order.add(List.of("first in", event)));
    socket.once("echoBack", args -> order.add(List.of("once")));
    socket.on("echoBack", args -> order.add(List.of("in", args.get(0))));
    socket.onConnect(() -> order.add(List.of("connected")));
    socket.emit("echo", 1);
    socket.asVolatile().emit("echo", "volatile");
    socket.emit("echo", 2);
    log("before", failure(socket.timeout(Duration.ofMillis(50)).call("ack", "late")));
    socket.connect();
    it.next("echoBack");
    it.next("echoBack");
    Awaitility.await().atMost(PATIENCE).until(() -> order.contains(List.of("in", 2)));
    log("order", List.copyOf(order));
    socket.offAny();
    socket.offAnyOutgoing();
    log("silence", failure(socket.timeout(Duration.ofMillis(50)).call("unheard")));
    CompletableFuture<Args> lost = socket.call("unheard");
    socket.emit("requestDisconnect");
    log("lost", failure(lost));
  }

  private void restart() throws InterruptedException {
    Teller it = open("/", config -> {});
    ClientSocket socket = it.socket;
    socket.connect();
    it.next("connect");
    CompletableFuture<Args> lost = socket.call("unheard");
    answer(socket.call("ack"));
    command.accept("kill");
    // a close or an error, as it happens
    log(((String) it.next("disconnect").get(1)).startsWith("transport "), socket.active());
    log("lost", failure(lost));
    socket.emit("echo", "waited");
    log(it.next("reconnect_attempt"));
    log(it.next("connect_error").get(0), socket.active());
    log(it.next("reconnect_attempt"));
    command.accept("start");
    log(it.next("reconnect"));
    log(it.next("echoBack"));
    log("connects", it.count("connect"));
  }

  private void givesUp() throws InterruptedException {
    Teller it = open("/", config -> config.reconnection(two -> two.attempts(2)));
    command.accept("kill");
    it.socket.connect();
    log(it.next("connect_error").get(0));
    log(it.next("reconnect_attempt"));
    log(it.next("reconnect_attempt"));
    log(it.next("reconnect_failed"), it.socket.active());
  }

  private void recovery() throws InterruptedException {
    Teller it = open("/", config -> {});
    ClientSocket socket = it.socket;
    List<Object> numbers = Collections.synchronizedList(new ArrayList<>());
    socket.on("n", args -> numbers.add(args.get(0)));
    socket.connect();
    log(it.next("connect"), socket.recovered());
    String id = socket.id().orElseThrow();
    answer(socket.call("ctl:join", Map.of("rooms", List.of("news"))));
    ClientSocket other =
        SocketIoClient.connect(
            direct, settings.andThen(config -> config.transports("websocket").forceNew(true)));
    sockets.add(other);
    for (int i = 0; i < 10; i++) {
      emitNews(other, i);
    }
    command.accept("cut");
    log(it.next("disconnect").get(0)); // a cut is a close or an error, as it happens
    for (int i = 10; i < 20; i++) {
      emitNews(other, i);
    }
    log(it.next("connect"), socket.recovered(), socket.id().orElseThrow().equals(id));
    Awaitility.await().atMost(PATIENCE).until(() -> numbers.size() >= 20);
    log("numbers", List.copyOf(numbers));
    Map<?, ?> who = (Map<?, ?>) answer(socket.call("ctl:whoami", (Object) null));
    log("recovered", who.get("recovered"), ((List<?>) who.get("rooms")).contains("news"));
  }

  private static void emitNews(ClientSocket other, int number) {
    answer(
        other.call(
            "ctl:emit", Map.of("to", List.of("news"), "event", "n", "args", List.of(number))));
  }

  private void retries() throws InterruptedException {
    Teller it = open("/", config -> config.retries(2, Duration.ofMillis(300)));
    ClientSocket socket = it.socket;
    List<Object> sent = Collections.synchronizedList(new ArrayList<>());
    socket.onAnyOutgoing((event, args) -> sent.add(words(event, args)));
    List<CompletableFuture<Args>> calls =
        List.of(socket.call("ack", 1), socket.call("unheard", 2), socket.call("ack", 3));
    socket.connect();
    it.next("connect");
    log("results", calls.stream().map(ClientStories::failure).toList());
    log("sent", List.copyOf(sent));
  }

  private void transports() throws InterruptedException {
    Teller stubborn = open("/", config -> config.transports("polling", "websocket"));
    stubborn.socket.connect();
    log(stubborn.next("connect_error").get(0), stubborn.socket.active());
    stubborn.socket.close();
    Teller it =
        open(
            "/",
            config ->
                config.transports("polling", "websocket").tryAllTransports(true).forceNew(true));
    it.socket.connect();
    log(it.next("connect"), it.socket.transport().orElseThrow());
  }

  // ---- how they are told ----

  private Teller open(String path, Consumer<ClientConfig> more) {
    ClientSocket socket = SocketIoClient.create(url + path, settings.andThen(more));
    sockets.add(socket);
    return new Teller(socket);
  }

  private static Object answer(CompletableFuture<Args> call) {
    return call.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join().get(0);
  }

  private static String failure(CompletableFuture<Args> call) {
    try {
      call.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
      return "none";
    } catch (CompletionException e) {
      return e.getCause() instanceof SocketDisconnectedException ? "disconnected" : "timeout";
    }
  }

  /** Writes a line; lists of events are spread, as are arguments. */
  private void log(Object... words) {
    List<Object> line = new ArrayList<>();
    for (Object word : words) {
      if (word instanceof Happening happening) {
        happening.words.forEach(each -> line.add(plain(each)));
      } else {
        line.add(plain(word));
      }
    }
    log.add(line);
  }

  private static List<Object> words(Object... parts) {
    List<Object> words = new ArrayList<>();
    for (Object part : parts) {
      if (part instanceof Args args) {
        words.addAll(args.toList());
      } else {
        words.add(part);
      }
    }
    return words;
  }

  private static Object plain(Object value) {
    if (value instanceof byte[] bytes) {
      return Map.of("hex", HexFormat.of().formatHex(bytes));
    } else if (value instanceof List<?> list) {
      return list.stream().map(ClientStories::plain).toList();
    } else if (value instanceof Map<?, ?> map) {
      Map<Object, Object> plain = new LinkedHashMap<>();
      map.forEach((key, each) -> plain.put(key, plain(each)));
      return plain;
    }
    return value;
  }

  /** One thing that happened: its name first. */
  private record Happening(List<Object> words) {
    Object get(int index) {
      return words.get(index);
    }
  }

  /** A socket, and a way to wait for what happens to it. */
  private static final class Teller {
    private final ClientSocket socket;
    private final List<Happening> happened = new ArrayList<>();

    Teller(ClientSocket socket) {
      this.socket = socket;
      socket.onConnect(() -> happen("connect"));
      socket.onConnectError(e -> happen("connect_error", e.getMessage(), e.data().orElse(null)));
      socket.onDisconnect(reason -> happen("disconnect", reason.text()));
      socket.onReconnectAttempt(n -> happen("reconnect_attempt", n));
      socket.onReconnect(n -> happen("reconnect"));
      socket.onReconnectFailed(() -> happen("reconnect_failed"));
      socket.onAny((event, args) -> happen(words(event, args).toArray()));
    }

    private synchronized void happen(Object... words) {
      happened.add(new Happening(Collections.unmodifiableList(Arrays.asList(words))));
      notifyAll();
    }

    synchronized long count(String name) {
      return happened.stream().filter(each -> each.get(0).equals(name)).count();
    }

    /** The next thing of that name. */
    synchronized Happening next(String name) throws InterruptedException {
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (true) {
        for (Iterator<Happening> all = happened.iterator(); all.hasNext(); ) {
          Happening each = all.next();
          if (each.get(0).equals(name)) {
            all.remove();
            return each;
          }
        }
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0) {
          throw new AssertionError("no " + name + ", but " + happened);
        }
        wait(left);
      }
    }
  }
}
