package dev.switchboard.protocol.socket;

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Arguments that are values already. */
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

  @Override
  public int size() {
    return values.size();
  }

  @Override
  public @Nullable Object get(int index, Type type) {
    throw new IllegalStateException("skeleton");
  }

  @Override
  public List<@Nullable Object> toList() {
    return values;
  }

  @Override
  public List<@Nullable Object> values() {
    return values;
  }
}
