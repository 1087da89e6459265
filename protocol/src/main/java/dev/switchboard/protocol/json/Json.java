package dev.switchboard.protocol.json;

import java.lang.reflect.Type;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON to and from Java values. Every value may hold binary ({@code byte[]} or {@link
 * java.nio.ByteBuffer}) at any depth.
 *
 * <p>A <em>tree</em> is a value made of {@code null}, {@code Boolean}, {@code Integer}, {@code
 * Long}, {@code BigInteger}, {@code Double}, {@code String}, {@code byte[]}, {@code List} and
 * {@code Map} with text keys only; and of {@code Instant}, where one was given outside of records
 * and beans or came over msgpack. In JSON an instant is text.
 *
 * <p>Safe for use by several threads.
 */
public interface Json {
  /**
   * The default: Jackson 3 with sensible settings for records, {@code java.time}, {@code Optional}.
   */
  static Json create() {
    return create(settings -> {});
  }

  /**
   * As {@link #create()}, with settings of Jackson's changed: {@code Json.create(jackson ->
   * jackson.addModule(new KotlinModule()))}. They hold for records, beans and what is in them;
   * text, numbers, maps and lists that stand outside of these are written without Jackson.
   */
  static Json create(Consumer<JsonMapper.Builder> settings) {
    return new JacksonJson(settings);
  }

  /**
   * Appends the values as the elements of one JSON array, {@code [a,b,c]}, to {@code out}, as
   * UTF-8; binary goes to {@code out}'s attachments and leaves a placeholder.
   *
   * @throws IllegalArgumentException if a value cannot be written; the message names the type
   */
  void writeArray(List<? extends @Nullable Object> values, JsonOutput out);

  /** Appends one value. */
  void write(@Nullable Object value, JsonOutput out);

  /**
   * The value as the given type. {@code Object} gives a tree; {@code JsonValue} gives the value
   * itself.
   */
  @Nullable Object read(JsonValue value, Type type);

  /** Any value as a tree: records and beans become maps. */
  @Nullable Object toTree(@Nullable Object value);

  /** A tree as the given type. */
  @Nullable Object fromTree(@Nullable Object tree, Type type);
}
