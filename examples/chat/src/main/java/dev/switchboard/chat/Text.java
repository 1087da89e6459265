package dev.switchboard.chat;

import org.jspecify.annotations.Nullable;

/** What people write, checked: names of persons and rooms, and messages. */
final class Text {
  private static final int NAME_LENGTH = 32;
  private static final int MESSAGE_LENGTH = 4_000;

  private Text() {}

  /** A person's or room's name, without the blanks around it. */
  static String name(@Nullable String name) {
    return checked(name, "A name", NAME_LENGTH);
  }

  static String message(@Nullable String message) {
    return checked(message, "A message", MESSAGE_LENGTH);
  }

  private static String checked(@Nullable String text, String what, int longest) {
    String trimmed = text == null ? "" : text.strip();
    int length = trimmed.codePointCount(0, trimmed.length());
    if (length == 0 || length > longest) {
      throw new Refused(what + " has 1 to " + longest + " characters.");
    }
    return trimmed;
  }
}
