package dev.switchboard.protocol.socket;

import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.json.JsonValue;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Arguments that are values already: those to be sent. Mostly nobody asks them for another type.
 */
final class ValueArgs implements Args {
  static final ValueArgs NONE = new ValueArgs(Collections.emptyList());

  private final List<@Nullable Object> values;

  private ValueArgs(List<@Nullable Object> values) {
    this.values = values;
  }

  static Args of(@Nullable Object... values) {
    return new ValueArgs(Collections.unmodifiableList(Arrays.asList(values.clone())));
  }

  static Args ofList(List<? extends @Nullable Object> values) {
    return new ValueArgs(Collections.unmodifiableList(new ArrayList<>(values)));
  }

  static IllegalArgumentException mismatch(int index, IllegalArgumentException e) {
    return new IllegalArgumentException("argument " + index + ": " + e.getMessage(), e.getCause());
  }

  @Override
  public int size() {
    return values.size();
  }

  @Override
  public @Nullable Object get(int index, Type type) {
    Object value = index < 0 || index >= values.size() ? null : values.get(index);
    if (value == null || (type != Object.class && isA(value, type))) {
      return value;
    }
    try {
      return value instanceof JsonValue raw
          ? Default.JSON.read(raw, type)
          : Default.JSON.fromTree(Default.JSON.toTree(value), type);
    } catch (IllegalArgumentException e) {
      throw mismatch(index, e);
    }
  }

  @Override
  public List<@Nullable Object> toList() {
    List<@Nullable Object> trees = new ArrayList<>(values.size());
    for (Object value : values) {
      trees.add(Default.JSON.toTree(value));
    }
    return Collections.unmodifiableList(trees);
  }

  @Override
  public List<@Nullable Object> values() {
    return values;
  }

  private static boolean isA(Object value, Type type) {
    return type instanceof Class<?> wanted && wanted.isInstance(value);
  }

  @Override
  public String toString() {
    return size() + " arguments";
  }

  /** Made when first asked for. */
  private static final class Default {
    static final Json JSON = Json.create();
  }
}
