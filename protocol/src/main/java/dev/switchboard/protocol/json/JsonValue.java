package dev.switchboard.protocol.json;

import java.util.List;
import java.util.Objects;

/**
 * One JSON value as its text, with the binary attachments that its placeholders name. It can be
 * sent on as it came, without being parsed; {@link Json} turns it into a typed value when one is
 * asked for.
 *
 * <p>Ask for an argument as {@code JsonValue} to pass it on untouched: {@code args.get(0,
 * JsonValue.class)}.
 *
 * @param text valid JSON; where it has {@code {"_placeholder":true,"num":n}} and there are
 *     attachments, attachment {@code n} stands there
 * @param attachments the attachments of the whole packet, never changed
 */
public record JsonValue(String text, List<byte[]> attachments) {
  public static final JsonValue NULL = new JsonValue("null", List.of());

  public JsonValue {
    Objects.requireNonNull(text, "text");
    attachments = List.copyOf(attachments);
  }
}
