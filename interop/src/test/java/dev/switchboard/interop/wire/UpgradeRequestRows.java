package dev.switchboard.interop.wire;

import static dev.switchboard.interop.wire.Stage.WEBSOCKET;

import java.io.IOException;
import java.util.List;
import java.util.function.Function;

/** The rows W: what arrives instead of a WebSocket handshake. */
final class UpgradeRequestRows {
  private static final String KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
  private static final String VERSION = "Sec-WebSocket-Version: 13";
  private static final String UPGRADE = "Upgrade: websocket";
  private static final String CONNECTION = "Connection: Upgrade";
  private static final String REFUSED = "400 + close";

  private UpgradeRequestRows() {}

  private static Row row(
      String id, String title, String request, Function<HttpAnswer, String> words, String answer) {
    return Row.of(
        id,
        title,
        request,
        stage -> {
          try (Wire wire = stage.wire()) {
            wire.send(request);
            return stage.answer(wire, false, words);
          }
        },
        answer);
  }

  private static Row brief(String id, String title, String request, String answer) {
    return row(id, title, request, HttpAnswer::brief, answer);
  }

  /** Only the status counts: the texts of WebSocket libraries differ. */
  private static Row status(String id, String title, String request, String answer) {
    return row(id, title, request, answered -> String.valueOf(answered.status()), answer);
  }

  /** The status and one header. */
  private static Row header(String id, String title, String request, String header, String answer) {
    return row(
        id,
        title,
        request,
        answered -> answered.status() + answered.header(header).map(v -> " " + v).orElse(""),
        answer);
  }

  static List<Row> all() {
    String good = WebSocketClient.handshake(WEBSOCKET);
    return List.of(
        status("W02", "no key", Stage.get(WEBSOCKET, UPGRADE, CONNECTION, VERSION), REFUSED),
        status(
            "W03",
            "short key",
            Stage.get(WEBSOCKET, UPGRADE, CONNECTION, VERSION, "Sec-WebSocket-Key: abc"),
            REFUSED),
        status("W04", "no version", Stage.get(WEBSOCKET, UPGRADE, CONNECTION, KEY), REFUSED),
        version("W05", "7", "400 13, 8 + close").ours("426 13 + close or 400 13 + close"),
        status("W06", "version 8", good.replace("Version: 13", "Version: 8"), "101")
            .ours("400 + close or 426 + close"),
        version("W07", "14", "400 13, 8 + close").ours("426 13 + close or 400 13 + close"),
        status("W08", "Upgrade: h2c", good.replace(UPGRADE, "Upgrade: h2c"), REFUSED),
        brief("W09", "no Upgrade", Stage.get(WEBSOCKET, CONNECTION, KEY, VERSION), "400/3"),
        brief(
            "W10",
            "Connection: keep-alive",
            Stage.get(WEBSOCKET, UPGRADE, "Connection: keep-alive", KEY, VERSION),
            "400/3"),
        status(
            "W11",
            "Connection: keep-alive, Upgrade",
            Stage.get(WEBSOCKET, UPGRADE, "Connection: keep-alive, Upgrade", KEY, VERSION),
            "101"),
        brief(
            "W12",
            "unknown sid",
            WebSocketClient.handshake(WEBSOCKET + "&sid=nope"),
            "400 \"Session ID unknown\" + close"),
        withFrame(
                "W13",
                "transport polling",
                WebSocketClient.handshake(Stage.POLLING),
                "101; close empty")
            .ours("400 \"Bad request\" + close"),
        brief(
            "W14",
            "transport foo",
            WebSocketClient.handshake("/socket.io/?EIO=4&transport=foo"),
            "400 \"Transport unknown\" + close"),
        revision("W15", "revision 3", "/socket.io/?EIO=3&transport=websocket"),
        revision("W16", "no revision", "/socket.io/?transport=websocket"),
        header(
                "W17",
                "two subprotocols",
                WebSocketClient.handshake(WEBSOCKET, "Sec-WebSocket-Protocol: a, b"),
                "sec-websocket-protocol",
                "101 a")
            .ours("101"),
        status(
            "W18",
            "the same subprotocol twice",
            WebSocketClient.handshake(WEBSOCKET, "Sec-WebSocket-Protocol: a, a"),
            REFUSED),
        extensions("W19", "deflate offered where it is off", "permessage-deflate"),
        extensions("W20", "malformed extensions", "permessage-deflate; ;=,"),
        brief("W21", "other path", WebSocketClient.handshake("/elsewhere"), "cut")
            .ours("404 + close"),
        brief(
            "W22",
            "control byte in Origin",
            WebSocketClient.handshake(WEBSOCKET, "Origin: a\u0001b"),
            REFUSED),
        brief(
            "W23",
            "POST",
            good.replaceFirst("GET", "POST"),
            "400 \"Bad handshake method\" + close"),
        status("W24", "HTTP/1.0", good.replace("HTTP/1.1", "HTTP/1.0"), "101").ours(REFUSED),
        status("W25", "no Host", good.replace("Host: t\r\n", ""), "101").ours(REFUSED),
        brief(
                "W26",
                "refused by the application",
                WebSocketClient.handshake(WEBSOCKET + "&deny=1"),
                "400 \"Forbidden\" + close")
            .ours("403 \"Forbidden\" + close")
            .on("badinput-cors"),
        status("W27", "a good one", good, "101"),
        brief("W28", "where only polling is on", good, "400/0")
            .ours("400/0 or 400 \"Transport unknown\" + close")
            .on("badinput-polling"));
  }

  private static Row version(String id, String version, String answer) {
    return header(
        id,
        "version " + version,
        WebSocketClient.handshake(WEBSOCKET).replace("Version: 13", "Version: " + version),
        "sec-websocket-version",
        answer);
  }

  private static Row extensions(String id, String title, String value) {
    return header(
        id,
        title,
        WebSocketClient.handshake(WEBSOCKET, "Sec-WebSocket-Extensions: " + value),
        "sec-websocket-extensions",
        "101");
  }

  /** The reference answers 101 and then writes an HTTP response into the WebSocket. */
  private static Row revision(String id, String title, String target) {
    return Row.of(
            id,
            title,
            WebSocketClient.handshake(target),
            stage -> {
              try (Wire wire = stage.wire()) {
                wire.send(WebSocketClient.handshake(target));
                String first = stage.answer(wire, false);
                return first.equals("101") ? first + "; " + stage.answer(wire, false) : first;
              }
            },
            "101; 400 \"Unsupported protocol version\" + close")
        .ours("400 \"Unsupported protocol version\" + close");
  }

  private static Row withFrame(String id, String title, String request, String answer) {
    return Row.of(
        id,
        title,
        request,
        stage -> {
          try (Wire wire = stage.wire()) {
            wire.send(request);
            String first = stage.answer(wire, false);
            return first.equals("101") ? first + "; " + frame(wire) : first;
          }
        },
        answer);
  }

  private static String frame(Wire wire) throws IOException {
    return Frame.read(wire, Wire.PATIENCE).shown();
  }
}
