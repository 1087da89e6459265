package dev.switchboard.protocol.socket;

import dev.switchboard.protocol.TypeRef;
import java.lang.reflect.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of an event or of an acknowledgement. Those that came over the wire are decoded
 * when asked, each time into the type asked for; those that are to be sent are the values
 * themselves.
 *
 * <p>Immutable, safe for any thread.
 */
public interface Args {
  /** No arguments. */
  static Args none() {
    return ValueArgs.NONE;
  }

  /** Arguments to be sent. */
  static Args of(@Nullable Object... values) {
    return ValueArgs.of(values);
  }

  /** Arguments to be sent. */
  static Args ofList(List<? extends @Nullable Object> values) {
    return ValueArgs.ofList(values);
  }

  int size();

  /**
   * The argument at {@code index} as the given class, or null where it is null or there are fewer
   * arguments (as in JavaScript).
   *
   * @throws IllegalArgumentException if it is not of that shape; the message names the index, what
   *     was expected and what came
   */
  @SuppressWarnings("unchecked") // the codec gives what the type says, or throws
  default <T> @Nullable T get(int index, Class<T> type) {
    return (T) get(index, (Type) type);
  }

  /** The argument at {@code index} as a generic type. */
  @SuppressWarnings("unchecked") // as above
  default <T> @Nullable T get(int index, TypeRef<T> type) {
    return (T) get(index, type.type());
  }

  /** The argument at {@code index} as a type known only at run time. */
  @Nullable Object get(int index, Type type);

  /**
   * The argument at {@code index} as a tree: text, number, boolean, null, {@code byte[]}, {@code
   * List} or {@code Map}.
   */
  default @Nullable Object get(int index) {
    return get(index, (Type) Object.class);
  }

  /** All arguments as trees. */
  List<@Nullable Object> toList();

  /**
   * What to hand to an encoder to send these arguments on: raw values stay raw, so that nothing is
   * parsed only to be written anew.
   */
  List<@Nullable Object> values();
}
