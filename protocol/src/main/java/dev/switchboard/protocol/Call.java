package dev.switchboard.protocol;

import java.lang.reflect.Type;
import java.util.Objects;

/**
 * The name of an event that is answered, the type of its one argument and that of the answer, as a
 * constant that a server and a client share.
 *
 * @param <Q> the type of the argument
 * @param <R> the type of the acknowledgement
 */
public final class Call<Q, R> {
  private final String name;
  private final Type requestType;
  private final Type replyType;

  private Call(String name, Type requestType, Type replyType) {
    this.name = Objects.requireNonNull(name, "name");
    this.requestType = Objects.requireNonNull(requestType, "requestType");
    this.replyType = Objects.requireNonNull(replyType, "replyType");
  }

  /** A call between plain classes. */
  public static <Q, R> Call<Q, R> of(String name, Class<Q> requestType, Class<R> replyType) {
    return new Call<>(name, requestType, replyType);
  }

  /** A call with generic types. */
  public static <Q, R> Call<Q, R> of(String name, TypeRef<Q> requestType, TypeRef<R> replyType) {
    return new Call<>(name, requestType.type(), replyType.type());
  }

  public String name() {
    return name;
  }

  public Type requestType() {
    return requestType;
  }

  public Type replyType() {
    return replyType;
  }

  @Override
  public String toString() {
    return "Call["
        + name
        + ": "
        + requestType.getTypeName()
        + " -> "
        + replyType.getTypeName()
        + "]";
  }
}
