package dev.switchboard.interop.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** How observations are written: ids left out, long texts cut, repetitions counted. */
final class Words {
  private static final Pattern SID = Pattern.compile("\"sid\":\"[\\w-]{20}\"");

  private Words() {}

  /** A text of the wire, readable in one line of a table. */
  static String shown(String text) {
    var shown = new StringBuilder();
    String anonymous = SID.matcher(text).replaceAll("\"sid\":\"…\"");
    int end = anonymous.length() > 120 ? 60 : anonymous.length();
    for (int i = 0; i < end; i++) {
      char next = anonymous.charAt(i);
      switch (next) {
        case '\r' -> shown.append("\\r");
        case '\n' -> shown.append("\\n");
        default -> {
          if (next < ' ' || next == 127 || (next > 127 && next < 256) || next == '\ufffd') {
            shown.append(next < 256 ? "\\x%02x".formatted((int) next) : "U+FFFD");
          } else {
            shown.append(next);
          }
        }
      }
    }
    if (end < anonymous.length()) {
      shown.append("… (").append(anonymous.length()).append(" characters)");
    }
    return shown.toString();
  }

  static String hex(byte[] bytes) {
    var hex = new StringBuilder("<");
    for (int i = 0; i < bytes.length && i < 16; i++) {
      hex.append("%02x".formatted(bytes[i]));
    }
    return hex.append(bytes.length > 16 ? "… " + bytes.length + " bytes>" : ">").toString();
  }

  /** One after the other, equal neighbours counted. */
  static String joined(List<String> words) {
    List<String> joined = new ArrayList<>();
    for (int i = 0; i < words.size(); ) {
      int next = i;
      while (next < words.size() && words.get(next).equals(words.get(i))) {
        next++;
      }
      joined.add(next - i == 1 ? words.get(i) : "%d x %s".formatted(next - i, words.get(i)));
      i = next;
    }
    return String.join("; ", joined);
  }
}
