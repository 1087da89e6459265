package dev.switchboard.interop.wire;

import static dev.switchboard.interop.wire.Stage.POLLING;
import static dev.switchboard.interop.wire.Stage.WEBSOCKET;
import static dev.switchboard.interop.wire.Stage.get;
import static dev.switchboard.interop.wire.Stage.request;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** The rows H: what arrives instead of a polling handshake. */
final class HttpRows {
  /** For the rows that wait until a limit of time is reached. */
  static final String SHORT_LIMITS =
      "{\"headersTimeoutMs\":1000,\"bodyTimeoutMs\":1500,\"attachmentsTimeoutMs\":1000,"
          + "\"fragmentsTimeoutMs\":1000}";

  private static final String CLOSED = "400 + close";

  private HttpRows() {}

  static List<Row> all() {
    return Stream.of(handshakes(), paths(), syntax(), bounds(), profiles())
        .flatMap(List::stream)
        .toList();
  }

  /** One request and its answer. */
  private static Row http(String id, String title, String request, String answer) {
    return Row.of(id, title, request, stage -> stage.answer(request), answer);
  }

  private static List<Row> handshakes() {
    return List.of(
        http("H01", "no query", get("/socket.io/"), "400/0"),
        http("H03", "unknown transport", get("/socket.io/?EIO=4&transport=foo"), "400/0"),
        http("H04", "transport __proto__", get("/socket.io/?EIO=4&transport=__proto__"), "400/0"),
        http(
            "H05",
            "transport constructor",
            get("/socket.io/?EIO=4&transport=constructor"),
            "400/0"),
        http(
            "H06",
            "transport webtransport",
            get("/socket.io/?EIO=4&transport=webtransport"),
            "400/0"),
        http(
            "H07",
            "transport twice, the last wins",
            get(POLLING + "&transport=websocket"),
            "400/3"),
        http("H08", "no revision", get("/socket.io/?transport=polling"), "400/5"),
        http("H09", "revision 3, not allowed", get("/socket.io/?EIO=3&transport=polling"), "400/5"),
        http("H10", "revision 5", get("/socket.io/?EIO=5&transport=polling"), "400/5"),
        http("H11", "revision abc", get("/socket.io/?EIO=abc&transport=polling"), "400/5"),
        http("H12", "unknown sid", get(POLLING + "&sid=nope"), "400/1"),
        http("H13", "sid __proto__", get(POLLING + "&sid=__proto__"), "400/1"),
        http("H14", "sid hasOwnProperty", get(POLLING + "&sid=hasOwnProperty"), "400/1"),
        http("H15", "empty sid", get(POLLING + "&sid="), "200 open"),
        http("H16", "POST without sid", request("POST", POLLING, "", "Content-Length: 0"), "400/2"),
        http("H17", "PUT without sid", request("PUT", POLLING, "", "Content-Length: 0"), "400/2"),
        http("H18", "OPTIONS, CORS off", request("OPTIONS", POLLING, ""), "400/2"),
        preflight(),
        http("H19", "HEAD", request("HEAD", "/socket.io/", ""), "400"),
        http("H20", "WebSocket without Upgrade", get(WEBSOCKET), "400/3"));
  }

  private static Row preflight() {
    String request =
        request(
            "OPTIONS",
            POLLING,
            "",
            "Origin: http://allowed.example",
            "Access-Control-Request-Method: POST");
    return Row.of(
            "H18b",
            "OPTIONS, CORS on",
            request,
            stage -> {
              try (Wire wire = stage.wire()) {
                wire.send(request);
                return stage.answer(
                    wire,
                    false,
                    answer ->
                        answer.brief()
                            + " allows "
                            + answer.header("access-control-allow-origin").orElse("nobody"));
              }
            },
            "204 allows http://allowed.example")
        .on("badinput-cors");
  }

  private static List<Row> paths() {
    String query = POLLING.substring(POLLING.indexOf('?'));
    return List.of(
        http("H21", "path without its slash", get("/socket.io" + query), "404"),
        http("H22", "longer path", get("/socket.io/x" + query), "200 open").ours("404"),
        http("H23", "other path", get("/elsewhere" + query), "404"),
        http("H24", "dots in the path", get("/socket.io/../../etc/passwd"), "400/0").ours("404"),
        http("H25", "coded dots", get("/socket.io/%2e%2e/%2e%2e/etc/passwd"), "400/0").ours("404"),
        http("H27", "absolute form", get("http://t" + POLLING), "404"),
        http("H28", "two slashes", get("/" + POLLING), "404"));
  }

  private static List<Row> syntax() {
    return List.of(
        http("H29", "control byte in Origin", get(POLLING, "Origin: a\u0001b"), CLOSED),
        http("H30", "Latin-1 in Origin", get(POLLING, "Origin: \u00e9"), "200 open")
            .ours("200 open or 400/3"),
        http("H31", "no Host", "GET " + POLLING + " HTTP/1.1\r\n\r\n", CLOSED),
        http("H32", "HTTP/1.0", "GET " + POLLING + " HTTP/1.0\r\n\r\n", "200 open + close"),
        http(
                "H33",
                "HTTP/2.0",
                "GET " + POLLING + " HTTP/2.0\r\nHost: t\r\n\r\n",
                "200 open + close")
            .ours("505 + close"),
        http("H34", "preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", CLOSED),
        http("H35", "TLS on the plain port", clientHello(), CLOSED),
        http("H35b", "noise", "\u0000\u00ff\u00fe\u0012\u0007\r\n\r\n\r\n", CLOSED),
        http("H39", "space before the colon", get(POLLING, "X-A : a"), CLOSED),
        http("H40", "header without colon", get(POLLING, "nonsense"), CLOSED),
        http("H41", "folded header", get(POLLING, "X-A: a", " b"), CLOSED),
        http("H42", "bare LF", "GET " + POLLING + " HTTP/1.1\nHost: t\n\n", CLOSED),
        http("H43", "NUL in a value", get(POLLING, "X-A: a\u0000b"), CLOSED),
        http("H43b", "control byte in a name", get(POLLING, "X\u0001A: a"), CLOSED),
        http("H44", "broken percent code", get(POLLING + "&t=%zz%"), "200 open"),
        http("H45", "percent code that is not UTF-8", get(POLLING + "&t=%ff%fe"), "200 open"),
        http("H46", "b64=1", get(POLLING + "&b64=1"), "200 open"),
        jsonp(),
        http("H49", "unknown Expect", get(POLLING, "Expect: bogus"), "417"),
        http("H51", "leading CRLFs", "\r\n\r\n" + get(POLLING), "200 open"),
        http("H52", "leading NULs", "\u0000\u0000" + get(POLLING), CLOSED),
        http("H53", "method in lower case", request("get", POLLING, ""), CLOSED)
            .ours("400 + close or 501 + close"),
        http("H54", "TRACE", request("TRACE", POLLING, ""), "400/2")
            .ours("400/2 or 400 + close or 501 + close"),
        http("H55", "CONNECT", request("CONNECT", "t:80", ""), "cut")
            .ours("400 + close or 501 + close"));
  }

  private static String clientHello() {
    return "\u0016\u0003\u0001\u0000\u00c8\u0001\u0000\u0000\u00c4\u0003\u0003"
        + "\u00a5".repeat(190);
  }

  private static Row jsonp() {
    String request = get(POLLING + "&j=0");
    return Row.of(
            "H47",
            "JSONP",
            request,
            stage -> stage.answer(request).replaceFirst("\\(\"0\\{.*", "(…)"),
            "200 ___eio[0](…)")
        .ours("400/3");
  }

  private static List<Row> bounds() {
    String headers = get(POLLING, "X-A: " + "a".repeat(17_000));
    String url = get(POLLING + "&t=" + "a".repeat(20_000));
    return List.of(
        http("H36", "header of 17 KB", headers, "431 + close"),
        http("H37", "target of 20 KB", url, "431 + close").ours("414 + close"),
        http("H38", "2,001 headers", manyHeaders(), "200 open").ours("431 + close"),
        Row.of(
            "H50",
            "two handshakes in one go",
            get(POLLING) + get(POLLING),
            stage -> {
              try (Wire wire = stage.wire()) {
                wire.send(get(POLLING) + get(POLLING));
                return HttpAnswer.read(wire).brief() + "; " + stage.answer(wire, false);
              }
            },
            "200 open; 200 open"),
        Row.of(
                "H50b",
                "20,000 requests in one go",
                "20,000 x " + get("/socket.io/"),
                stage -> pipelined(stage, 20_000),
                "20000 x 400/0")
            .heavy(),
        slowly("H56", "a header byte each 200 ms", "GET /").ours("408 + close or cut"),
        slowly("H57", "nothing", "").ours("408 + close or cut"));
  }

  private static String manyHeaders() {
    var headers = new String[2_000];
    for (int i = 0; i < headers.length; i++) {
      headers[i] = "a:b";
    }
    return get(POLLING, headers);
  }

  private static String pipelined(Stage stage, int count) throws IOException, InterruptedException {
    try (Wire wire = stage.wire()) {
      var sender = new Thread(() -> wire.send(get("/socket.io/").repeat(count)));
      sender.start();
      var words = new java.util.ArrayList<String>();
      for (int i = 0; i < count; i++) {
        words.add(HttpAnswer.read(wire).brief());
      }
      sender.join();
      return Words.joined(words);
    }
  }

  private static Row slowly(String id, String title, String sent) {
    return Row.of(
            id,
            title + ", with a limit of 1 s for headers",
            sent.isEmpty() ? "a connection and nothing more" : sent + "…",
            stage -> {
              try (Wire wire = stage.wire()) {
                if (!sent.isEmpty()) {
                  wire.send(sent);
                  trickle(wire);
                }
                return stage.answer(wire, false);
              }
            },
            "408 + close")
        .limits(SHORT_LIMITS)
        .waits();
  }

  /** A byte each 200 ms, for as long as the server takes it, on a thread of its own. */
  static void trickle(Wire wire) {
    var thread =
        new Thread(
            () -> {
              for (int i = 0; i < 50 && wire.send("a"); i++) {
                try {
                  Thread.sleep(Duration.ofMillis(200).toMillis());
                } catch (InterruptedException e) {
                  return;
                }
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  private static List<Row> profiles() {
    String plain = POLLING + "&x=1";
    return List.of(
        http("H60", "WebSocket where only polling is on", get(WEBSOCKET), "400/0")
            .on("badinput-polling"),
        http("H61", "polling where only WebSocket is on", get(plain), "400/0")
            .on("badinput-websocket"),
        handshake("H62", "handshake offers WebSocket", "badinput", "[\"websocket\"]"),
        handshake("H63", "handshake offers nothing", "badinput-noupgrade", "[]"),
        handshake("H64", "handshake offers nothing", "badinput-polling", "[]"),
        http("H65", "refused by the application", get(POLLING + "&deny=1"), "403/4")
            .on("badinput-cors"));
  }

  private static Row handshake(String id, String title, String profile, String upgrades) {
    String request = get(POLLING);
    return Row.of(
            id,
            title,
            request,
            stage -> {
              try (Wire wire = stage.wire()) {
                wire.send(request);
                return stage.answer(
                    wire,
                    false,
                    answer ->
                        answer.text().replaceFirst("0\\{\"sid\":\"[^\"]*\",(.*),\"pingI.*", "$1"));
              }
            },
            "\"upgrades\":" + upgrades)
        .on(profile);
  }
}
