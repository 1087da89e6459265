package dev.switchboard.interop.wire;

import java.io.Closeable;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A client on a WebSocket that can break every rule. What it does on its own (the handshake, the
 * connection to a namespace) goes out whole; what a row sends is cut as the stage says.
 */
final class WebSocketClient implements Closeable {
  private static final Pattern CONNECTED =
      Pattern.compile("40(?:/[^,]*,)?\\{\"sid\":\"([\\w-]{20})\"}");
  private static final Pattern OPEN = Pattern.compile("^0\\{\"sid\":\"([\\w-]{20})\"");
  private static final String PROBE = "42999[\"echo\",\"alive\"]";
  private static final String PROBE_ANSWER = "43999[\"alive\"]";

  private final Stage stage;
  private final Wire wire;
  private String sid = "";
  private String socketId = "";

  private WebSocketClient(Stage stage, Wire wire) {
    this.stage = stage;
    this.wire = wire;
  }

  /** The request of a WebSocket handshake. */
  static String handshake(String target, String... headers) {
    var all = new String[headers.length + 4];
    all[0] = "Upgrade: websocket";
    all[1] = "Connection: Upgrade";
    all[2] = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
    all[3] = "Sec-WebSocket-Version: 13";
    System.arraycopy(headers, 0, all, 4, headers.length);
    return Stage.get(target, all);
  }

  /** A new session, its open packet read. */
  static WebSocketClient open(Stage stage) throws IOException {
    return open(stage, Wire.open(stage.server().port()));
  }

  static WebSocketClient open(Stage stage, Wire wire, String... headers) throws IOException {
    WebSocketClient client = raw(stage, wire, Stage.WEBSOCKET, headers);
    String open = client.frame(Wire.PATIENCE).content();
    Matcher opened = OPEN.matcher(open);
    if (!opened.find()) {
      throw new IOException("no open packet but " + open);
    }
    client.sid = opened.group(1);
    return client;
  }

  /** A WebSocket whose handshake succeeded, and nothing more. */
  static WebSocketClient raw(Stage stage, Wire wire, String target, String... headers)
      throws IOException {
    wire.segments(Segments.WHOLE).send(handshake(target, headers));
    HttpAnswer answer = HttpAnswer.read(wire);
    if (answer.status() != 101) {
      throw new IOException("the WebSocket was refused: " + answer.brief());
    }
    wire.segments(stage.segments());
    return new WebSocketClient(stage, wire);
  }

  /** A WebSocket to upgrade the session of {@code sid} with. */
  static WebSocketClient candidate(Stage stage, String sid) throws IOException {
    return raw(stage, Wire.open(stage.server().port()), Stage.WEBSOCKET + "&sid=" + sid);
  }

  /** Connects to the namespace {@code /}. */
  WebSocketClient connect() throws IOException {
    wire.segments(Segments.WHOLE);
    text("40");
    wire.segments(stage.segments());
    String answer = frame(Wire.PATIENCE).content();
    Matcher connected = CONNECTED.matcher(answer);
    if (!connected.matches()) {
      throw new SetUpException("not connected but " + answer);
    }
    socketId = connected.group(1);
    return this;
  }

  /** Stands for the session of a socket that was connected on another transport. */
  WebSocketClient ofSocket(String id) {
    socketId = id;
    return this;
  }

  /** The id of the session. */
  String sid() {
    return sid;
  }

  String socketId() {
    return socketId;
  }

  boolean send(byte[] bytes) {
    return wire.send(bytes);
  }

  boolean send(Frame frame) {
    return wire.send(frame.encoded());
  }

  boolean text(String text) {
    return send(Frame.text(text));
  }

  /** The next frame, whatever it is. */
  Frame frame(Duration patience) throws IOException {
    return Frame.read(wire, patience);
  }

  String next() {
    return next(Wire.PATIENCE);
  }

  /** The next thing that happens, in the words of the table; heartbeats are answered aside. */
  String next(Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    try {
      while (true) {
        Frame frame = frame(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
        if (!frame.isText() || !frame.content().equals("2")) {
          return frame.shown();
        }
        text("3");
      }
    } catch (SocketTimeoutException silence) {
      return "silence";
    } catch (IOException cut) {
      return "cut";
    }
  }

  /** Whether the server closes the TCP connection. */
  boolean ends(Duration patience) {
    return wire.ends(patience);
  }

  /** Ends the TCP connection without a word. */
  void cut() {
    wire.close();
  }

  /** Sends an echo; {@code lives} when the next thing that happens is its answer. */
  String probe() {
    text(PROBE);
    String next = next();
    return next.equals(PROBE_ANSWER) ? "lives" : next;
  }

  /**
   * What came of all that was sent: what arrives until the answer to an echo that is sent last, or
   * until the close, and then why the socket was disconnected.
   */
  String outcome() {
    return outcomeAfter(0);
  }

  /** The same, the last echo sent when {@code awaited} answers were read. */
  String outcomeAfter(int awaited) {
    return outcome(awaited, PROBE, PROBE_ANSWER, word -> word);
  }

  /** The same with each word rewritten, so that equal ones can be counted. */
  String outcome(UnaryOperator<String> rewrite) {
    return outcome(0, PROBE, PROBE_ANSWER, rewrite);
  }

  /** The same where no namespace is connected yet: the last word is a CONNECT. */
  String outcomeByConnecting() {
    return outcome(0, "40", "40{\"sid\":\"…\"}", word -> word);
  }

  private String outcome(int awaited, String probe, String answer, UnaryOperator<String> rewrite) {
    wire.segments(Segments.WHOLE);
    List<String> words = new ArrayList<>();
    while (true) {
      if (words.size() == awaited) {
        text(probe);
      }
      String next = next();
      if (next.equals(answer)) {
        words.add("lives");
        return Words.joined(words);
      }
      words.add(rewrite.apply(next));
      if (next.equals("silence")) {
        return Words.joined(words);
      }
      if (next.equals("cut") || next.startsWith("close ")) {
        words.addAll(closed(next));
        return Words.joined(words);
      }
    }
  }

  /** What is seen until the server closes, without a last word of ours. */
  String end(Duration patience) {
    List<String> words = new ArrayList<>();
    while (true) {
      String next = next(patience);
      words.add(next);
      if (next.equals("silence")) {
        return Words.joined(words);
      }
      if (next.equals("cut") || next.startsWith("close ")) {
        words.addAll(closed(next));
        return Words.joined(words);
      }
    }
  }

  private List<String> closed(String how) {
    List<String> words = new ArrayList<>();
    if (!how.equals("cut")) {
      send(Frame.close());
      if (!wire.ends(Duration.ofSeconds(3))) {
        words.add("TCP stays open");
      }
    }
    wire.close();
    if (!socketId.isEmpty()) {
      words.add(stage.reason(socketId));
    }
    return words;
  }

  @Override
  public void close() {
    wire.close();
  }
}
