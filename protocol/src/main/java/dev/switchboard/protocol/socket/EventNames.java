package dev.switchboard.protocol.socket;

import java.math.BigDecimal;

/**
 * The names of events that are numbers: JavaScript emits and takes them; here they are the text
 * that JavaScript makes of them.
 */
final class EventNames {
  private static final double EXACT_INTEGERS = 9_007_199_254_740_992.0;

  private EventNames() {}

  static String ofNumber(double number) {
    double size = Math.abs(number);
    if (number == Math.rint(number) && size <= EXACT_INTEGERS) {
      return Long.toString((long) number);
    } else if (!Double.isFinite(number)) {
      return Double.toString(number);
    }
    BigDecimal digits = new BigDecimal(Double.toString(number)).stripTrailingZeros();
    if (size >= 1e-6 && size < 1e21) {
      return digits.toPlainString();
    }
    int exponent = digits.precision() - digits.scale() - 1;
    return digits.movePointLeft(exponent).toPlainString()
        + (exponent < 0 ? "e-" : "e+")
        + Math.abs(exponent);
  }
}
