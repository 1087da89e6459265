package dev.switchboard.protocol;

import java.lang.reflect.Type;
import java.util.Objects;

/**
 * The name of an event and the type of its one argument, as a constant that a server and a client
 * share.
 *
 * @param <T> the type of the argument
 */
public final class Event<T> {
  private final String name;
  private final Type type;

  private Event(String name, Type type) {
    this.name = Objects.requireNonNull(name, "name");
    this.type = Objects.requireNonNull(type, "type");
  }

  /** An event whose argument is of a plain class: a record, a String, {@code byte[]}. */
  public static <T> Event<T> of(String name, Class<T> type) {
    return new Event<>(name, type);
  }

  /**
   * An event whose argument is of a generic type: {@code Event.of("names", new
   * TypeRef<List<String>>() {})}.
   */
  public static <T> Event<T> of(String name, TypeRef<T> type) {
    return new Event<>(name, type.type());
  }

  public String name() {
    return name;
  }

  public Type type() {
    return type;
  }

  @Override
  public String toString() {
    return "Event[" + name + ": " + type.getTypeName() + "]";
  }
}
