package dev.switchboard.protocol.socket;

/**
 * The names of events that are numbers: JavaScript emits and takes them; here they are their text.
 */
final class EventNames {
  private static final double EXACT_INTEGERS = 9_007_199_254_740_992.0;

  private EventNames() {}

  static String ofNumber(double number) {
    return number == Math.rint(number) && Math.abs(number) <= EXACT_INTEGERS
        ? Long.toString((long) number)
        : Double.toString(number);
  }
}
