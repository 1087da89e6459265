package dev.switchboard.interop.wire;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** The rows T: who does not answer in time. */
final class TimerRows {
  /** A timer may be early by this: the client's clock starts when the answer was read. */
  private static final int EARLY_MS = 50;

  /** And late by this, since the machine may be busy. */
  private static final int LATE_MS = 150;

  private TimerRows() {}

  static List<Row> all() {
    return List.of(
        timer("T01", "no pong", "nothing", "ping timeout after 700 ms", TimerRows::noPong),
        timer("T02", "no CONNECT", "pongs", "close empty after 900 ms", TimerRows::noConnect),
        timer(
            "T03",
            "events but no pong: one extension",
            "an event each 50 ms from 100 ms after the ping",
            "ping timeout after 800 ms",
            TimerRows::eventsWithoutPong),
        timer("T04", "no poll", "nothing", "ping timeout after 700 ms", TimerRows::noPoll));
  }

  private static Row timer(
      String id, String title, String input, String answer, Row.Steps measured) {
    return Row.of(id, title, input, stage -> tryThrice(stage, measured, answer), answer)
        .on("badinput-timers")
        .waits();
  }

  /** A time that a busy machine spoilt is measured again. */
  private static String tryThrice(Stage stage, Row.Steps measured, String answer)
      throws IOException, InterruptedException {
    String seen = "";
    for (int i = 0; i < 3 && !seen.equals(answer); i++) {
      seen = measured.play(stage);
    }
    return seen;
  }

  /** The time since {@code start}, or {@code nominalMs} itself when it is about that. */
  static String about(long start, long nominalMs) {
    long ms = Duration.ofNanos(System.nanoTime() - start).toMillis();
    boolean close = ms >= nominalMs - EARLY_MS && ms <= nominalMs + LATE_MS;
    return (close ? nominalMs : ms) + " ms";
  }

  private static String noPong(Stage stage) throws IOException {
    try (WebSocketClient client = WebSocketClient.open(stage)) {
      long start = System.nanoTime();
      client.connect();
      return stage.reason(client.socketId()) + " after " + about(start, 700);
    }
  }

  private static String noConnect(Stage stage) throws IOException {
    try (WebSocketClient client = WebSocketClient.open(stage)) {
      long start = System.nanoTime();
      return client.next() + " after " + about(start, 900);
    }
  }

  private static String eventsWithoutPong(Stage stage) throws IOException, InterruptedException {
    try (WebSocketClient client = WebSocketClient.open(stage)) {
      long start = System.nanoTime();
      client.connect();
      String ping = client.frame(Wire.PATIENCE).shown();
      if (!ping.equals("2")) {
        return "no ping but " + ping;
      }
      Thread.sleep(100);
      String reason = "";
      while (!reason.contains("timeout") && System.nanoTime() - start < Wire.PATIENCE.toNanos()) {
        client.text("42[\"kind\",1]");
        reason = stage.server().disconnectReason(client.socketId(), Duration.ofMillis(50));
      }
      return reason + " after " + about(start, 800);
    }
  }

  private static String noPoll(Stage stage) throws IOException {
    PollingClient client = PollingClient.open(stage);
    long start = System.nanoTime();
    client.connect();
    return stage.reason(client.socketId()) + " after " + about(start, 700);
  }
}
