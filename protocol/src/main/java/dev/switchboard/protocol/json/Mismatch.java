package dev.switchboard.protocol.json;

import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.exc.InvalidDefinitionException;
import tools.jackson.databind.exc.ValueInstantiationException;

/** Says what was expected and what came, without repeating all of what came. */
final class Mismatch {
  private static final int SHOWN = 80;

  private Mismatch() {}

  static IllegalArgumentException ofJson(Type expected, String json, JacksonException cause) {
    return exception(expected, kind(json) + " " + shown(json), cause);
  }

  static IllegalArgumentException ofTree(
      Type expected, @Nullable Object tree, JacksonException cause) {
    return exception(expected, kindOfTree(tree), cause);
  }

  private static IllegalArgumentException exception(
      Type expected, String came, JacksonException cause) {
    StringBuilder message = new StringBuilder(120);
    message.append("expected ").append(expected.getTypeName());
    String path = path(cause);
    if (!path.isEmpty()) {
      message.append(", which does not fit at ").append(path);
    }
    message.append("; came ").append(came);
    if (cause instanceof InvalidDefinitionException) {
      // of the type, not of what came
      message.append("; ").append(cause.getOriginalMessage());
    }
    // Jackson's own message may quote the whole value; what a constructor threw is the user's
    return cause instanceof ValueInstantiationException && cause.getCause() != null
        ? new IllegalArgumentException(
            message.append(": ").append(cause.getCause().getMessage()).toString(), cause.getCause())
        : new IllegalArgumentException(message.toString());
  }

  private static String path(JacksonException cause) {
    return cause.getPath().stream()
        .map(
            step ->
                step.getPropertyName() != null
                    ? "." + step.getPropertyName()
                    : "[" + step.getIndex() + "]")
        .map(step -> step.length() <= SHOWN ? step : step.substring(0, SHOWN) + "...")
        .limit(8)
        .collect(Collectors.joining());
  }

  private static String kind(String json) {
    return switch (json.isEmpty() ? ' ' : json.charAt(0)) {
      case '{' -> "an object";
      case '[' -> "an array";
      case '"' -> "a string";
      case 't', 'f' -> "a boolean";
      case 'n' -> "null";
      case ' ' -> "nothing";
      default -> "a number";
    };
  }

  private static String kindOfTree(@Nullable Object tree) {
    if (tree == null) {
      return "null";
    } else if (tree instanceof Map) {
      return "an object";
    } else if (tree instanceof List) {
      return "an array";
    } else if (tree instanceof byte[] data) {
      return "binary of " + data.length + " bytes";
    } else if (tree instanceof String text) {
      return "a string " + shown(text);
    }
    return "a " + tree.getClass().getSimpleName() + " " + shown(tree.toString());
  }

  private static String shown(String text) {
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN - 3) + "...";
  }
}
