package dev.switchboard.server.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** How the body of an answer is encoded. */
public enum ContentCoding {
  IDENTITY("identity"),
  GZIP("gzip"),
  DEFLATE("deflate");

  private final String token;

  ContentCoding(String token) {
    this.token = token;
  }

  /** The name in {@code Content-Encoding}. */
  public String token() {
    return token;
  }

  /**
   * The coding that a client likes best of those that there are; gzip before deflate where it likes
   * them alike.
   *
   * @param acceptEncoding the value of the header, or null if there is none
   */
  public static ContentCoding of(@Nullable String acceptEncoding) {
    if (acceptEncoding == null) {
      return IDENTITY;
    }
    double gzip = -1;
    double deflate = -1;
    double identity = -1;
    double others = 0;
    for (String part : acceptEncoding.split(",", -1)) {
      String[] pair = part.split(";", 2);
      double quality = pair.length == 1 ? 1 : quality(pair[1]);
      switch (pair[0].strip().toLowerCase(Locale.ROOT)) {
        case "gzip", "x-gzip" -> gzip = quality;
        case "deflate" -> deflate = quality;
        case "identity" -> identity = quality;
        case "*" -> others = quality;
        default -> {
          // A coding that there is not.
        }
      }
    }
    gzip = gzip < 0 ? others : gzip;
    deflate = deflate < 0 ? others : deflate;
    double best = Math.max(gzip, deflate);
    if (best <= 0 || best < identity) {
      return IDENTITY;
    }
    return gzip >= deflate ? GZIP : DEFLATE;
  }

  private static double quality(String parameter) {
    String text = parameter.strip();
    try {
      double quality = text.startsWith("q=") ? Double.parseDouble(text.substring(2)) : 1;
      return quality >= 0 && quality <= 1 ? quality : 0;
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** Encodes a body. */
  public byte[] encode(byte[] body) {
    if (this == IDENTITY) {
      return body;
    }
    ByteArrayOutputStream encoded = new ByteArrayOutputStream(body.length / 2 + 64);
    try (OutputStream out =
        this == GZIP ? new GZIPOutputStream(encoded) : new DeflaterOutputStream(encoded)) {
      out.write(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return encoded.toByteArray();
  }

  /** Whether content of this type gets smaller by compression. */
  public static boolean compresses(String contentType) {
    int end = contentType.indexOf(';');
    String type =
        (end < 0 ? contentType : contentType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
    return type.startsWith("text/")
        || type.endsWith("json")
        || type.endsWith("xml")
        || type.equals("application/javascript")
        || type.equals("application/wasm")
        || type.equals("image/x-icon");
  }
}
