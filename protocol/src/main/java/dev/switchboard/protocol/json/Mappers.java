package dev.switchboard.protocol.json;

import java.util.List;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;
import tools.jackson.databind.type.LogicalType;

/** How Jackson is set up: JavaScript's idea of JSON where there is one, else strict. */
final class Mappers {
  private Mappers() {}

  static ObjectMapper create(JacksonJson json, Consumer<JsonMapper.Builder> settings) {
    // sizes are bounded before, by the bytes of the message and by the parser's limits
    StreamReadConstraints constraints =
        StreamReadConstraints.builder()
            .maxNestingDepth(JacksonJson.MAX_DEPTH)
            .maxStringLength(Integer.MAX_VALUE)
            .maxNameLength(Integer.MAX_VALUE)
            .maxNumberLength(Integer.MAX_VALUE)
            .build();
    JsonMapper.Builder builder =
        JsonMapper.builder(JsonFactory.builder().streamReadConstraints(constraints).build())
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(EnumFeature.READ_ENUMS_USING_TO_STRING)
            .disable(EnumFeature.WRITE_ENUMS_USING_TO_STRING)
            .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .withCoercionConfig(
                LogicalType.Textual,
                text -> {
                  text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
                  text.setCoercion(CoercionInputShape.Float, CoercionAction.Fail);
                  text.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
                })
            .addModule(
                new SimpleModule("switchboard")
                    .addSerializer(JsonValue.class, new JsonValueSerializer(json))
                    .addDeserializer(JsonValue.class, new JsonValueDeserializer(json)));
    settings.accept(builder);
    return builder.build();
  }

  private static final class JsonValueSerializer extends StdSerializer<JsonValue> {
    private final JacksonJson json;

    JsonValueSerializer(JacksonJson json) {
      super(JsonValue.class);
      this.json = json;
    }

    @Override
    public void serialize(JsonValue value, JsonGenerator generator, SerializationContext context) {
      if (generator instanceof JsonOutputGenerator output) {
        output.writeValue(value);
      } else {
        // into Jackson's own buffer, on the way to another type: that has no raw text
        context.writeValue(generator, json.toTree(value));
      }
    }
  }

  private static final class JsonValueDeserializer extends StdDeserializer<JsonValue> {
    private final JacksonJson json;

    JsonValueDeserializer(JacksonJson json) {
      super(JsonValue.class);
      this.json = json;
    }

    @Override
    public JsonValue deserialize(JsonParser parser, DeserializationContext context) {
      JsonOutput out = new JsonOutput();
      json.write(TreeReader.read(parser, List.of()), out);
      return out.toValue();
    }

    @Override
    public JsonValue getNullValue(DeserializationContext context) throws JacksonException {
      return JsonValue.NULL;
    }
  }
}
