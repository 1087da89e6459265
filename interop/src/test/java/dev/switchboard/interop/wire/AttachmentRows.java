package dev.switchboard.interop.wire;

import static dev.switchboard.interop.wire.EventRows.CLOSE;
import static dev.switchboard.interop.wire.EventRows.LIVES;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** The rows S about binary events: their count, their placeholders, their attachments. */
final class AttachmentRows {
  private static final String ONE = "{\"_placeholder\":true,\"num\":0}";
  private static final Frame BYTES = Frame.binary(1, 2);

  private AttachmentRows() {}

  static List<Row> all() {
    return Stream.of(counts(), placeholders(), turns()).flatMap(List::stream).toList();
  }

  /** A text packet and binary frames. */
  private static Row binary(
      String id, String title, String answer, String packet, Frame... attachments) {
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes(Frame.text("4" + packet).encoded());
    for (Frame attachment : attachments) {
      bytes.writeBytes(attachment.encoded());
    }
    String input = packet + " then binary".repeat(attachments.length);
    return FrameRows.bytes(id, title, input, bytes.toByteArray(), answer);
  }

  private static Row count(String id, String count, String answer) {
    return binary(
        id, "attachments " + count, answer, "5" + count + "[\"echo\"," + ONE + "]", BYTES);
  }

  private static List<Row> counts() {
    String echoed = "451-[\"echo\",{\"_placeholder\":true,\"num\":0}]; <0102>; lives";
    return List.of(
        count("S57", "1-", echoed),
        count("S58", "0-", CLOSE),
        count("S59", "-", CLOSE),
        count("S60", "1", CLOSE),
        count("S61", "1.5-", CLOSE),
        count("S62", "11-", CLOSE),
        count("S63", "1e9-", CLOSE),
        count("S64", "0x1-", echoed).ours(CLOSE),
        count("S65", "-1-", CLOSE),
        binary("S66", "a count and nothing more", CLOSE, "51"),
        count("S67", " 1-", echoed).ours(CLOSE));
  }

  private static Row placeholder(String id, String title, String num, String answer) {
    String value = "{\"_placeholder\":true,\"num\":" + num + "}";
    return binary(id, title, answer, "51-[\"kind\"," + value + "]", BYTES);
  }

  private static List<Row> placeholders() {
    return List.of(
        placeholder("S68", "num out of range", "1", CLOSE),
        placeholder("S69", "num -1", "-1", CLOSE),
        placeholder("S70", "num splice", "\"splice\"", CLOSE),
        placeholder("S71", "num 0.5", "0.5", "42[\"kind\",\"undefined\"]; lives").ours(CLOSE),
        binary(
                "S72",
                "the same num twice",
                "452-[\"echo\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}];"
                    + " 2 x <0102>; lives",
                "51-[\"echo\"," + ONE + "," + ONE + "]",
                BYTES)
            // sent on as it came: once
            .ours("451-[\"echo\"," + ONE + "," + ONE + "]; <0102>; lives"),
        binary(
            "S73",
            "attachment without placeholder",
            "42[\"kind\",\"number\"]; lives",
            "51-[\"kind\",5]",
            BYTES),
        EventRows.packets(
            "S74",
            "placeholder in a plain event",
            "42[\"echo\"," + ONE + "]; lives",
            "2[\"echo\"," + ONE + "]"));
  }

  private static List<Row> turns() {
    return List.of(
        binary(
            "S75",
            "text between attachments",
            CLOSE,
            "52-[\"echo\"," + ONE + "]",
            BYTES,
            Frame.text("42[\"echo\"]"),
            BYTES),
        Row.of(
                "S76",
                "an attachment that never comes, with a limit of 1 s",
                "51-[\"echo\"," + ONE + "]",
                stage -> {
                  try (WebSocketClient client = WebSocketClient.open(stage).connect()) {
                    client.text("451-[\"echo\"," + ONE + "]");
                    return client.end(Duration.ofSeconds(3));
                  }
                },
                "silence")
            .ours(CLOSE)
            .limits(HttpRows.SHORT_LIMITS)
            .waits(),
        binary("S77", "binary ack that nobody waits for", LIVES, "61-7[" + ONE + "]", BYTES),
        binary("S78", "reserved name", CLOSE, "51-[\"connect\"," + ONE + "]", BYTES),
        binary("S79", "placeholder as name", CLOSE, "51-[" + ONE + "]", BYTES),
        binary(
            "S80",
            "binary event to a namespace not joined",
            CLOSE,
            "51-/static,[\"echo\"," + ONE + "]",
            BYTES));
  }
}
