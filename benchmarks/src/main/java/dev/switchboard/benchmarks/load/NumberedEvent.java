package dev.switchboard.benchmarks.load;

import java.nio.ByteBuffer;

/**
 * An event with one text argument that starts with a number of eight digits, so that whoever gets
 * it back can tell that nothing was lost, doubled or reordered. The frame is built once; only the
 * digits change. Used by one thread.
 */
final class NumberedEvent {

  /** Numbers wrap here. */
  static final int MODULUS = 100_000_000;

  private static final int DIGITS = 8;

  private final byte[] frame;
  private final int firstDigit;
  private final int headerLength;

  /**
   * @param name the event's name
   * @param argumentLength how many characters the text argument has, at least eight
   */
  NumberedEvent(String name, int argumentLength) {
    if (argumentLength < DIGITS) {
      throw new IllegalArgumentException(
          "an argument of at least " + DIGITS + " characters, not " + argumentLength);
    }
    String prefix = prefix(name);
    String payload = prefix + "0".repeat(DIGITS) + "x".repeat(argumentLength - DIGITS) + "\"]";
    frame = Frames.text(payload);
    headerLength = Frames.headerLength(payload.length());
    firstDigit = prefix.length();
  }

  /** The Engine.IO message up to the argument's first character. */
  static String prefix(String name) {
    return "42[\"" + name + "\",\"";
  }

  /** The length of the whole Engine.IO message that carries such an event. */
  static int messageLength(String name, int argumentLength) {
    return prefix(name).length() + argumentLength + 2;
  }

  /** The frame with this number; the array is used again by the next call. */
  byte[] frame(int number) {
    int rest = number;
    for (int i = firstDigit + DIGITS - 1; i >= firstDigit; i--) {
      frame[headerLength + i] = (byte) (('0' + rest % 10) ^ Frames.maskAt(i));
      rest /= 10;
    }
    return frame;
  }

  /** Reads the number of an event that a server sent. */
  static int number(ByteBuffer in, int firstDigit) {
    int number = 0;
    for (int i = firstDigit; i < firstDigit + DIGITS; i++) {
      number = number * 10 + in.get(i) - '0';
    }
    return number;
  }
}
