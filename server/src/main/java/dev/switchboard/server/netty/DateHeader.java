package dev.switchboard.server.netty;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The line {@code Date: ...} of an answer, made anew once a second. One loop's. */
final class DateHeader {
  static final DateTimeFormatter FORMAT =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
          .withZone(ZoneOffset.UTC);

  private long second = -1;
  private byte[] line = new byte[0];

  byte[] line() {
    long now = System.currentTimeMillis() / 1_000;
    if (now != second) {
      second = now;
      line =
          ("Date: " + FORMAT.format(Instant.ofEpochSecond(now)) + "\r\n")
              .getBytes(StandardCharsets.US_ASCII);
    }
    return line;
  }
}
