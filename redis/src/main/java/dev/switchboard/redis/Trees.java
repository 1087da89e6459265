package dev.switchboard.redis;

import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.json.JsonOutput;
import dev.switchboard.protocol.json.JsonValue;
import dev.switchboard.protocol.json.MsgPack;
import dev.switchboard.protocol.json.PacketFormatException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes and reads the trees of messages, and checks what peers put into them. Any thread. */
final class Trees {
  /** Longer numbers are not exact in JavaScript. */
  private static final int MAX_DIGITS = 15;

  private final Json json;

  Trees(Json json) {
    this.json = json;
  }

  byte[] msgPack(Object tree) {
    return MsgPack.encode(tree, json::toTree);
  }

  /** Binary becomes what Node's {@code JSON.stringify} makes of a Buffer. */
  byte[] json(Object tree) {
    JsonOutput out = new JsonOutput();
    json.write(withoutBinary(json.toTree(tree)), out);
    return out.toByteArray();
  }

  @Nullable Object readJson(String text) {
    return json.read(new JsonValue(text, List.of()), Object.class);
  }

  private static @Nullable Object withoutBinary(@Nullable Object tree) {
    if (tree instanceof byte[] bytes) {
      List<Object> numbers = new ArrayList<>(bytes.length);
      for (byte b : bytes) {
        numbers.add(b & 0xff);
      }
      Map<String, Object> buffer = new LinkedHashMap<>();
      buffer.put("type", "Buffer");
      buffer.put("data", numbers);
      return buffer;
    }
    if (tree instanceof List<?> list) {
      List<@Nullable Object> copy = new ArrayList<>(list.size());
      for (Object element : list) {
        copy.add(withoutBinary(element));
      }
      return copy;
    }
    if (tree instanceof Map<?, ?> map) {
      Map<Object, @Nullable Object> copy = new LinkedHashMap<>();
      map.forEach((key, value) -> copy.put(key, withoutBinary(value)));
      return copy;
    }
    return tree;
  }

  static Map<?, ?> map(@Nullable Object tree, String what) {
    if (tree instanceof Map<?, ?> map) {
      return map;
    }
    throw new PacketFormatException(what + " is no map");
  }

  static List<?> list(@Nullable Object tree, String what) {
    if (tree instanceof List<?> list) {
      return list;
    }
    throw new PacketFormatException(what + " is no list");
  }

  static String text(@Nullable Object tree, String what) {
    if (tree instanceof String text) {
      return text;
    }
    throw new PacketFormatException(what + " is no text");
  }

  static int integer(@Nullable Object tree, String what) {
    if (tree instanceof Number number) {
      return number.intValue();
    }
    throw new PacketFormatException(what + " is no number");
  }

  /** Rooms and events may be numbers in JavaScript. */
  static String name(@Nullable Object tree) {
    if (tree instanceof String || tree instanceof Number) {
      return tree.toString();
    }
    throw new PacketFormatException("a name is neither text nor a number");
  }

  static Set<String> names(@Nullable Object tree) {
    Set<String> names = new LinkedHashSet<>();
    if (tree != null) {
      list(tree, "rooms").forEach(name -> names.add(name(name)));
    }
    return names;
  }

  /**
   * Rooms as they stand in a message. In JavaScript a room may be named by a number, and another
   * room by its text; here there is one of both, so a name that is a number stands for both.
   */
  static List<Object> rooms(Collection<String> names) {
    List<Object> rooms = new ArrayList<>(names);
    for (String name : names) {
      if (isNumber(name)) {
        rooms.add(Long.valueOf(name));
      }
    }
    return rooms;
  }

  /** Whether JavaScript writes some whole number just so. */
  private static boolean isNumber(String name) {
    if (name.isEmpty() || name.length() > MAX_DIGITS || name.startsWith("0")) {
      return name.equals("0");
    }
    for (int i = 0; i < name.length(); i++) {
      if (name.charAt(i) < '0' || name.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }
}
