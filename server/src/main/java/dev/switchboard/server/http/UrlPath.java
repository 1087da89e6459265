package dev.switchboard.server.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The path of a URL, and the decoding of a path that names a file. */
final class UrlPath {
  private UrlPath() {}

  /** The path of a URL, as sent. */
  static String of(String url) {
    for (int i = 0; i < url.length(); i++) {
      char c = url.charAt(i);
      if (c == '?' || c == '#') {
        return url.substring(0, i);
      }
    }
    return url;
  }

  /**
   * Decodes the part of a path that names a file below a folder.
   *
   * @return the name, with {@code /} between its parts and perhaps at its end; empty if the path is
   *     not valid, or could lead out of the folder, or names something hidden
   */
  static Optional<String> fileName(String path) {
    String name = decode(path);
    if (name == null || name.indexOf('\\') >= 0 || name.indexOf('\0') >= 0) {
      return Optional.empty();
    }
    String[] parts = name.split("/", -1);
    for (int i = 0; i < parts.length; i++) {
      boolean endsInSlash = parts[i].isEmpty() && i == parts.length - 1;
      boolean hidden = parts[i].startsWith(".") && !parts[i].equals(".well-known");
      if (hidden || (parts[i].isEmpty() && !endsInSlash)) {
        return Optional.empty();
      }
    }
    return Optional.of(name);
  }

  private static @Nullable String decode(String path) {
    ByteBuffer bytes = ByteBuffer.allocate(path.length());
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c == '%') {
        int high = i + 2 < path.length() ? Character.digit(path.charAt(i + 1), 16) : -1;
        int low = high < 0 ? -1 : Character.digit(path.charAt(i + 2), 16);
        if (low < 0) {
          return null;
        }
        bytes.put((byte) (high << 4 | low));
        i += 2;
      } else if (c > 0x7e || c < 0x20) {
        return null;
      } else {
        bytes.put((byte) c);
      }
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
