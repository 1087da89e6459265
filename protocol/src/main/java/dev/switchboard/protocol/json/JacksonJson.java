package dev.switchboard.protocol.json;

import java.lang.invoke.MethodType;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@link Json} by Jackson.
 *
 * <p>Text, numbers, maps, lists and binary, which is most of what is sent, are written and walked
 * here; Jackson does records, beans and all the rest, through {@link JsonOutputGenerator} into the
 * same buffer and by the same rules.
 */
final class JacksonJson implements Json {
  /** How deep written values may nest; also the most that a parser can be told to accept. */
  static final int MAX_DEPTH = 1000;

  private final ObjectMapper mapper;
  private final TreeReader trees;

  JacksonJson(Consumer<JsonMapper.Builder> settings) {
    mapper = Mappers.create(this, settings);
    trees = new TreeReader(mapper);
  }

  @Override
  public void writeArray(List<? extends @Nullable Object> values, JsonOutput out) {
    write(values, out, 0);
  }

  @Override
  public void write(@Nullable Object value, JsonOutput out) {
    write(value, out, 0);
  }

  private void write(@Nullable Object value, JsonOutput out, int depth) {
    if (value == null) {
      out.text("null");
    } else if (value instanceof String text) {
      out.string(text);
    } else if (value instanceof Number number) {
      write(number, out);
    } else if (value instanceof Boolean bool) {
      out.text(bool ? "true" : "false");
    } else if (value instanceof Map<?, ?> map) {
      write(map, out, deeper(depth));
    } else if (value instanceof Collection<?> collection) {
      write(collection, out, deeper(depth));
    } else if (value instanceof byte[] data) {
      out.attach(data);
    } else if (value instanceof ByteBuffer data) {
      out.attach(data);
    } else if (value instanceof JsonValue json) {
      out.value(json);
    } else if (value instanceof Optional<?> optional) {
      write(optional.orElse(null), out, depth);
    } else {
      bind(value, out);
    }
  }

  private void write(Number number, JsonOutput out) {
    if (number instanceof Integer || number instanceof Long) {
      out.number(number.longValue());
    } else if (number instanceof Double) {
      out.number(number.doubleValue());
    } else if (number instanceof Float) {
      out.number(number.floatValue());
    } else {
      bind(number, out);
    }
  }

  private void write(Map<?, ?> map, JsonOutput out, int depth) {
    out.put('{');
    boolean first = true;
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      if (!first) {
        out.put(',');
      }
      first = false;
      out.string(key(entry.getKey()));
      out.put(':');
      write(entry.getValue(), out, depth);
    }
    out.put('}');
  }

  private void write(Collection<?> values, JsonOutput out, int depth) {
    out.put('[');
    boolean first = true;
    for (Object value : values) {
      if (!first) {
        out.put(',');
      }
      first = false;
      write(value, out, depth);
    }
    out.put(']');
  }

  private void bind(Object value, JsonOutput out) {
    try {
      mapper.writeValue(new JsonOutputGenerator(out), value);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          "cannot write a " + value.getClass().getName() + " as JSON: " + e.getOriginalMessage(),
          e);
    }
  }

  @Override
  public @Nullable Object read(JsonValue value, Type type) {
    if (type == JsonValue.class) {
      return value;
    }
    String text = value.text();
    if (type == String.class && isPlainString(text)) {
      return text.substring(1, text.length() - 1);
    }
    try {
      if (type == Object.class) {
        return trees.read(value);
      }
      return value.attachments().isEmpty()
          ? mapper.readValue(text, mapper.constructType(boxed(type)))
          : fromTree(trees.read(value), type);
    } catch (JacksonException e) {
      throw Mismatch.ofJson(type, text, e);
    }
  }

  @Override
  public @Nullable Object toTree(@Nullable Object value) {
    return toTree(value, 0);
  }

  private @Nullable Object toTree(@Nullable Object value, int depth) {
    if (value == null
        || value instanceof String
        || value instanceof Boolean
        || value instanceof byte[]
        || value instanceof Instant) {
      return value;
    } else if (value instanceof Number number) {
      return toTree(number);
    } else if (value instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> tree = new LinkedHashMap<>();
      int inside = deeper(depth);
      map.forEach((key, element) -> tree.put(key(key), toTree(element, inside)));
      return tree;
    } else if (value instanceof Collection<?> collection) {
      List<@Nullable Object> tree = new ArrayList<>(collection.size());
      int inside = deeper(depth);
      collection.forEach(element -> tree.add(toTree(element, inside)));
      return tree;
    } else if (value instanceof ByteBuffer data) {
      return JsonOutput.bytes(data);
    } else if (value instanceof Date date && value.getClass() == Date.class) {
      return date.toInstant();
    } else if (value instanceof Optional<?> optional) {
      return toTree(optional.orElse(null), depth);
    }
    return throughJson(value);
  }

  private @Nullable Object toTree(Number number) {
    if (number instanceof Integer
        || number instanceof Long
        || number instanceof Double
        || number instanceof BigInteger) {
      return number;
    } else if (number instanceof Short || number instanceof Byte) {
      return number.intValue();
    } else if (number instanceof Float || number instanceof BigDecimal) {
      // by its digits: 0.1f means 0.1
      return Double.valueOf(number.toString());
    }
    return throughJson(number);
  }

  private @Nullable Object throughJson(Object value) {
    JsonValue json;
    if (value instanceof JsonValue given) {
      json = given;
    } else {
      JsonOutput out = new JsonOutput();
      bind(value, out);
      json = out.toValue();
    }
    try {
      return trees.read(json);
    } catch (JacksonException e) {
      throw new IllegalArgumentException("not a valid JsonValue: " + e.getOriginalMessage(), e);
    }
  }

  @Override
  public @Nullable Object fromTree(@Nullable Object tree, Type type) {
    Type boxed = boxed(type);
    if (boxed instanceof Class<?> wanted && wanted.isInstance(tree)) {
      return tree;
    }
    if (type == JsonValue.class) {
      JsonOutput out = new JsonOutput();
      write(tree, out);
      return out.toValue();
    }
    try {
      return mapper.convertValue(tree, mapper.constructType(boxed));
    } catch (JacksonException e) {
      throw Mismatch.ofTree(type, tree, e);
    }
  }

  static String key(@Nullable Object key) {
    if (key instanceof String text) {
      return text;
    }
    return key instanceof Enum<?> constant ? constant.name() : String.valueOf(key);
  }

  private static int deeper(int depth) {
    if (depth >= MAX_DEPTH) {
      throw new IllegalArgumentException(
          "nested deeper than " + MAX_DEPTH + "; does the value hold itself?");
    }
    return depth + 1;
  }

  /** Whether the text is a JSON string without escapes; the text is valid JSON. */
  private static boolean isPlainString(String text) {
    return text.startsWith("\"") && text.endsWith("\"") && text.indexOf('\\') < 0;
  }

  /** A reader may ask for {@code int.class}; null and absent are null all the same. */
  private static Type boxed(Type type) {
    return type instanceof Class<?> c && c.isPrimitive()
        ? MethodType.methodType(c).wrap().returnType()
        : type;
  }
}
