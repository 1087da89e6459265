package dev.switchboard.interop.wire;

import java.io.IOException;
import java.time.Duration;

/** Where a row is played: a server, and how bytes are cut. */
record Stage(ServerProcess server, Segments segments) {
  static final String POLLING = "/socket.io/?EIO=4&transport=polling";
  static final String WEBSOCKET = "/socket.io/?EIO=4&transport=websocket";

  private static final String FOLLOW_UP = get("/socket.io/?EIO=4&transport=follow-up");

  /** A stage for clients that behave. */
  static Stage calm(ServerProcess server) {
    return new Stage(server, Segments.WHOLE);
  }

  /** A connection that cuts as the row is to be cut. */
  Wire wire() throws IOException {
    return Wire.open(server.port()).segments(segments);
  }

  /** A GET request with extra header lines. */
  static String get(String target, String... headers) {
    return request("GET", target, "", headers);
  }

  static String request(String method, String target, String body, String... headers) {
    var request = new StringBuilder(method).append(' ').append(target).append(" HTTP/1.1\r\n");
    request.append("Host: t\r\n");
    for (String header : headers) {
      request.append(header).append("\r\n");
    }
    return request.append("\r\n").append(body).toString();
  }

  /** A POST with its length. */
  static String post(String target, String body, String... headers) {
    var all = new String[headers.length + 1];
    System.arraycopy(headers, 0, all, 1, headers.length);
    all[0] = "Content-Length: " + body.length();
    return request("POST", target, body, all);
  }

  /** Sends one request, reads one answer, and looks whether the connection can be used again. */
  String answer(String request) throws IOException {
    try (Wire wire = wire()) {
      wire.send(request);
      return answer(wire, request.startsWith("HEAD "));
    }
  }

  /** Reads one answer, and looks whether the connection can be used again. */
  String answer(Wire wire, boolean bodyless) {
    return answer(wire, bodyless, HttpAnswer::brief);
  }

  String answer(
      Wire wire, boolean bodyless, java.util.function.Function<HttpAnswer, String> words) {
    HttpAnswer answer;
    try {
      answer = HttpAnswer.read(wire, Wire.PATIENCE, bodyless);
    } catch (Wire.Cut cut) {
      return "cut";
    } catch (IOException silence) {
      return "silence";
    }
    return words.apply(answer) + after(wire, answer);
  }

  /** What became of a connection after its answer. */
  private static String after(Wire wire, HttpAnswer answer) {
    if (answer.status() == 101) {
      return "";
    }
    if (answer.saysClose()) {
      return wire.ends(Duration.ofSeconds(2)) ? " + close" : " + says close but stays open";
    }
    wire.segments(Segments.WHOLE).send(FOLLOW_UP);
    try {
      String next = HttpAnswer.read(wire).brief();
      return next.equals("400/0") ? "" : " then " + next;
    } catch (Wire.Cut cut) {
      return " + close";
    } catch (IOException silence) {
      return " then silence";
    }
  }

  /** Why a socket was disconnected. */
  String reason(String socketId) {
    return server.disconnectReason(socketId, Duration.ofSeconds(2));
  }
}
