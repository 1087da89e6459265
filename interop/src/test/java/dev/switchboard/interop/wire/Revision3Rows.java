package dev.switchboard.interop.wire;

import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The rows V: revision 3 of Engine.IO, where it is allowed. */
final class Revision3Rows {
  private static final String POLLING = "/socket.io/?EIO=3&transport=polling";
  private static final String WEBSOCKET = "/socket.io/?EIO=3&transport=websocket";
  private static final String PARSE_ERROR = "200 ok; gone";
  private static final String LIVES = "200 ok; lives";
  private static final Pattern SID = Pattern.compile("\"sid\":\"([\\w-]{20})\"");

  private Revision3Rows() {}

  static List<Row> all() {
    return List.of(
        Row.of("V01", "handshake", Stage.get(POLLING), Revision3Rows::handshake, "length:0{…}")
            .on("badinput-eio3"),
        post("V02", "payload without length", "abc", PARSE_ERROR),
        post("V03", "negative length", "-1:2", PARSE_ERROR),
        post("V04", "length over the end", "5:4", PARSE_ERROR),
        post("V05", "length 0", "0:", LIVES).ours(LIVES + " or " + PARSE_ERROR),
        post("V06", "length of 20 digits", "99999999999999999999:4", PARSE_ERROR),
        post("V07", "length and no more", "1:", PARSE_ERROR),
        post("V08", "unknown packet type", "1:9", PARSE_ERROR),
        post("V09", "ping", "1:2", LIVES),
        post("V10", "pong, the wrong direction", "1:3", "200 ok; gone"),
        binary("V11", "binary payload, its length over the end", "\u0000\u0009\u00ff4", LIVES)
            .ours(LIVES + " or " + PARSE_ERROR),
        binary(
            "V12",
            "binary payload, its length without end",
            "\u0000\u0001\u0001\u0001",
            PARSE_ERROR),
        binary("V13", "binary payload", "\u0000\u0001\u00ff2", LIVES),
        frame("V14", "ping", Frame.text("2"), "3; lives"),
        frame("V15", "pong, the wrong direction", Frame.text("3"), "close empty"),
        frame("V16", "unknown packet type", Frame.text("9"), "close empty"),
        frame("V17", "empty binary", Frame.binary(), "lives").ours("lives or close empty"),
        frame("V18", "binary that nobody announced", Frame.binary(4, 1), "close empty"));
  }

  private static String handshake(Stage stage) throws IOException {
    try (Wire wire = stage.wire()) {
      wire.send(Stage.get(POLLING));
      String text = HttpAnswer.read(wire).text();
      int colon = text.indexOf(':');
      String packet = text.substring(colon + 1);
      return Integer.parseInt(text.substring(0, colon)) == packet.length()
          ? "length:" + packet.replaceFirst("^0\\{.*}$", "0{…}")
          : text;
    }
  }

  private static Row post(String id, String title, String payload, String answer) {
    return posted(id, title, payload, answer, "Content-Type: text/plain;charset=UTF-8");
  }

  private static Row binary(String id, String title, String payload, String answer) {
    return posted(id, title, payload, answer, "Content-Type: application/octet-stream");
  }

  /** A payload after {@code /} was connected, which happens by itself. */
  private static Row posted(
      String id, String title, String payload, String answer, String contentType) {
    return Row.of(
            id,
            title,
            "POST " + payload,
            stage -> {
              String target = POLLING + "&sid=" + open(stage);
              String answered = stage.answer(Stage.post(target, payload, contentType));
              String next = stage.answer(Stage.post(target, "1:2", "Content-Type: text/plain"));
              return answered
                  + "; "
                  + (next.equals("200 ok") ? "lives" : next.equals("400/1") ? "gone" : next);
            },
            answer)
        .on("badinput-eio3");
  }

  private static String open(Stage stage) throws IOException {
    try (Wire wire = Wire.open(stage.server().port())) {
      wire.send(Stage.get(POLLING));
      Matcher sid = SID.matcher(HttpAnswer.read(wire).text());
      if (!sid.find()) {
        throw new IOException("no session");
      }
      return sid.group(1);
    }
  }

  private static Row frame(String id, String title, Frame frame, String answer) {
    return Row.of(
            id,
            title + ", on a WebSocket",
            frame.shown(),
            stage -> {
              try (WebSocketClient client =
                  WebSocketClient.raw(stage, Wire.open(stage.server().port()), WEBSOCKET)) {
                client.frame(Wire.PATIENCE);
                client.frame(Wire.PATIENCE);
                client.send(frame);
                return client.outcome();
              }
            },
            answer)
        .on("badinput-eio3");
  }
}
