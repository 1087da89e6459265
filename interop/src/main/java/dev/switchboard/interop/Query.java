package dev.switchboard.interop;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The argument of a control event: an object whose parts all may be missing. */
record Query(Map<?, ?> parts) {
  /** Of an event's first argument; anything but an object counts as an empty one. */
  static Query of(@Nullable Object argument) {
    return new Query(argument instanceof Map<?, ?> map ? map : Map.of());
  }

  /** A list; a bare value is a list of one, null and a missing one are empty. */
  List<? extends @Nullable Object> list(String name) {
    Object value = parts.get(name);
    if (value == null) {
      return List.of();
    }
    return value instanceof List<?> list ? list : List.of(value);
  }

  /** The names of rooms: what is no text becomes one, as in the reference's maps. */
  List<String> rooms(String name) {
    return list(name).stream().map(String::valueOf).toList();
  }

  String text(String name) {
    return String.valueOf(parts.get(name));
  }

  boolean flag(String name) {
    return Boolean.TRUE.equals(parts.get(name));
  }

  /** Whether the part is there and false. */
  boolean isOff(String name) {
    return Boolean.FALSE.equals(parts.get(name));
  }

  Optional<Long> number(String name) {
    return parts.get(name) instanceof Number number
        ? Optional.of(number.longValue())
        : Optional.empty();
  }

  Map<?, ?> object(String name) {
    return parts.get(name) instanceof Map<?, ?> map ? map : Map.of();
  }
}
