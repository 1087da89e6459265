package dev.switchboard.interop.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A client on HTTP long-polling. What it does on its own goes out whole, each request on a
 * connection of its own; a row's requests are cut as the stage says.
 */
final class PollingClient implements Closeable {
  private static final Pattern SID = Pattern.compile("\"sid\":\"([\\w-]{20})\"");
  private static final String PROBE = "42999[\"echo\",\"alive\"]";
  private static final String PROBE_ANSWER = "43999[\"alive\"]";

  private final Stage stage;
  private final String sid;
  private String socketId = "";
  private volatile Wire waiting;

  private PollingClient(Stage stage, String sid) {
    this.stage = stage;
    this.sid = sid;
  }

  static PollingClient open(Stage stage) throws IOException {
    try (Wire wire = Wire.open(stage.server().port())) {
      wire.send(Stage.get(Stage.POLLING));
      return new PollingClient(stage, sidIn(HttpAnswer.read(wire)));
    }
  }

  private static String sidIn(HttpAnswer answer) throws IOException {
    Matcher sid = SID.matcher(answer.text());
    if (answer.status() != 200 || !sid.find()) {
      throw new SetUpException("no session but " + answer.brief());
    }
    return sid.group(1);
  }

  PollingClient connect() throws IOException {
    post("40");
    socketId = sidIn(poll(Wire.PATIENCE));
    return this;
  }

  String sid() {
    return sid;
  }

  String socketId() {
    return socketId;
  }

  /** The target of this session's requests. */
  String target() {
    return Stage.POLLING + "&sid=" + sid;
  }

  /** POSTs a payload as a well-behaved client. */
  HttpAnswer post(String payload) throws IOException {
    try (Wire wire = Wire.open(stage.server().port())) {
      String body = new String(payload.getBytes(UTF_8), ISO_8859_1);
      wire.send(Stage.post(target(), body, "Content-Type: text/plain;charset=UTF-8"));
      return HttpAnswer.read(wire);
    }
  }

  /** Polls once; {@code waiting} is that GET's connection, for {@link #close}. */
  HttpAnswer poll(Duration patience) throws IOException {
    try (Wire wire = beginPoll()) {
      waiting = wire;
      return HttpAnswer.read(wire, patience, false);
    }
  }

  /** Sends a GET and leaves it pending. */
  Wire beginPoll() throws IOException {
    Wire wire = Wire.open(stage.server().port());
    wire.send(Stage.get(target()));
    return wire;
  }

  /** Polls and answers pings, until the first answer after {@code time}. */
  void hold(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    try {
      while (System.nanoTime() < end) {
        if (poll(Wire.PATIENCE).text().equals("2")) {
          post("3");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The answer to a pending GET, its packets listed. */
  static String packets(Wire poll) {
    try {
      HttpAnswer answer = HttpAnswer.read(poll);
      return answer.status() == 200 ? shown(answer) : answer.brief();
    } catch (Wire.Cut cut) {
      return "cut";
    } catch (IOException silence) {
      return "silence";
    }
  }

  private static String shown(HttpAnswer answer) {
    List<String> packets = new ArrayList<>();
    for (String packet : answer.text().split("\u001e", -1)) {
      packets.add(Words.shown(packet));
    }
    return String.join(",", packets);
  }

  /**
   * What came of all that was sent: what polls bring until the answer to an echo that is POSTed
   * last, or until the session is gone, and then why the socket was disconnected.
   */
  String outcome() throws IOException {
    HttpAnswer probe = post(PROBE);
    if (probe.brief().equals("400")) {
      // a POST that was just cut off may count until its session has heard of it: an overlap, which
      // ends the session as well
      probe = post(PROBE);
    }
    if (probe.brief().equals("400/1")) {
      return Words.joined(gone());
    }
    List<String> words = new ArrayList<>();
    if (!probe.brief().equals("200 ok")) {
      words.add("POST " + probe.brief());
      return Words.joined(words);
    }
    while (true) {
      HttpAnswer poll;
      try {
        poll = poll(Wire.PATIENCE);
      } catch (SocketTimeoutException silence) {
        words.add("silence");
        return Words.joined(words);
      }
      if (poll.brief().equals("400/1")) {
        words.addAll(gone());
        return Words.joined(words);
      }
      for (String packet : poll.text().split("\u001e", -1)) {
        if (packet.equals(PROBE_ANSWER)) {
          words.add("lives");
          return Words.joined(words);
        }
        if (packet.equals("2")) {
          post("3");
        } else if (!packet.equals("6")) {
          words.add(packet.equals("1") ? "poll gives 1" : Words.shown(packet));
        }
      }
    }
  }

  private List<String> gone() {
    return socketId.isEmpty() ? List.of("gone") : List.of("gone", stage.reason(socketId));
  }

  @Override
  public void close() {
    Wire wire = waiting;
    if (wire != null) {
      wire.close();
    }
  }
}
