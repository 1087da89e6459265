package dev.switchboard.interop.wire;

import static dev.switchboard.interop.wire.EventRows.CLOSE;
import static dev.switchboard.interop.wire.EventRows.answered;
import static dev.switchboard.interop.wire.EventRows.packets;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The rows S about namespaces: connecting, disconnecting, and what comes out of turn. */
final class NamespaceRows {
  private static final String CLOSED_BY_POLL = "200 ok; poll gives 1; gone; forced server close";
  private static final String INVALID = ",{\"message\":\"Invalid namespace\"}; lives";

  private NamespaceRows() {}

  static List<Row> all() {
    return Stream.of(connecting(), payloads(), leaving(), early(), many())
        .flatMap(List::stream)
        .toList();
  }

  private static List<Row> connecting() {
    return List.of(
        packets("S40", "CONNECT twice", CLOSE, "0"),
        answered("S41", "unknown namespace", 1, "44/nope" + INVALID, "0/nope,"),
        answered("S42", "no comma", 1, "40/static,{\"sid\":\"…\"}; lives", "0/static"),
        answered("S43", "namespace with a query", 1, "44/chat?x=1" + INVALID, "0/chat?x=1,"),
        answered(
            "S47",
            "refused by middleware",
            1,
            "44/deny,{\"message\":\"denied\",\"data\":{\"code\":42}}; lives",
            "0/deny,"),
        answered("S48", "another namespace", 1, "40/static,{\"sid\":\"…\"}; lives", "0/static,"),
        answered("S49", "dynamic namespace", 1, "40/dyn-1,{\"sid\":\"…\"}; lives", "0/dyn-1,"),
        answered("S49b", "almost a dynamic namespace", 1, "44/dyn-12345" + INVALID, "0/dyn-12345,"),
        answered("S50", "namespace /__proto__", 1, "44/__proto__" + INVALID, "0/__proto__,"),
        packets("S51", "event to a namespace not joined", CLOSE, "2/static,[\"echo\"]"),
        answered(
                "S86",
                "a namespace's name of 100 KB",
                1,
                Words.shown("44/" + "a".repeat(99_999) + ",{\"message\":\"Invalid namespace\"}")
                    + "; lives",
                "0/" + "a".repeat(99_999) + ",")
            .ours(CLOSE)
            .on("badinput-large"));
  }

  private static List<Row> payloads() {
    return List.of(
        first("S44", "CONNECT with a list", "[1]"),
        first("S45", "CONNECT with a text", "\"x\""),
        first("S46", "CONNECT with null", "null"),
        first("S88", "CONNECT with broken JSON", "{\"a\""));
  }

  /** A CONNECT before any other. */
  private static Row first(String id, String title, String payload) {
    return early(id, title, "close empty", "0" + payload);
  }

  /** Packets before any CONNECT. */
  private static Row early(String id, String title, String answer, String... packets) {
    return Row.of(
        id,
        title,
        String.join(" then ", packets),
        stage -> {
          try (WebSocketClient client = WebSocketClient.open(stage)) {
            for (String packet : packets) {
              client.text("4" + packet);
            }
            return client.outcomeByConnecting();
          }
        },
        answer);
  }

  private static List<Row> leaving() {
    String left = "close empty; client namespace disconnect";
    return List.of(
        Row.of(
                "S52",
                "DISCONNECT from the last namespace, connectTimeout 900 ms",
                "1",
                NamespaceRows::leave,
                "silence, client namespace disconnect")
            .ours("close empty after 900 ms, client namespace disconnect")
            .on("badinput-timers")
            .waits(),
        packets("S53", "DISCONNECT with payload", CLOSE, "1{}"),
        packets("S54", "DISCONNECT from a namespace not joined", CLOSE, "1/static,"),
        packets("S55", "CONNECT_ERROR", CLOSE, "4{}"),
        packets("S56", "event after DISCONNECT", left + " or silence", "1", "2[\"echo\"]")
            .ours(left));
  }

  private static String leave(Stage stage) throws IOException, InterruptedException {
    try (WebSocketClient client = WebSocketClient.open(stage).connect()) {
      Thread.sleep(400); // the time counts from the DISCONNECT, not from the handshake
      client.text("41");
      long start = System.nanoTime();
      String next = client.next(Duration.ofMillis(2_500));
      String after = next.equals("silence") ? "" : " after " + TimerRows.about(start, 900);
      return next + after + ", " + stage.reason(client.socketId());
    }
  }

  private static List<Row> early() {
    return List.of(
        early("S81", "event before CONNECT", "close empty", "2[\"echo\"]"),
        early("S82", "ack before CONNECT", "close empty", "30[]"),
        Row.of(
                "S83",
                "binary event before CONNECT",
                "51-[\"kind\",{\"_placeholder\":true,\"num\":0}] then binary",
                stage -> {
                  try (WebSocketClient client = WebSocketClient.open(stage)) {
                    client.text("451-[\"kind\",{\"_placeholder\":true,\"num\":0}]");
                    String header = client.next(Duration.ofMillis(500));
                    client.send(Frame.binary(1));
                    return header.equals("silence")
                        ? header + "; " + client.end(Wire.PATIENCE)
                        : header;
                  }
                },
                "silence; close empty")
            .ours("close empty")
            .waits(),
        posted(
                "S84",
                "CONNECT twice while the first is pending",
                "40/static,\u001e40/static,",
                "200 ok; 2 x 40/static,{\"sid\":\"…\"}; lives")
            .ours(CLOSED_BY_POLL),
        posted(
            "S85",
            "event while CONNECT is pending",
            "40/static,\u001e42/static,[\"echo\"]",
            CLOSED_BY_POLL));
  }

  /** A payload POSTed after {@code /} was connected, so that its packets arrive in one turn. */
  private static Row posted(String id, String title, String payload, String answer) {
    return Row.of(
        id,
        title,
        "POST " + payload,
        stage -> {
          PollingClient client = PollingClient.open(stage).connect();
          String answered = stage.answer(Stage.post(client.target(), payload));
          return answered + "; " + client.outcome();
        },
        answer);
  }

  private static List<Row> many() {
    return List.of(
        Row.of(
                "S90",
                "10,000 CONNECTs to unknown namespaces",
                "0/nope-1, … 0/nope-10000,",
                NamespaceRows::unknown,
                "10000 x 44/nope-n" + INVALID)
            .ours("64 x 44/nope-n,{\"message\":\"Invalid namespace\"}; " + CLOSE)
            .heavy(),
        Row.of(
                "S91",
                "1,000 dynamic namespaces, one after the other",
                "0/dyn-0, then 1/dyn-0, … 0/dyn-999, then 1/dyn-999,",
                NamespaceRows::dynamic,
                "1000 x 40/dyn-n,{\"sid\":\"…\"}; lives")
            .heavy());
  }

  private static String unknown(Stage stage) throws IOException {
    try (WebSocketClient client = WebSocketClient.open(stage).connect()) {
      var frames = new ByteArrayOutputStream();
      for (int i = 1; i <= 10_000; i++) {
        frames.writeBytes(Frame.text("40/nope-" + i + ",").encoded());
      }
      client.send(frames.toByteArray());
      return client.outcome(word -> word.replaceFirst("nope-\\d+", "nope-n"));
    }
  }

  private static String dynamic(Stage stage) throws IOException {
    try (WebSocketClient client = WebSocketClient.open(stage).connect()) {
      List<String> words = new ArrayList<>();
      for (int i = 0; i < 1_000; i++) {
        client.text("40/dyn-" + i + ",");
        words.add(client.next().replaceFirst("dyn-\\d+", "dyn-n"));
        client.text("41/dyn-" + i + ",");
      }
      words.add(client.outcome());
      return Words.joined(words);
    }
  }
}
