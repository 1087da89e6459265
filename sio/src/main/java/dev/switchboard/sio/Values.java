package dev.switchboard.sio;

import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.json.JsonOutput;
import dev.switchboard.protocol.json.JsonScanner;
import dev.switchboard.protocol.json.JsonValue;
import dev.switchboard.protocol.json.PacketFormatException;
import dev.switchboard.sio.Usage.Mistake;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Arguments as people write and read them. Stateless. */
final class Values {
  private static final Json JSON = Json.create();
  private static final int MOST_DEPTH = 100;
  private static final int MOST_DIGITS = 64;

  /** So many bytes of binary are shown to people; scripts get them all. */
  private static final int SHOWN_BYTES = 32;

  private Values() {}

  /** An argument: JSON, binary, or else text. */
  static @Nullable Object argument(String word) throws Mistake {
    if (word.startsWith("hex:")) {
      try {
        return HexFormat.of().parseHex(word.substring(4));
      } catch (IllegalArgumentException e) {
        throw new Mistake(word + " is not binary: hex: wants pairs of the digits 0 to f");
      }
    }
    if (word.startsWith("@")) {
      try {
        return Files.readAllBytes(Path.of(word.substring(1)));
      } catch (IOException e) {
        throw new Mistake("cannot read the file " + word.substring(1));
      }
    }
    try {
      return read(word);
    } catch (PacketFormatException e) {
      return word;
    }
  }

  static @Nullable Object json(String text, String option) throws Mistake {
    try {
      return read(text);
    } catch (PacketFormatException e) {
      throw new Mistake(option + " is not JSON: " + text);
    }
  }

  private static @Nullable Object read(String text) {
    new JsonScanner(text, MOST_DEPTH, MOST_DIGITS).value(0);
    return JSON.read(new JsonValue(text, List.of()), Object.class);
  }

  /** Splits a line at blanks that stand in no quotes, brackets or braces. */
  static List<String> words(String line) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    int depth = 0;
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (quoted) {
        quoted = c != '"' || line.charAt(i - 1) == '\\';
      } else if (c == '"') {
        quoted = true;
      } else if (c == '[' || c == '{') {
        depth++;
      } else if (c == ']' || c == '}') {
        depth--;
      } else if (c == ' ' && depth == 0) {
        if (!word.isEmpty()) {
          words.add(word.toString());
          word.setLength(0);
        }
        continue;
      }
      word.append(c);
    }
    if (!word.isEmpty()) {
      words.add(word.toString());
    }
    return words;
  }

  /** For people: JSON, but binary as {@code <3 bytes 0102ff>}. */
  static String shown(@Nullable Object tree) {
    if (tree instanceof byte[] bytes) {
      int shown = Math.min(bytes.length, SHOWN_BYTES);
      String hex = HexFormat.of().formatHex(bytes, 0, shown) + (shown < bytes.length ? "…" : "");
      return "<" + bytes.length + (bytes.length == 1 ? " byte " : " bytes ") + hex + ">";
    }
    if (tree instanceof List<?> list) {
      return "[" + String.join(",", list.stream().map(Values::shown).toList()) + "]";
    }
    if (tree instanceof Map<?, ?> map) {
      List<String> fields = new ArrayList<>();
      map.forEach((key, value) -> fields.add(write(key) + ":" + shown(value)));
      return "{" + String.join(",", fields) + "}";
    }
    return write(tree);
  }

  /** For scripts: JSON, with binary as {@code {"length":3,"hex":"0102ff"}}. */
  static String write(@Nullable Object tree) {
    JsonOutput out = new JsonOutput();
    JSON.write(plain(tree), out);
    return out.toString(StandardCharsets.UTF_8);
  }

  private static @Nullable Object plain(@Nullable Object tree) {
    if (tree instanceof byte[] bytes) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("length", bytes.length);
      fields.put("hex", HexFormat.of().formatHex(bytes));
      return fields;
    }
    if (tree instanceof List<?> list) {
      List<@Nullable Object> plain = new ArrayList<>();
      list.forEach(each -> plain.add(plain(each)));
      return plain;
    }
    if (tree instanceof Map<?, ?> map) {
      Map<Object, @Nullable Object> plain = new LinkedHashMap<>();
      map.forEach((key, value) -> plain.put(key, plain(value)));
      return plain;
    }
    return tree;
  }
}
