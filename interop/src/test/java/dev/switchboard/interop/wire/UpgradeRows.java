package dev.switchboard.interop.wire;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * The rows U: what a WebSocket does that wants to take over a polling session. The session is
 * connected to {@code /} and has the short timers, so its pings are answered by {@code outcome}.
 */
final class UpgradeRows {
  private static final String POLLING_LIVES = "close empty; polling lives";

  private UpgradeRows() {}

  /** Something to do with a polling session that is connected. */
  private interface Play {
    String on(Stage stage, PollingClient polling) throws IOException, InterruptedException;
  }

  private static Row row(String id, String title, String input, Play play, String answer) {
    return Row.of(
            id, title, input, stage -> play.on(stage, PollingClient.open(stage).connect()), answer)
        .on("badinput-timers");
  }

  static List<Row> all() {
    return List.of(
        row(
            "U01",
            "an upgrade, a poll pending",
            "2probe then 5",
            UpgradeRows::upgradeWithPoll,
            "3probe; the poll gets 6; lives"),
        row(
            "U02",
            "GET after it",
            "GET",
            (stage, polling) -> late(stage, polling, "GET"),
            "400/3; lives"),
        row(
            "U03",
            "POST after it",
            "POST 4",
            (stage, polling) -> late(stage, polling, "POST"),
            "400/3; lives"),
        row(
            "U04",
            "another WebSocket after it",
            "a WebSocket",
            UpgradeRows::second,
            "close empty; lives"),
        row(
            "U05",
            "another WebSocket during it",
            "a WebSocket",
            UpgradeRows::rival,
            "close empty; lives"),
        first("U06", "CONNECT instead of the probe", Frame.text("40"), POLLING_LIVES),
        first("U07", "5 without the probe", Frame.text("5"), "lives").ours(POLLING_LIVES),
        first("U08", "2 instead of the probe", Frame.text("2"), POLLING_LIVES),
        row(
                "U09",
                "the probe and nothing more",
                "2probe",
                UpgradeRows::silent,
                "3probe; close empty after 700 ms; polling lives")
            .waits(),
        row(
            "U10",
            "a bad frame after the probe",
            "2probe then RSV1",
            UpgradeRows::broken,
            "3probe; close 1002; polling lives"),
        row(
            "U11",
            "another revision",
            "EIO=3",
            (stage, polling) ->
                stage.answer(
                        WebSocketClient.handshake(
                            "/socket.io/?EIO=3&transport=websocket&sid=" + polling.sid()))
                    + "; "
                    + polling.outcome(),
            "400 \"Bad request\" + close; lives"),
        Row.of(
                "U12",
                "a WebSocket for a session that began on WebSocket",
                "2probe",
                UpgradeRows::onWebSocket,
                "3probe; lives")
            .ours("close empty; lives"));
  }

  private static WebSocketClient candidate(Stage stage, PollingClient polling) throws IOException {
    return WebSocketClient.candidate(stage, polling.sid()).ofSocket(polling.socketId());
  }

  private static WebSocketClient upgraded(Stage stage, PollingClient polling) throws IOException {
    WebSocketClient client = candidate(stage, polling);
    client.text("2probe");
    if (!client.next().equals("3probe")) {
      throw new IOException("the probe was not answered");
    }
    client.text("5");
    return client;
  }

  private static String upgradeWithPoll(Stage stage, PollingClient polling) throws IOException {
    try (WebSocketClient client = candidate(stage, polling);
        Wire poll = polling.beginPoll()) {
      client.text("2probe");
      String answer = client.next();
      String released = PollingClient.packets(poll);
      client.text("5");
      return answer + "; the poll gets " + released + "; " + client.outcome();
    }
  }

  private static String late(Stage stage, PollingClient polling, String method) throws IOException {
    try (WebSocketClient client = upgraded(stage, polling)) {
      client.outcome();
      String request = Stage.request(method, polling.target(), "", "Content-Length: 0");
      return stage.answer(request) + "; " + client.outcome();
    }
  }

  private static String second(Stage stage, PollingClient polling) throws IOException {
    try (WebSocketClient first = upgraded(stage, polling)) {
      first.outcome();
      return refused(stage, polling) + "; " + first.outcome();
    }
  }

  private static String rival(Stage stage, PollingClient polling) throws IOException {
    try (WebSocketClient first = candidate(stage, polling)) {
      first.text("2probe");
      first.next();
      String seen = refused(stage, polling);
      first.text("5");
      return seen + "; " + first.outcome();
    }
  }

  private static String refused(Stage stage, PollingClient polling) throws IOException {
    try (WebSocketClient rival = candidate(stage, polling)) {
      return rival.next();
    }
  }

  /** A first frame that is not the probe. */
  private static Row first(String id, String title, Frame frame, String answer) {
    return row(
        id,
        title,
        frame.content(),
        (stage, polling) -> {
          try (WebSocketClient client = candidate(stage, polling)) {
            client.send(frame);
            String seen = client.probe();
            return seen.equals("lives") ? seen : seen + "; polling " + polling.outcome();
          }
        },
        answer);
  }

  private static String silent(Stage stage, PollingClient polling)
      throws IOException, InterruptedException {
    try (WebSocketClient client = candidate(stage, polling)) {
      long start = System.nanoTime();
      client.text("2probe");
      String answer = client.next();
      var polls = new Thread(() -> polling.hold(Duration.ofMillis(1_200)));
      polls.start();
      String end = client.next() + " after " + TimerRows.about(start, 700);
      polls.join();
      return answer + "; " + end + "; polling " + polling.outcome();
    }
  }

  private static String broken(Stage stage, PollingClient polling) throws IOException {
    try (WebSocketClient client = candidate(stage, polling)) {
      client.text("2probe");
      String answer = client.next();
      client.send(Frame.text("5").reserved(4));
      return answer + "; " + client.next() + "; polling " + polling.outcome();
    }
  }

  private static String onWebSocket(Stage stage) throws IOException {
    try (WebSocketClient first = WebSocketClient.open(stage).connect();
        WebSocketClient rival = WebSocketClient.candidate(stage, first.sid())) {
      rival.text("2probe");
      return rival.next() + "; " + first.outcome();
    }
  }
}
