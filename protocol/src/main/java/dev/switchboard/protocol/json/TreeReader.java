package dev.switchboard.protocol.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.exc.MismatchedInputException;

/** Reads JSON into trees, with the attachments where their placeholders stand. Any thread. */
final class TreeReader {
  private final ObjectMapper mapper;

  TreeReader(ObjectMapper mapper) {
    this.mapper = mapper;
  }

  @Nullable Object read(JsonValue value) {
    try (JsonParser parser = mapper.createParser(value.text())) {
      parser.nextToken();
      return read(parser, value.attachments());
    }
  }

  /** Reads the value at whose first token the parser stands. */
  static @Nullable Object read(JsonParser parser, List<byte[]> attachments) {
    JsonToken token = parser.currentToken();
    if (token == null) {
      throw MismatchedInputException.from(parser, Object.class, "no value");
    }
    return switch (token) {
      case VALUE_STRING -> parser.getString();
      case VALUE_NUMBER_INT -> parser.getNumberValue();
      case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      case VALUE_EMBEDDED_OBJECT -> parser.getEmbeddedObject();
      case START_OBJECT -> readObject(parser, attachments);
      case START_ARRAY -> readArray(parser, attachments);
      default -> throw MismatchedInputException.from(parser, Object.class, "no value: " + token);
    };
  }

  private static Object readObject(JsonParser parser, List<byte[]> attachments) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    String name = parser.nextName();
    while (name != null) {
      parser.nextToken();
      map.put(name, read(parser, attachments));
      name = parser.nextName();
    }
    if (!attachments.isEmpty() && Boolean.TRUE.equals(map.get("_placeholder"))) {
      return attachment(parser, map.get("num"), attachments);
    }
    return map;
  }

  private static List<@Nullable Object> readArray(JsonParser parser, List<byte[]> attachments) {
    List<@Nullable Object> list = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      list.add(read(parser, attachments));
    }
    return list;
  }

  private static byte[] attachment(
      JsonParser parser, @Nullable Object number, List<byte[]> attachments) {
    if (number instanceof Number n) {
      double index = n.doubleValue();
      if (index == Math.rint(index) && index >= 0 && index < attachments.size()) {
        return attachments.get((int) index);
      }
    }
    throw MismatchedInputException.from(
        parser, byte[].class, "a placeholder that names no attachment");
  }
}
