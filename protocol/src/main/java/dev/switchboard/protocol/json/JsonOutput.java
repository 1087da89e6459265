package dev.switchboard.protocol.json;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tools.jackson.core.io.NumberOutput;

/**
 * Where a packet is written: UTF-8 text, and the binary found on the way. Used by one thread, once.
 *
 * <p>Its own methods write straight into the buffer, without the lock that those of {@link
 * ByteArrayOutputStream} take. Whatever is given to them, the bytes are valid UTF-8; {@link
 * #string}, {@link #number} and {@link #attach} write valid JSON.
 */
public final class JsonOutput extends ByteArrayOutputStream {
  /** Characters encoded at a time, so that the room for the worst case stays small. */
  private static final int CHUNK = 1024;

  /** The most bytes that one character can take: a backslash, u, and four digits. */
  private static final int WORST = 6;

  /** 2^53: an integral double up to it is written as JavaScript does, without a fraction. */
  private static final double EXACT_INTEGERS = 9_007_199_254_740_992.0;

  /** From this number of attachments on, a repeated one is no longer looked for. */
  private static final int SEARCHED_ATTACHMENTS = 64;

  private static final byte[] HEX = {
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
  };

  /** For each ASCII character: 0 if it stands for itself in a JSON string, else its escape. */
  private static final byte[] ESCAPES = new byte[128];

  static {
    Arrays.fill(ESCAPES, 0, 0x20, (byte) 'u');
    ESCAPES['\b'] = 'b';
    ESCAPES['\f'] = 'f';
    ESCAPES['\n'] = 'n';
    ESCAPES['\r'] = 'r';
    ESCAPES['\t'] = 't';
    ESCAPES['"'] = '"';
    ESCAPES['\\'] = '\\';
  }

  private final List<byte[]> attachments = new ArrayList<>(0);

  public JsonOutput() {
    super(256);
  }

  /** The binary found so far, in the order of its placeholders. */
  public List<byte[]> attachments() {
    return attachments;
  }

  /** Appends one ASCII character. */
  public void put(char c) {
    ensure(1);
    buf[count++] = (byte) c;
  }

  /**
   * Appends text as it is, without quotes: JSON already encoded, or the header of a packet. A lone
   * surrogate, which in JSON can only stand inside a string, becomes its escape.
   */
  public void text(String text) {
    int length = text.length();
    ensure(length);
    byte[] bytes = buf;
    int to = count;
    int i = 0;
    for (; i < length; i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        break;
      }
      bytes[to++] = (byte) c;
    }
    count = to;
    if (i < length) {
      encode(text, i, false);
    }
  }

  /** Appends a JSON string, with its quotes. */
  public void string(String value) {
    int length = value.length();
    ensure(length + 2);
    byte[] bytes = buf;
    int to = count;
    bytes[to++] = '"';
    int i = 0;
    for (; i < length; i++) {
      char c = value.charAt(i);
      if (c >= 0x80 || ESCAPES[c] != 0) {
        break;
      }
      bytes[to++] = (byte) c;
    }
    count = to;
    if (i < length) {
      encode(value, i, true);
    }
    put('"');
  }

  /** Appends an integer. */
  public void number(long value) {
    ensure(20);
    count = NumberOutput.outputLong(value, buf, count);
  }

  /** Appends a number, or {@code null} if it is not finite, as {@code JSON.stringify} does. */
  public void number(double value) {
    if (value == Math.rint(value) && Math.abs(value) <= EXACT_INTEGERS) {
      number((long) value);
    } else if (Double.isFinite(value)) {
      text(NumberOutput.toString(value, true));
    } else {
      text("null");
    }
  }

  /** As {@link #number(double)}, with no more digits than a float has. */
  public void number(float value) {
    if (value == Math.rint(value) && Math.abs(value) <= EXACT_INTEGERS) {
      number((long) value);
    } else if (Float.isFinite(value)) {
      text(NumberOutput.toString(value, true));
    } else {
      text("null");
    }
  }

  /**
   * Adds an attachment and appends its placeholder. The array is kept, not copied. An array that
   * was attached before is sent once: a peer that refers a thousand times to its one attachment
   * must not make us send a thousand.
   */
  public void attach(byte[] data) {
    int number = attached(data);
    if (number < 0) {
      number = attachments.size();
      attachments.add(data);
    }
    text("{\"_placeholder\":true,\"num\":");
    number(number);
    put('}');
  }

  /** As {@link #attach(byte[])}, with a copy of what remains in the buffer; its position stays. */
  public void attach(ByteBuffer data) {
    attach(bytes(data));
  }

  /**
   * Appends the JSON text of {@code value} as it is; only its attachments are numbered anew.
   *
   * @throws IllegalArgumentException if it has attachments and is not JSON, or has a placeholder
   *     that names none of them
   */
  public void value(JsonValue value) {
    String text = value.text();
    if (value.attachments().isEmpty()) {
      text(text);
      return;
    }
    JsonScanner scanner = new JsonScanner(text, JacksonJson.MAX_DEPTH, Integer.MAX_VALUE);
    try {
      scanner.findPlaceholders(value.attachments().size());
      scanner.value(0);
    } catch (PacketFormatException e) {
      throw new IllegalArgumentException("not a valid JsonValue: " + e.getMessage(), e);
    }
    int from = 0;
    for (int i = 0; i < scanner.placeholders(); i++) {
      text(text.substring(from, scanner.placeholderStart(i)));
      attach(value.attachments().get(scanner.placeholderNumber(i)));
      from = scanner.placeholderEnd(i);
    }
    text(text.substring(from));
  }

  /** What was written, as a value. */
  JsonValue toValue() {
    return new JsonValue(new String(buf, 0, count, StandardCharsets.UTF_8), attachments);
  }

  static byte[] bytes(ByteBuffer data) {
    byte[] copy = new byte[data.remaining()];
    data.duplicate().get(copy);
    return copy;
  }

  private int attached(byte[] data) {
    int searched = Math.min(attachments.size(), SEARCHED_ATTACHMENTS);
    for (int i = 0; i < searched; i++) {
      if (attachments.get(i) == data) {
        return i;
      }
    }
    return -1;
  }

  private void encode(String text, int from, boolean escape) {
    int length = text.length();
    int i = from;
    while (i < length) {
      int end = Math.min(length, i + CHUNK);
      ensure((end - i + 1) * WORST);
      for (; i < end; i++) {
        char c = text.charAt(i);
        if (c < 0x80) {
          encodeAscii(c, escape);
        } else if (Character.isHighSurrogate(c)
            && i + 1 < length
            && Character.isLowSurrogate(text.charAt(i + 1))) {
          encodePair(Character.toCodePoint(c, text.charAt(++i)));
        } else if (Character.isSurrogate(c)) {
          encodeEscape(c);
        } else {
          encodeBasic(c);
        }
      }
    }
  }

  private void encodeAscii(char c, boolean escape) {
    byte escaped = escape ? ESCAPES[c] : 0;
    if (escaped == 0) {
      buf[count++] = (byte) c;
    } else if (escaped == 'u') {
      encodeEscape(c);
    } else {
      buf[count++] = '\\';
      buf[count++] = escaped;
    }
  }

  private void encodeBasic(char c) {
    if (c < 0x800) {
      buf[count++] = (byte) (0xc0 | (c >> 6));
    } else {
      buf[count++] = (byte) (0xe0 | (c >> 12));
      buf[count++] = (byte) (0x80 | ((c >> 6) & 0x3f));
    }
    buf[count++] = (byte) (0x80 | (c & 0x3f));
  }

  private void encodePair(int codePoint) {
    buf[count++] = (byte) (0xf0 | (codePoint >> 18));
    buf[count++] = (byte) (0x80 | ((codePoint >> 12) & 0x3f));
    buf[count++] = (byte) (0x80 | ((codePoint >> 6) & 0x3f));
    buf[count++] = (byte) (0x80 | (codePoint & 0x3f));
  }

  private void encodeEscape(char c) {
    buf[count++] = '\\';
    buf[count++] = 'u';
    buf[count++] = HEX[c >> 12];
    buf[count++] = HEX[(c >> 8) & 0xf];
    buf[count++] = HEX[(c >> 4) & 0xf];
    buf[count++] = HEX[c & 0xf];
  }

  private void ensure(int more) {
    if (buf.length - count < more) {
      long wanted = Math.max((long) count + more, 2L * buf.length);
      buf = Arrays.copyOf(buf, (int) Math.min(wanted, Integer.MAX_VALUE - 8));
    }
  }
}
