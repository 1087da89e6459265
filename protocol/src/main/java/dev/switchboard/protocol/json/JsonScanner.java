package dev.switchboard.protocol.json;

import java.util.Arrays;

/**
 * Checks that a text is JSON (RFC 8259, nothing beyond it) without making anything of it, and
 * records where the elements of its outermost array start and end. Every event that comes in passes
 * here once; its arguments stay text until somebody asks for them.
 *
 * <p>Used by one thread, for one text: {@link #array} or {@link #value} once, then the accessors.
 *
 * <p>How it works: one recursive descent over the characters, as deep as the limit allows. Past the
 * end it sees NUL, which no rule of the grammar takes. Nothing is allocated but the list of
 * positions, two numbers an element, which grows with what was really read.
 */
public final class JsonScanner {
  /** Up to this length, without an exponent, a number is finite as a double. */
  private static final int SURELY_FINITE = 300;

  private static final String PLACEHOLDER_KEY = "_placeholder";

  private final String text;
  private final int maxDepth;
  private final int maxNumberLength;
  private int[] elements = new int[8];
  private int size;
  private int maxPlaceholder = -1;
  private int[] placeholders = {};
  private int found;

  /**
   * @param maxDepth how deep arrays and objects may nest, the outermost counted
   * @param maxNumberLength characters that a number may have
   */
  public JsonScanner(String text, int maxDepth, int maxNumberLength) {
    this.text = text;
    this.maxDepth = maxDepth;
    this.maxNumberLength = maxNumberLength;
  }

  /**
   * Has the scan find the placeholders of binary and check that each names one of the attachments.
   * Call it before the scan.
   */
  public void findPlaceholders(int attachments) {
    maxPlaceholder = attachments - 1;
    placeholders = new int[6];
  }

  /**
   * Scans an array that reaches from {@code from} to the end of the text.
   *
   * @throws PacketFormatException if there is anything else
   */
  public void array(int from) {
    int i = skipSpace(from);
    expect(i, '[');
    checkDepth(1);
    i = skipSpace(i + 1);
    if (at(i) != ']') {
      while (true) {
        int start = i;
        i = scan(i, 1);
        addElement(start, i);
        i = skipSpace(i);
        if (at(i) == ']') {
          break;
        }
        expect(i, ',');
        i = skipSpace(i + 1);
      }
    }
    checkEnd(i + 1);
  }

  /**
   * Scans a value of any kind that reaches from {@code from} to the end of the text.
   *
   * @throws PacketFormatException if there is anything else
   */
  public void value(int from) {
    checkEnd(scan(skipSpace(from), 0));
  }

  /** The number of elements of the array. */
  public int size() {
    return size;
  }

  /** Where element {@code index} starts in the text. */
  public int start(int index) {
    return elements[2 * index];
  }

  /** Where element {@code index} ends in the text, exclusive. */
  public int end(int index) {
    return elements[2 * index + 1];
  }

  /** The number of placeholders found; those inside another one are not counted. */
  public int placeholders() {
    return found;
  }

  public int placeholderStart(int index) {
    return placeholders[3 * index];
  }

  public int placeholderEnd(int index) {
    return placeholders[3 * index + 1];
  }

  /** Which attachment the placeholder stands for. */
  public int placeholderNumber(int index) {
    return placeholders[3 * index + 2];
  }

  /** Returns the position after the value that starts at {@code i}. */
  private int scan(int i, int depth) {
    return switch (at(i)) {
      case '"' -> string(i + 1);
      case '{' -> object(i, depth + 1);
      case '[' -> nestedArray(i, depth + 1);
      case 't' -> literal(i, "true");
      case 'f' -> literal(i, "false");
      case 'n' -> literal(i, "null");
      default -> number(i);
    };
  }

  private int nestedArray(int open, int depth) {
    checkDepth(depth);
    int i = skipSpace(open + 1);
    if (at(i) == ']') {
      return i + 1;
    }
    while (true) {
      i = skipSpace(scan(i, depth));
      if (at(i) == ']') {
        return i + 1;
      }
      expect(i, ',');
      i = skipSpace(i + 1);
    }
  }

  private int object(int open, int depth) {
    checkDepth(depth);
    int i = skipSpace(open + 1);
    if (at(i) == '}') {
      return i + 1;
    }
    boolean placeholder = false;
    int number = -1;
    while (true) {
      expect(i, '"');
      int keyStart = i + 1;
      i = string(keyStart);
      int keyEnd = i - 1;
      i = skipSpace(i);
      expect(i, ':');
      int valueStart = skipSpace(i + 1);
      i = scan(valueStart, depth);
      if (maxPlaceholder >= 0) {
        if (isKey(PLACEHOLDER_KEY, keyStart, keyEnd)) {
          placeholder = at(valueStart) == 't';
        } else if (isKey("num", keyStart, keyEnd)) {
          number = attachmentNumber(valueStart, i);
        }
      }
      i = skipSpace(i);
      if (at(i) == '}') {
        break;
      }
      expect(i, ',');
      i = skipSpace(i + 1);
    }
    if (placeholder) {
      addPlaceholder(open, i + 1, number);
    }
    return i + 1;
  }

  /** Returns the position after the closing quote. */
  private int string(int from) {
    int i = from;
    while (true) {
      char c = at(i);
      if (c == '"') {
        return i + 1;
      } else if (c == '\\') {
        i = escape(i + 1);
      } else if (c < 0x20) {
        throw invalid();
      } else {
        i++;
      }
    }
  }

  private int escape(int i) {
    return switch (at(i)) {
      case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> i + 1;
      case 'u' -> hexDigits(i + 1);
      default -> throw invalid();
    };
  }

  private int hexDigits(int from) {
    for (int i = from; i < from + 4; i++) {
      if (!isHex(at(i))) {
        throw invalid();
      }
    }
    return from + 4;
  }

  private int number(int start) {
    int i = at(start) == '-' ? start + 1 : start;
    i = at(i) == '0' ? i + 1 : digits(i);
    if (at(i) == '.') {
      i = digits(i + 1);
    }
    char c = at(i);
    boolean exponent = c == 'e' || c == 'E';
    if (exponent) {
      char sign = at(i + 1);
      i = digits(sign == '+' || sign == '-' ? i + 2 : i + 1);
    }
    if (i - start > maxNumberLength) {
      throw new PacketFormatException(
          "invalid payload: a number of more than " + maxNumberLength + " characters");
    }
    if ((exponent || i - start > SURELY_FINITE)
        && Double.isInfinite(Double.parseDouble(text.substring(start, i)))) {
      throw new PacketFormatException("invalid payload: a number out of range");
    }
    return i;
  }

  private int digits(int from) {
    int i = from;
    while (isDigit(at(i))) {
      i++;
    }
    if (i == from) {
      throw invalid();
    }
    return i;
  }

  private int literal(int i, String literal) {
    if (!text.startsWith(literal, i)) {
      throw invalid();
    }
    return i + literal.length();
  }

  private int skipSpace(int from) {
    int i = from;
    while (true) {
      char c = at(i);
      if (c > ' ' || (c != ' ' && c != '\n' && c != '\r' && c != '\t')) {
        return i;
      }
      i++;
    }
  }

  private char at(int i) {
    return i < text.length() ? text.charAt(i) : 0;
  }

  private void expect(int i, char c) {
    if (at(i) != c) {
      throw invalid();
    }
  }

  private void checkDepth(int depth) {
    if (depth > maxDepth) {
      throw new PacketFormatException("invalid payload: nested deeper than " + maxDepth);
    }
  }

  private void checkEnd(int i) {
    if (skipSpace(i) != text.length()) {
      throw invalid();
    }
  }

  private void addElement(int start, int end) {
    if (2 * size == elements.length) {
      elements = Arrays.copyOf(elements, 2 * elements.length);
    }
    elements[2 * size] = start;
    elements[2 * size + 1] = end;
    size++;
  }

  private void addPlaceholder(int start, int end, int number) {
    if (number < 0) {
      throw new PacketFormatException("illegal attachments");
    }
    // what stands inside it goes with it
    while (found > 0 && placeholderStart(found - 1) > start) {
      found--;
    }
    if (3 * found == placeholders.length) {
      placeholders = Arrays.copyOf(placeholders, 2 * placeholders.length);
    }
    placeholders[3 * found] = start;
    placeholders[3 * found + 1] = end;
    placeholders[3 * found + 2] = number;
    found++;
  }

  private boolean isKey(String key, int start, int end) {
    if (end - start <= key.length()) {
      return end - start == key.length() && text.startsWith(key, start);
    }
    // longer, so it can only be the key if some of it is escaped, six characters for one at most
    return end - start <= 6 * key.length() && unescape(text.substring(start, end)).equals(key);
  }

  /** The number of the attachment meant, or -1 if there is none of that number. */
  private int attachmentNumber(int start, int end) {
    char first = at(start);
    if (!isDigit(first) && first != '-') {
      return -1;
    }
    double number = Double.parseDouble(text.substring(start, end));
    return number == Math.rint(number) && number >= 0 && number <= maxPlaceholder
        ? (int) number
        : -1;
  }

  /** What the inside of a valid JSON string stands for. */
  public static String unescape(String raw) {
    int i = raw.indexOf('\\');
    if (i < 0) {
      return raw;
    }
    StringBuilder result = new StringBuilder(raw.length());
    int from = 0;
    while (i >= 0) {
      result.append(raw, from, i);
      char c = raw.charAt(i + 1);
      if (c == 'u') {
        result.append((char) Integer.parseInt(raw, i + 2, i + 6, 16));
        from = i + 6;
      } else {
        result.append(unescape(c));
        from = i + 2;
      }
      i = raw.indexOf('\\', from);
    }
    return result.append(raw, from, raw.length()).toString();
  }

  private static char unescape(char c) {
    return switch (c) {
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      default -> c;
    };
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isHex(char c) {
    return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  }

  private static PacketFormatException invalid() {
    return new PacketFormatException("invalid payload");
  }
}
