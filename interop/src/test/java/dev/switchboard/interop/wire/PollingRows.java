package dev.switchboard.interop.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** The rows P: what a polling client with a valid session may send. */
final class PollingRows {
  private static final String PARSE_ERROR = "200 ok; gone; parse error";
  private static final String REFUSED = "400 + close; lives";
  private static final String BROKEN = "400 + close; gone; transport error";
  private static final String REFUSED_OR_BROKEN = REFUSED + " or " + BROKEN;
  private static final String ONE_BINARY = "451-[\"kind\",{\"_placeholder\":true,\"num\":0}]\u001e";

  private PollingRows() {}

  static List<Row> all() {
    return Stream.of(packets(), sizes(), framing(), contents(), requests(), overlaps())
        .flatMap(List::stream)
        .toList();
  }

  /** A payload POSTed on a session that is connected to {@code /}. */
  private static Row post(String id, String title, String payload, String answer) {
    String bytes = new String(payload.getBytes(UTF_8), ISO_8859_1);
    return send(id, title, "POST " + payload, Stage.post("{session}", bytes), answer);
  }

  /** Any request on a session that is connected to {@code /}. */
  private static Row send(String id, String title, String input, String request, String answer) {
    return Row.of(
        id,
        title,
        input,
        stage -> {
          PollingClient client = PollingClient.open(stage).connect();
          String answered = stage.answer(request.replace("{session}", client.target()));
          return answered + "; " + client.outcome();
        },
        answer);
  }

  private static Row raw(String id, String title, String request, String answer) {
    return send(id, title, request, request, answer);
  }

  private static List<Row> packets() {
    return List.of(
        post("P01", "empty payload", "", PARSE_ERROR),
        post("P02", "unknown packet type", "9", PARSE_ERROR),
        post("P03", "not a packet type", "x", PARSE_ERROR),
        post("P04", "open", "0{}", "200 ok; lives"),
        post("P05", "close", "1", "200 ok; gone; transport close"),
        Row.of(
            "P05b",
            "close while a poll is pending",
            "GET; POST 1",
            stage -> {
              PollingClient client = PollingClient.open(stage).connect();
              try (Wire poll = client.beginPoll()) {
                settle(stage);
                String answer = client.post("1").brief();
                return answer
                    + "; poll gives "
                    + PollingClient.packets(poll)
                    + "; "
                    + client.outcome();
              }
            },
            "200 ok; poll gives 6; gone; transport close"),
        post("P06", "ping, the wrong direction", "2", "200 ok; gone; transport error"),
        post("P07", "pong that nobody asked for", "3", "200 ok; lives"),
        post("P08", "upgrade", "5", "200 ok; lives"),
        post("P09", "noop", "6", "200 ok; lives"),
        post("P10", "empty message", "4", "200 ok; poll gives 1; gone; forced close"),
        post("P11", "only a separator", "\u001e", PARSE_ERROR),
        post("P12", "separator at the end", "42[\"kind\",1]\u001e", PARSE_ERROR),
        post("P13", "bad packet after a good one", "42[\"kind\",1]\u001e9", PARSE_ERROR),
        Row.of(
            "P13b",
            "bad payload while a poll is pending",
            "GET; POST 9",
            stage -> {
              PollingClient client = PollingClient.open(stage).connect();
              try (Wire poll = client.beginPoll()) {
                settle(stage);
                String answer = client.post("9").brief();
                return answer
                    + "; poll gives "
                    + PollingClient.packets(poll)
                    + "; "
                    + client.outcome();
              }
            },
            "200 ok; poll gives 1; gone; parse error"),
        raw(
            "P14",
            "binary body",
            Stage.post("{session}", "4x", "Content-Type: application/octet-stream"),
            "400; gone; transport error"));
  }

  /** Lets a request that was sent before reach the server. */
  private static void settle(Stage stage) throws IOException {
    // a request and its answer, on the same loop or another: by then the one before was read
    for (int i = 0; i < 3; i++) {
      Stage.calm(stage.server()).answer(Stage.get("/socket.io/"));
    }
  }

  private static List<Row> sizes() {
    return List.of(
        post("P16", "a byte more than maxHttpBufferSize", echo(10_001), "413; lives")
            .ours("413 + close; gone; transport error"),
        post(
            "P17",
            "exactly maxHttpBufferSize",
            echo(10_000),
            "200 ok; " + Words.shown(echo(10_000)) + "; lives"),
        raw(
                "P18",
                "Content-Length 99999999999",
                Stage.request("POST", "{session}", "4", "Content-Length: 99999999999"),
                "silence; gone; transport error")
            .ours(
                "413 + close; gone; transport error or 413 + close; poll gives 1; gone; transport error")
            .waits(),
        post("P33", "10,001 packets", "43777[]" + "\u001e43777[]".repeat(10_000), "200 ok; lives")
            .on("badinput-large"));
  }

  private static String echo(int bytes) {
    return "42[\"echo\",\"" + "a".repeat(bytes - 13) + "\"]";
  }

  private static Row length(
      String id, String title, String body, String answer, String... headers) {
    return raw(id, title, Stage.request("POST", "{session}", body, headers), answer);
  }

  private static List<Row> framing() {
    String chunked = "Transfer-Encoding: chunked";
    String chunk = "3\r\n421\r\n0\r\n\r\n";
    return List.of(
        length("P19", "Content-Length -1", "4", REFUSED, "Content-Length: -1"),
        length("P20", "Content-Length abc", "4", REFUSED, "Content-Length: abc"),
        length("P21", "two lengths", "412", REFUSED, "Content-Length: 3", "Content-Length: 1"),
        length("P22", "a length and chunked", chunk, REFUSED, "Content-Length: 3", chunked),
        length("P23", "gzip as transfer coding", chunk, BROKEN, "Transfer-Encoding: gzip")
            .ours(REFUSED_OR_BROKEN),
        length("P24", "chunked, identity", chunk, REFUSED, "Transfer-Encoding: chunked, identity"),
        length("P24c", "chunked, xchunked", chunk, REFUSED, "Transfer-Encoding: chunked, xchunked"),
        raw(
                "P24d",
                "chunked in HTTP/1.0",
                "POST {session} HTTP/1.0\r\nHost: t\r\n" + chunked + "\r\n\r\n" + chunk,
                "200 ok + close; lives")
            .ours(REFUSED),
        length(
            "P25",
            "chunked",
            "5\r\n42[\"k\r\n5;x=y\r\nind\",\r\n2\r\n1]\r\n0\r\n\r\n",
            "200 ok; 42[\"kind\",\"number\"]; lives",
            chunked),
        length("P26", "chunk size zz", "zz\r\n4\r\n0\r\n\r\n", BROKEN, chunked)
            .ours(REFUSED_OR_BROKEN),
        length("P27", "chunk size of 17 digits", "1".repeat(17) + "\r\n4\r\n", BROKEN, chunked)
            .ours(REFUSED_OR_BROKEN),
        length(
                "P27b",
                "chunk size 100000004",
                "100000004\r\n4\r\n",
                "silence; gone; transport error",
                chunked)
            .ours("413 + close; gone; transport error or " + REFUSED_OR_BROKEN)
            .waits(),
        length(
                "P28",
                "chunk extension of 20 KB",
                "1;a=" + "b".repeat(20_000) + "\r\n3\r\n0\r\n\r\n",
                "413 + close; gone; transport error",
                chunked)
            .ours("413 + close; gone; transport error or " + REFUSED_OR_BROKEN));
  }

  private static List<Row> contents() {
    return List.of(
        length(
                "P29",
                "Content-Encoding gzip",
                "42[\"kind\",1]",
                "200 ok; 42[\"kind\",\"number\"]; lives",
                "Content-Length: 12",
                "Content-Encoding: gzip")
            .ours("415; lives or 415 + close; lives"),
        length(
                "P30",
                "invalid UTF-8",
                "42[\"echo\",\"\u00ff\"]",
                "200 ok; 42[\"echo\",\"U+FFFD\"]; lives",
                "Content-Length: 14")
            .ours(PARSE_ERROR),
        post("P31", "invalid base64", ONE_BINARY + "b!!!", "200 ok; 42[\"kind\",\"binary\"]; lives")
            .ours(PARSE_ERROR),
        post("P32", "empty base64", ONE_BINARY + "b", "200 ok; 42[\"kind\",\"binary\"]; lives"));
  }

  private static List<Row> requests() {
    return List.of(
        raw("P34", "PUT", Stage.request("PUT", "{session}", "4", "Content-Length: 1"), "500; lives")
            .ours("405; lives"),
        raw("P35", "DELETE", Stage.request("DELETE", "{session}", ""), "500; lives")
            .ours("405; lives"),
        raw(
            "P36",
            "the other transport",
            Stage.get("{session}&transport=websocket"),
            "400/3; lives"),
        raw("P37", "another revision", Stage.get("{session}&EIO=3"), "400/3; lives"));
  }

  private static List<Row> overlaps() {
    return List.of(
        Row.of(
            "P38",
            "a second GET",
            "GET; GET",
            stage -> {
              PollingClient client = PollingClient.open(stage).connect();
              try (Wire poll = client.beginPoll()) {
                settle(stage);
                String second = stage.answer(Stage.get(client.target()));
                return second
                    + "; the first gets "
                    + PollingClient.packets(poll)
                    + "; "
                    + client.outcome();
              }
            },
            "400; the first gets 1; gone; transport error"),
        Row.of(
            "P39",
            "a second POST",
            "POST, its body incomplete; POST 42[\"kind\",1]",
            stage -> {
              PollingClient client = PollingClient.open(stage).connect();
              try (Wire first = stage.wire()) {
                first.send(Stage.request("POST", client.target(), "42[", "Content-Length: 12"));
                settle(stage);
                String second = stage.answer(Stage.post(client.target(), "42[\"kind\",1]"));
                return second + "; " + client.outcome();
              }
            },
            "400; gone; transport error"),
        Row.of(
            "P40",
            "a GET given up",
            "GET; FIN",
            stage -> {
              PollingClient client = PollingClient.open(stage).connect();
              try (Wire poll = client.beginPoll()) {
                settle(stage);
                poll.finish();
              }
              return ended(stage, client);
            },
            "transport error; gone; transport error"),
        Row.of(
            "P41",
            "a POST given up",
            "POST, its body incomplete; FIN",
            stage -> {
              PollingClient client = PollingClient.open(stage).connect();
              try (Wire post = stage.wire()) {
                post.send(Stage.request("POST", client.target(), "42[", "Content-Length: 12"));
                settle(stage);
              }
              return ended(stage, client);
            },
            "transport error; gone; transport error"),
        Row.of(
                "P42",
                "a body byte each 200 ms, with a limit of 1.5 s for bodies",
                "POST, its body a…",
                stage -> {
                  PollingClient client = PollingClient.open(stage).connect();
                  try (Wire post = stage.wire()) {
                    post.send(Stage.request("POST", client.target(), "4", "Content-Length: 99"));
                    HttpRows.trickle(post);
                    return stage.answer(post, false) + "; " + client.outcome();
                  }
                },
                "408 + close; gone; transport error")
            .ours("408 + close; gone; transport error or cut; gone; transport error")
            .limits(HttpRows.SHORT_LIMITS)
            .waits());
  }

  private static String ended(Stage stage, PollingClient client) throws IOException {
    return stage.server().disconnectReason(client.socketId(), Duration.ofSeconds(3))
        + "; "
        + client.outcome();
  }
}
