package dev.switchboard.client.engine;

/** How many bytes text takes, without making them. */
final class Utf8Length {
  private Utf8Length() {}

  static int of(String text) {
    int length = text.length();
    int bytes = length;
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c >= 0x800) {
        bytes += Character.isSurrogate(c) ? 1 : 2; // a pair takes four
      } else if (c >= 0x80) {
        bytes++;
      }
    }
    return bytes;
  }
}
