package dev.switchboard.protocol.json;

import java.lang.reflect.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@link Json} by Jackson. */
final class JacksonJson implements Json {
  @Override
  public void writeArray(List<? extends @Nullable Object> values, JsonOutput out) {
    throw new IllegalStateException("skeleton");
  }

  @Override
  public void write(@Nullable Object value, JsonOutput out) {
    throw new IllegalStateException("skeleton");
  }

  @Override
  public @Nullable Object read(JsonValue value, Type type) {
    throw new IllegalStateException("skeleton");
  }

  @Override
  public @Nullable Object toTree(@Nullable Object value) {
    throw new IllegalStateException("skeleton");
  }

  @Override
  public @Nullable Object fromTree(@Nullable Object tree, Type type) {
    throw new IllegalStateException("skeleton");
  }
}
