package dev.switchboard.protocol.socket;

import dev.switchboard.protocol.json.Json;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Arguments that are values already: those to be sent, and the trees that a binary format was
 * decoded to.
 */
final class ValueArgs implements Args {
  static final ValueArgs NONE = new ValueArgs(Collections.emptyList(), null);

  private final List<@Nullable Object> values;
  private final @Nullable Json json;

  private ValueArgs(List<@Nullable Object> values, @Nullable Json json) {
    this.values = values;
    this.json = json;
  }

  static Args of(@Nullable Object... values) {
    return new ValueArgs(Collections.unmodifiableList(Arrays.asList(values.clone())), null);
  }

  static Args ofList(List<? extends @Nullable Object> values) {
    return new ValueArgs(Collections.unmodifiableList(new ArrayList<>(values)), null);
  }

  /** Trees, to be converted by {@code json} when another type is asked for. */
  static Args ofTrees(List<? extends @Nullable Object> trees, Json json) {
    return new ValueArgs(Collections.unmodifiableList(trees), json);
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
      return json().fromTree(json().toTree(value), type);
    } catch (IllegalArgumentException e) {
      throw mismatch(index, e);
    }
  }

  @Override
  public List<@Nullable Object> toList() {
    List<@Nullable Object> trees = new ArrayList<>(values.size());
    for (Object value : values) {
      trees.add(json().toTree(value));
    }
    return Collections.unmodifiableList(trees);
  }

  @Override
  public List<@Nullable Object> values() {
    return values;
  }

  private Json json() {
    return json != null ? json : Default.JSON;
  }

  private static boolean isA(Object value, Type type) {
    return type instanceof Class<?> wanted && wanted.isInstance(value);
  }

  @Override
  public String toString() {
    return size() + " arguments";
  }

  /** Made when first asked for: most values are sent, and never converted here. */
  private static final class Default {
    static final Json JSON = Json.create();
  }
}
