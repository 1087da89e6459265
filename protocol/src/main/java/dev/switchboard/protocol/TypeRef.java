package dev.switchboard.protocol;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;

/**
 * A generic type as a value: {@code new TypeRef<List<String>>() {}}.
 *
 * @param <T> the type meant
 */
public abstract class TypeRef<T> {
  private final Type type;

  /** Reads the type from the subclass, so create it with braces. */
  protected TypeRef() {
    if (!(getClass().getGenericSuperclass() instanceof ParameterizedType parameterized)) {
      throw new IllegalStateException(
          "TypeRef needs a type argument: write new TypeRef<List<String>>() {}");
    }
    type = parameterized.getActualTypeArguments()[0];
  }

  public final Type type() {
    return type;
  }
}
