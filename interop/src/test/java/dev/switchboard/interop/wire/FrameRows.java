package dev.switchboard.interop.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.Deflater;

/** The rows F: WebSocket frames after a namespace was connected. */
final class FrameRows {
  private static final int LIMIT = 10_000;
  private static final String PROTOCOL_ERROR = "close 1002; transport error";
  private static final String NOT_UTF8 = "close 1007; transport error";
  private static final String TOO_BIG = "close 1009; transport error";
  private static final String CLOSED = "transport close";
  private static final String DEFLATE =
      "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover";
  private static final Frame EVENT = Frame.text("42[\"kind\",1]");

  private FrameRows() {}

  static List<Row> all() {
    return Stream.of(headers(), control(), texts(), lengths(), floods())
        .flatMap(List::stream)
        .toList();
  }

  /** Bytes sent after CONNECT, and what comes of them. */
  static Row bytes(String id, String title, String input, byte[] bytes, String answer) {
    return Row.of(
        id,
        title,
        input,
        stage -> {
          try (WebSocketClient client = WebSocketClient.open(stage).connect()) {
            client.send(bytes);
            return client.outcome();
          }
        },
        answer);
  }

  private static Row frames(String id, String title, String input, String answer, Frame... frames) {
    var bytes = new ByteArrayOutputStream();
    for (Frame frame : frames) {
      bytes.writeBytes(frame.encoded());
    }
    return bytes(id, title, input, bytes.toByteArray(), answer);
  }

  private static List<Row> headers() {
    Frame half = Frame.text("42[\"kind\"").first();
    return List.of(
        frames("F01", "unmasked", "text, no mask", PROTOCOL_ERROR, EVENT.unmasked()),
        frames("F02", "RSV1", "text, RSV1", PROTOCOL_ERROR, EVENT.reserved(4)),
        frames("F03", "RSV2", "text, RSV2", PROTOCOL_ERROR, EVENT.reserved(2)),
        frames("F04", "RSV3", "text, RSV3", PROTOCOL_ERROR, EVENT.reserved(1)),
        frames("F05", "opcode 3", "opcode 3", PROTOCOL_ERROR, Frame.of(3, new byte[1])),
        frames("F06", "opcode 11", "opcode 11", PROTOCOL_ERROR, Frame.of(11, new byte[1])),
        frames(
            "F07",
            "continuation of nothing",
            "continuation",
            PROTOCOL_ERROR,
            Frame.continuation("x")),
        frames(
            "F08", "text inside fragments", "text, not final; text", PROTOCOL_ERROR, half, EVENT),
        frames(
            "F08b",
            "ping inside fragments",
            "text, not final; ping; continuation",
            "pong <01>; 42[\"kind\",\"number\"]; lives",
            half,
            Frame.ping(new byte[] {1}),
            Frame.continuation(",1]")));
  }

  private static List<Row> control() {
    return List.of(
        frames(
            "F09",
            "fragmented ping",
            "ping, not final",
            PROTOCOL_ERROR,
            Frame.ping(new byte[1]).first()),
        frames("F10", "ping of 126 bytes", "ping", PROTOCOL_ERROR, Frame.ping(new byte[126])),
        frames("F11", "ping", "ping 01 02", "pong <0102>; lives", Frame.ping(new byte[] {1, 2})),
        frames("F12", "pong that nobody asked for", "pong", "lives", Frame.pong(new byte[2])),
        closes("F13", "close without code", "close empty; " + CLOSED, Frame.close()),
        closes("F14", "close of one byte", PROTOCOL_ERROR, Frame.of(8, new byte[1])),
        closes("F15", "close 1000", "close 1000; " + CLOSED, Frame.close(1000)),
        closes("F16", "close 1005", PROTOCOL_ERROR, Frame.close(1005)),
        closes("F17", "close 999", PROTOCOL_ERROR, Frame.close(999)),
        closes("F18", "close 5000", PROTOCOL_ERROR, Frame.close(5000)),
        closes(
            "F19",
            "close, its reason not UTF-8",
            NOT_UTF8,
            Frame.close(1000, (byte) 0xff, (byte) 0xfe)),
        closes("F20", "close 3000", "close 3000; " + CLOSED, Frame.close(3000)),
        frames(
            "F31",
            "text after close",
            "close; text",
            "close empty; " + CLOSED,
            Frame.close(),
            EVENT));
  }

  /** The server answers the close and ends, so nothing is sent after it. */
  private static Row closes(String id, String title, String answer, Frame frame) {
    return Row.of(
        id,
        title,
        "close frame",
        stage -> {
          try (WebSocketClient client = WebSocketClient.open(stage).connect()) {
            client.send(frame);
            return client.end(Wire.PATIENCE);
          }
        },
        answer);
  }

  private static List<Row> texts() {
    return List.of(
        text("F21", "text that is not UTF-8", "ff", NOT_UTF8, 0xff),
        text("F22", "surrogate in UTF-8", "ed a0 80", NOT_UTF8, 0xed, 0xa0, 0x80),
        text("F23", "overlong UTF-8", "c0 af", NOT_UTF8, 0xc0, 0xaf),
        frames(
            "F23b",
            "a character over two fragments",
            "text 42[\"echo\",\"e2, not final; continuation 82 ac\"]",
            "42[\"echo\",\"€\"]; lives",
            Frame.text(Frame.bytes('4', '2', '[', '"', 'e', 'c', 'h', 'o', '"', ',', '"', 0xe2))
                .first(),
            Frame.of(0, Frame.bytes(0x82, 0xac, '"', ']'))));
  }

  private static Row text(String id, String title, String hex, String answer, int... bytes) {
    var payload = new ByteArrayOutputStream();
    payload.writeBytes("42[\"kind\",\"".getBytes(UTF_8));
    payload.writeBytes(Frame.bytes(bytes));
    payload.writeBytes("\"]".getBytes(UTF_8));
    return frames(
        id, title, "42[\"kind\",\"" + hex + "\"]", answer, Frame.text(payload.toByteArray()));
  }

  private static List<Row> lengths() {
    Frame empty = Frame.text("");
    String exactly = "42[\"echo\",\"" + "a".repeat(LIMIT - 13) + "\"]";
    return List.of(
        bytes(
            "F24",
            "a byte more than the limit, announced",
            "length 10,001",
            Frame.text("").shortHead(LIMIT + 1),
            TOO_BIG),
        bytes("F25", "length 2^62", "length 2^62", empty.head(1L << 62), TOO_BIG),
        bytes("F26", "highest bit of the length", "length 2^63", empty.head(1L << 63), TOO_BIG)
            .ours(TOO_BIG + " or " + PROTOCOL_ERROR),
        frames(
            "F27",
            "exactly the limit",
            "text of 10,000 bytes",
            Words.shown(exactly) + "; lives",
            Frame.text(exactly)),
        frames(
            "F28",
            "fragments over the limit",
            "text of 9,000 bytes, not final; continuation of 1,001",
            TOO_BIG,
            Frame.text("a".repeat(9_000)).first(),
            Frame.continuation("b".repeat(1_001))),
        bytes(
                "F30",
                "length in more bytes than needed",
                "length 12 in two bytes",
                EVENT.encoded(2),
                "42[\"kind\",\"number\"]; lives")
            .ours(PROTOCOL_ERROR),
        bytes(
                "F30b",
                "length in more bytes than needed",
                "length 12 in eight bytes",
                EVENT.encoded(8),
                "42[\"kind\",\"number\"]; lives")
            .ours(PROTOCOL_ERROR));
  }

  private static List<Row> floods() {
    return List.of(
        Row.of(
                "F29",
                "20,000 empty fragments",
                "text, not final; 20,000 x continuation, empty, not final",
                stage -> fragments(stage, 20_000),
                "close 1008; transport error")
            .heavy(),
        Row.of(
                "F29b",
                "1,000 fragments, then nothing, with a limit of 1 s",
                "text, not final; 1,000 x continuation, not final",
                stage -> fragments(stage, 1_000),
                "silence")
            .ours("close 1008; transport error")
            .limits(HttpRows.SHORT_LIMITS)
            .waits(),
        Row.of("F32", "200,000 pings, nothing read", "200,000 x ping", FrameRows::pings, "open")
            .ours("closed")
            .heavy(),
        Row.of("F33", "deflate bomb of 100 MB", "text, RSV1, 100 KB", FrameRows::bomb, TOO_BIG)
            .on("badinput-deflate")
            .heavy());
  }

  private static String fragments(Stage stage, int count) throws IOException {
    try (WebSocketClient client = WebSocketClient.open(stage).connect()) {
      var bytes = new ByteArrayOutputStream();
      bytes.writeBytes(Frame.text("").first().encoded());
      for (int i = 0; i < count; i++) {
        bytes.writeBytes(Frame.continuation("").first().encoded());
      }
      client.send(bytes.toByteArray());
      return client.end(Duration.ofSeconds(3));
    }
  }

  private static String pings(Stage stage) throws IOException {
    Wire wire = Wire.open(stage.server().port(), 4_096);
    try (WebSocketClient client =
        WebSocketClient.open(Stage.calm(stage.server()), wire).connect()) {
      var pings = new ByteArrayOutputStream();
      for (int i = 0; i < 1_000; i++) {
        pings.writeBytes(Frame.ping(new byte[125]).encoded());
      }
      for (int i = 0; i < 200; i++) {
        if (!client.send(pings.toByteArray())) {
          return "closed";
        }
      }
      return "open";
    }
  }

  private static String bomb(Stage stage) throws IOException {
    Wire wire = Wire.open(stage.server().port());
    try (WebSocketClient client = WebSocketClient.open(stage, wire, DEFLATE).connect()) {
      client.send(Frame.text(deflated(100_000_000)).reserved(4));
      return client.outcome();
    }
  }

  private static byte[] deflated(int zeros) {
    var deflater = new Deflater(9, true);
    deflater.setInput(new byte[zeros]);
    deflater.finish();
    var out = new ByteArrayOutputStream();
    var buffer = new byte[65_536];
    while (!deflater.finished()) {
      out.write(buffer, 0, deflater.deflate(buffer));
    }
    deflater.end();
    return out.toByteArray();
  }
}
