package dev.switchboard.protocol.json;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.Base64Variant;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.SerializableString;
import tools.jackson.core.StreamWriteCapability;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.TokenStreamContext;
import tools.jackson.core.TreeNode;
import tools.jackson.core.Version;
import tools.jackson.core.exc.StreamWriteException;
import tools.jackson.core.json.JsonWriteContext;
import tools.jackson.core.util.JacksonFeatureSet;

/**
 * Takes what Jackson serializes and writes it to a {@link JsonOutput}: one buffer for all of a
 * packet, binary to the attachments wherever it is found, numbers and text by the same rules as
 * outside of Jackson. Used by one thread, for one value.
 */
final class JsonOutputGenerator extends JsonGenerator {
  private static final JacksonFeatureSet<StreamWriteCapability> CAPABILITIES =
      JacksonFeatureSet.fromDefaults(StreamWriteCapability.values());

  private final JsonOutput out;
  private JsonWriteContext context = JsonWriteContext.createRootContext(null);
  private boolean closed;

  JsonOutputGenerator(JsonOutput out) {
    this.out = out;
  }

  /** Writes a value that is JSON already. */
  void writeValue(JsonValue value) {
    beforeValue();
    out.value(value);
  }

  @Override
  public JsonGenerator writeStartArray() {
    return writeStartArray(null);
  }

  @Override
  public JsonGenerator writeStartArray(@Nullable Object currentValue) {
    beforeValue();
    context = context.createChildArrayContext(currentValue);
    return start('[');
  }

  @Override
  public JsonGenerator writeStartArray(@Nullable Object currentValue, int size) {
    return writeStartArray(currentValue);
  }

  @Override
  public JsonGenerator writeEndArray() {
    return end(']');
  }

  @Override
  public JsonGenerator writeStartObject() {
    return writeStartObject(null);
  }

  @Override
  public JsonGenerator writeStartObject(@Nullable Object currentValue) {
    beforeValue();
    context = context.createChildObjectContext(currentValue);
    return start('{');
  }

  @Override
  public JsonGenerator writeStartObject(@Nullable Object currentValue, int size) {
    return writeStartObject(currentValue);
  }

  @Override
  public JsonGenerator writeEndObject() {
    return end('}');
  }

  private JsonGenerator start(char bracket) {
    if (context.getNestingDepth() > JacksonJson.MAX_DEPTH) {
      throw new StreamWriteException(
          this, "nested deeper than " + JacksonJson.MAX_DEPTH + "; does the value hold itself?");
    }
    out.put(bracket);
    return this;
  }

  private JsonGenerator end(char bracket) {
    out.put(bracket);
    context = context.clearAndGetParent();
    return this;
  }

  private JsonOutput beforeValue() {
    switch (context.writeValue()) {
      case JsonWriteContext.STATUS_OK_AFTER_COMMA -> out.put(',');
      case JsonWriteContext.STATUS_OK_AFTER_COLON -> out.put(':');
      case JsonWriteContext.STATUS_EXPECT_NAME ->
          throw new StreamWriteException(this, "a property name is missing");
      default -> {
        // the first of an array, or the value itself
      }
    }
    return out;
  }

  @Override
  public JsonGenerator writeName(String name) {
    int status = context.writeName(name);
    if (status == JsonWriteContext.STATUS_EXPECT_VALUE) {
      throw new StreamWriteException(this, "a value is missing before property " + name);
    }
    if (status == JsonWriteContext.STATUS_OK_AFTER_COMMA) {
      out.put(',');
    }
    out.string(name);
    return this;
  }

  @Override
  public JsonGenerator writeName(SerializableString name) {
    return writeName(name.getValue());
  }

  @Override
  public JsonGenerator writePropertyId(long id) {
    return writeName(Long.toString(id));
  }

  @Override
  public JsonGenerator writeString(@Nullable String value) {
    if (value == null) {
      return writeNull();
    }
    beforeValue().string(value);
    return this;
  }

  @Override
  public JsonGenerator writeString(char[] buffer, int offset, int length) {
    return writeString(new String(buffer, offset, length));
  }

  @Override
  public JsonGenerator writeString(SerializableString value) {
    return writeString(value.getValue());
  }

  @Override
  public JsonGenerator writeString(Reader reader, int length) {
    StringBuilder text = new StringBuilder();
    char[] chunk = new char[1024];
    try {
      for (int n = reader.read(chunk); n >= 0; n = reader.read(chunk)) {
        text.append(chunk, 0, n);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return writeString(length < 0 ? text.toString() : text.substring(0, length));
  }

  @Override
  public JsonGenerator writeRawUTF8String(byte[] buffer, int offset, int length) {
    return writeRawValue("\"" + new String(buffer, offset, length, StandardCharsets.UTF_8) + "\"");
  }

  @Override
  public JsonGenerator writeUTF8String(byte[] buffer, int offset, int length) {
    return writeString(new String(buffer, offset, length, StandardCharsets.UTF_8));
  }

  @Override
  public JsonGenerator writeRaw(String text) {
    out.text(text);
    return this;
  }

  @Override
  public JsonGenerator writeRaw(String text, int offset, int length) {
    return writeRaw(text.substring(offset, offset + length));
  }

  @Override
  public JsonGenerator writeRaw(char[] text, int offset, int length) {
    return writeRaw(new String(text, offset, length));
  }

  @Override
  public JsonGenerator writeRaw(char c) {
    return writeRaw(String.valueOf(c));
  }

  @Override
  public JsonGenerator writeRawValue(String text) {
    beforeValue().text(text);
    return this;
  }

  @Override
  public JsonGenerator writeRawValue(String text, int offset, int length) {
    return writeRawValue(text.substring(offset, offset + length));
  }

  @Override
  public JsonGenerator writeRawValue(char[] text, int offset, int length) {
    return writeRawValue(new String(text, offset, length));
  }

  @Override
  public JsonGenerator writeBinary(Base64Variant variant, byte[] data, int offset, int length) {
    boolean whole = offset == 0 && length == data.length;
    beforeValue().attach(whole ? data : Arrays.copyOfRange(data, offset, offset + length));
    return this;
  }

  @Override
  public int writeBinary(Base64Variant variant, InputStream data, int length) {
    try {
      byte[] bytes = length < 0 ? data.readAllBytes() : data.readNBytes(length);
      beforeValue().attach(bytes);
      return bytes.length;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public JsonGenerator writeNumber(short value) {
    return writeNumber((long) value);
  }

  @Override
  public JsonGenerator writeNumber(int value) {
    return writeNumber((long) value);
  }

  @Override
  public JsonGenerator writeNumber(long value) {
    beforeValue().number(value);
    return this;
  }

  @Override
  public JsonGenerator writeNumber(BigInteger value) {
    return writeRawValue(value.toString());
  }

  @Override
  public JsonGenerator writeNumber(double value) {
    beforeValue().number(value);
    return this;
  }

  @Override
  public JsonGenerator writeNumber(float value) {
    beforeValue().number(value);
    return this;
  }

  @Override
  public JsonGenerator writeNumber(BigDecimal value) {
    return writeRawValue(value.toString());
  }

  @Override
  public JsonGenerator writeNumber(String encoded) {
    return writeRawValue(encoded);
  }

  @Override
  public JsonGenerator writeBoolean(boolean value) {
    return writeRawValue(value ? "true" : "false");
  }

  @Override
  public JsonGenerator writeNull() {
    return writeRawValue("null");
  }

  @Override
  public JsonGenerator writePOJO(Object pojo) {
    throw new StreamWriteException(this, "a serializer embeds a " + pojo.getClass().getName());
  }

  @Override
  public JsonGenerator writeTree(TreeNode tree) {
    throw new StreamWriteException(this, "a serializer embeds a " + tree.getClass().getName());
  }

  @Override
  public TokenStreamContext streamWriteContext() {
    return context;
  }

  @Override
  public ObjectWriteContext objectWriteContext() {
    return ObjectWriteContext.empty();
  }

  @Override
  public Object streamWriteOutputTarget() {
    return out;
  }

  @Override
  public int streamWriteOutputBuffered() {
    return 0;
  }

  @Override
  public Object currentValue() {
    return context.currentValue();
  }

  @Override
  public void assignCurrentValue(Object value) {
    context.assignCurrentValue(value);
  }

  @Override
  public JsonGenerator configure(StreamWriteFeature feature, boolean state) {
    return this;
  }

  @Override
  public boolean isEnabled(StreamWriteFeature feature) {
    return false;
  }

  @Override
  public int streamWriteFeatures() {
    return 0;
  }

  @Override
  public boolean has(StreamWriteCapability capability) {
    return CAPABILITIES.isEnabled(capability);
  }

  @Override
  public JacksonFeatureSet<StreamWriteCapability> streamWriteCapabilities() {
    return CAPABILITIES;
  }

  @Override
  public Version version() {
    return Version.unknownVersion();
  }

  @Override
  public void flush() {}

  @Override
  public boolean isClosed() {
    return closed;
  }

  @Override
  public void close() {
    closed = true;
  }
}
