package dev.switchboard.interop.wire;

import java.io.ByteArrayOutputStream;
import java.util.List;

/** The rows E: Engine.IO packets on a WebSocket, after a namespace was connected. */
final class EngineRows {
  private static final String PARSE_ERROR = "close empty; parse error";
  private static final String TRANSPORT_ERROR = "close empty; transport error";
  private static final String FORCED = "close empty; forced close";

  private EngineRows() {}

  private static Row text(String id, String title, String packet, String answer) {
    return FrameRows.bytes(id, title, packet, Frame.text(packet).encoded(), answer);
  }

  static List<Row> all() {
    return List.of(
        text("E01", "empty", "", PARSE_ERROR),
        text("E02", "unknown type", "9", PARSE_ERROR),
        text("E03", "not a type", "abc", PARSE_ERROR),
        text("E04", "open", "0", "lives"),
        text("E05", "close", "1", "lives").ours("close empty; transport close"),
        text("E06", "ping, the wrong direction", "2", TRANSPORT_ERROR),
        text("E07", "probe on a session of its own", "2probe", TRANSPORT_ERROR),
        text("E08", "pong that nobody asked for", "3", "lives"),
        FrameRows.bytes("E08b", "100,000 pongs", "100,000 x 3", pongs(), "lives").heavy(),
        text("E09", "upgrade", "5", "lives"),
        text("E10", "noop", "6", "lives"),
        FrameRows.bytes(
            "E11",
            "binary that nobody announced",
            "binary 01 02",
            Frame.binary(1, 2).encoded(),
            FORCED),
        FrameRows.bytes("E12", "empty binary", "binary", Frame.binary().encoded(), FORCED),
        text("E13", "binary as base64 that nobody announced", "bAQID", FORCED),
        text("E14", "two packets in one frame", "3\u001e3", "lives"),
        text("E15", "digit that is not ASCII", "\u0662", PARSE_ERROR));
  }

  private static byte[] pongs() {
    byte[] pong = Frame.text("3").encoded();
    var all = new ByteArrayOutputStream();
    for (int i = 0; i < 100_000; i++) {
      all.writeBytes(pong);
    }
    return all.toByteArray();
  }
}
