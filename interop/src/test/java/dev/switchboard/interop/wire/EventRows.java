package dev.switchboard.interop.wire;

import java.util.List;
import java.util.stream.Stream;

/** The rows S about events and acknowledgements: text packets after {@code /} was connected. */
final class EventRows {
  static final String CLOSE = "close empty; forced close";
  static final String LIVES = "lives";

  private EventRows() {}

  static List<Row> all() {
    return Stream.of(types(), names(), json(), ids(), acks()).flatMap(List::stream).toList();
  }

  /** Socket.IO packets, each in a message of its own, and what comes of them. */
  static Row packets(String id, String title, String answer, String... packets) {
    return answered(id, title, 0, answer, packets);
  }

  /**
   * The same where the server may take its time.
   *
   * @param awaited how many answers are read before the last echo is sent
   */
  static Row answered(String id, String title, int awaited, String answer, String... packets) {
    return Row.of(
        id,
        title,
        String.join(" then ", packets),
        stage -> {
          try (WebSocketClient client = WebSocketClient.open(stage).connect()) {
            for (String packet : packets) {
              client.text("4" + packet);
            }
            return client.outcomeAfter(awaited);
          }
        },
        answer);
  }

  private static List<Row> types() {
    return List.of(
        packets("S01", "empty", CLOSE, ""),
        packets("S02", "type 7", CLOSE, "7"),
        packets("S03", "type 9", CLOSE, "9"),
        packets("S04", "type x", CLOSE, "x"),
        packets("S05", "event without payload", LIVES, "2").ours(CLOSE),
        packets("S06", "event with an object", CLOSE, "2{}"),
        packets("S07", "empty event", CLOSE, "2[]"));
  }

  private static List<Row> names() {
    return List.of(
        packets("S08", "name {}", CLOSE, "2[{}]"),
        packets("S09", "name null", CLOSE, "2[null]"),
        packets("S10", "name 5", LIVES, "2[5,1]"),
        packets("S11", "name []", CLOSE, "2[[]]"),
        packets("S12", "name true", CLOSE, "2[true]"),
        packets("S13", "reserved name", CLOSE, "2[\"connect\"]"),
        packets("S14", "reserved name", CLOSE, "2[\"connect_error\"]"),
        packets("S15", "reserved name", CLOSE, "2[\"disconnect\"]"),
        packets("S16", "reserved name", CLOSE, "2[\"disconnecting\"]"),
        packets("S17", "reserved name", CLOSE, "2[\"newListener\"]"),
        packets("S18", "reserved name", CLOSE, "2[\"removeListener\"]"),
        packets("S19", "name connection", LIVES, "2[\"connection\"]"),
        packets("S20", "name error", LIVES, "2[\"error\"]"),
        packets("S21", "name __proto__", LIVES, "2[\"__proto__\"]"),
        packets("S22", "empty name", LIVES, "2[\"\"]"));
  }

  private static List<Row> json() {
    return List.of(
        packets("S23", "truncated", CLOSE, "2[\"echo\""),
        packets("S24", "text after the end", CLOSE, "2[\"echo\"]x"),
        packets(
                "S25",
                "a key twice, the last wins",
                "42[\"echo\",{\"a\":2}]; lives",
                "2[\"echo\",{\"a\":1,\"a\":2}]")
            // passed on as it came; who reads it takes the last
            .ours("42[\"echo\",{\"a\":1,\"a\":2}]; lives"),
        packets("S26", "NaN", CLOSE, "2[\"echo\",NaN]"),
        packets("S27", "1e999", "42[\"echo\",null]; lives", "2[\"echo\",1e999]").ours(CLOSE),
        packets(
            "S28", "lone surrogate", "42[\"echo\",\"\\ud800\"]; lives", "2[\"echo\",\"\\ud800\"]"),
        packets(
            "S28b",
            "no pollution by __proto__",
            "42[\"kind\",\"object\"]; 431[{\"polluted\":\"no\"}]; lives",
            "2[\"kind\",{\"constructor\":{\"prototype\":{\"polluted\":1}}}]",
            "21[\"polluted\"]"),
        nested("S29", 5_000),
        nested("S30", 200_000));
  }

  private static Row nested(String id, int depth) {
    return packets(
            id,
            "nested " + depth + " deep",
            "42[\"kind\",\"array\"]; lives",
            "2[\"kind\"," + "[".repeat(depth) + "]".repeat(depth) + "]")
        .ours(CLOSE)
        .on("badinput-large");
  }

  private static List<Row> ids() {
    String digits = "1".repeat(400);
    return List.of(
        packets("S31", "ack id 12", "4312[]; lives", "212[\"echo\"]"),
        packets(
                "S32",
                "ack id of 20 digits",
                "43100000000000000000000[]; lives",
                "2" + "9".repeat(20) + "[\"echo\"]")
            .ours(CLOSE),
        packets("S33", "ack id of 400 digits", "43Infinity[]; lives", "2" + digits + "[\"echo\"]")
            .ours(CLOSE),
        packets("S34", "ack id -1", CLOSE, "2-1[\"echo\"]"),
        packets("S35", "ack id 007", "437[]; lives", "2007[\"echo\"]"));
  }

  private static List<Row> acks() {
    return List.of(
        packets("S36", "ack that nobody waits for", LIVES, "35[]"),
        packets("S37", "ack without id", LIVES, "3[]"),
        packets("S38", "ack without payload", LIVES, "35"),
        packets("S39", "ack with an object", CLOSE, "35{}"),
        Row.of(
            "S39b",
            "an ack twice, the first counts",
            "2[\"ask\"], its ack twice",
            stage -> {
              try (WebSocketClient client = WebSocketClient.open(stage).connect()) {
                client.text("42[\"ask\"]");
                String asked = client.next();
                String ack = "43" + asked.replaceAll("\\D", "").substring(2);
                client.text(ack + "[1]");
                client.text(ack + "[2]");
                return client.outcomeAfter(1);
              }
            },
            "42[\"answered\",[1]]; lives"));
  }
}
