package dev.switchboard.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.json.JsonOutput;
import dev.switchboard.protocol.json.JsonValue;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Somebody who chats over a WebSocket of the JDK's and the bare protocol. For the thread of one
 * test.
 */
final class Visitor implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 10;
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final Json json = Json.create();
  private final WebSocket socket;
  private final CompletableFuture<String> connected = new CompletableFuture<>();
  private final BlockingQueue<List<?>> events = new LinkedBlockingQueue<>();
  private final Map<Integer, CompletableFuture<Map<String, Object>>> answers =
      new ConcurrentHashMap<>();
  private final AtomicInteger ids = new AtomicInteger();

  private Visitor(int port) {
    URI address = URI.create("ws://localhost:" + port + "/socket.io/?EIO=4&transport=websocket");
    socket = HTTP.newWebSocketBuilder().buildAsync(address, new Listener()).join();
  }

  static Visitor connect(int port) throws Exception {
    var visitor = new Visitor(port);
    visitor.connected.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    return visitor;
  }

  static Visitor join(int port, String name) throws Exception {
    Visitor visitor = connect(port);
    assertThat(visitor.ask("join", name)).containsEntry("ok", true);
    return visitor;
  }

  String id() {
    return connected.join();
  }

  void emit(String event, Object... arguments) {
    send("42" + array(event, arguments));
  }

  /** Sends an event and waits for its acknowledgement. */
  Map<String, Object> ask(String event, Object... arguments) throws Exception {
    int id = ids.incrementAndGet();
    var answer = new CompletableFuture<Map<String, Object>>();
    answers.put(id, answer);
    send("42" + id + array(event, arguments));
    return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** The argument of the next event with this name; others are passed over. */
  Object hear(String event) throws InterruptedException {
    for (List<?> next = next(); next != null; next = next()) {
      if (next.get(0).equals(event)) {
        return next.get(1);
      }
    }
    throw new AssertionError("heard no " + event);
  }

  Map<String, Object> hearMap(String event) throws InterruptedException {
    return object(hear(event));
  }

  /** The names of all events that came before the answer to one more question. */
  List<String> heardSoFar() throws Exception {
    ask("typing", false);
    List<List<?>> heard = new ArrayList<>();
    events.drainTo(heard);
    return heard.stream().map(event -> (String) event.get(0)).toList();
  }

  private List<?> next() throws InterruptedException {
    return events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** Goes without a word, as when the network does. */
  void vanish() {
    socket.abort();
  }

  @Override
  public void close() {
    vanish();
  }

  private void send(String text) {
    socket.sendText(text, true).join();
  }

  private String array(String event, Object... arguments) {
    List<Object> values = new ArrayList<>();
    values.add(event);
    values.addAll(Arrays.asList(arguments));
    var out = new JsonOutput();
    json.write(values, out);
    return out.toString(StandardCharsets.UTF_8);
  }

  @SuppressWarnings("unchecked") // a tree's objects have text keys
  private static Map<String, Object> object(Object tree) {
    return (Map<String, Object>) tree;
  }

  private Object tree(String text) {
    return json.read(new JsonValue(text, List.of()), Object.class);
  }

  private void received(String packet) {
    if (packet.startsWith("0")) {
      socketSend("40");
    } else if (packet.equals("2")) {
      socketSend("3");
    } else if (packet.startsWith("40")) {
      connected.complete((String) ((Map<?, ?>) tree(packet.substring(2))).get("sid"));
    } else if (packet.startsWith("42")) {
      events.add((List<?>) tree(packet.substring(2)));
    } else if (packet.startsWith("43")) {
      int bracket = packet.indexOf('[');
      var values = (List<?>) tree(packet.substring(bracket));
      answers.remove(Integer.valueOf(packet.substring(2, bracket))).complete(object(values.get(0)));
    }
  }

  /** From the listener, which may run before the constructor has returned. */
  private void socketSend(String text) {
    listening.join().sendText(text, true);
  }

  private final CompletableFuture<WebSocket> listening = new CompletableFuture<>();

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public void onOpen(WebSocket opened) {
      listening.complete(opened);
      opened.request(1);
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        String packet = text.toString();
        text.setLength(0);
        received(packet);
      }
      from.request(1);
      return null;
    }
  }
}
