package dev.switchboard.protocol.socket;

import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.json.JsonScanner;
import dev.switchboard.protocol.json.JsonValue;
import java.lang.reflect.Type;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * Arguments as the JSON text they came in: slices of one message that was checked to be valid. An
 * argument costs two numbers until it is asked for.
 */
final class RawArgs implements Args {
  private final Json json;
  private final String text;

  /** Start and end of each argument. */
  private final int[] bounds;

  /** Where the placeholders start, ascending. */
  private final int[] placeholders;

  private final List<byte[]> attachments;

  private RawArgs(
      Json json, String text, int[] bounds, int[] placeholders, List<byte[]> attachments) {
    this.json = json;
    this.text = text;
    this.bounds = bounds;
    this.placeholders = placeholders;
    this.attachments = attachments;
  }

  /** The elements of the scanned array from {@code first} on. */
  static RawArgs of(Json json, String text, JsonScanner scanner, int first) {
    int[] bounds = new int[2 * (scanner.size() - first)];
    for (int i = first; i < scanner.size(); i++) {
      bounds[2 * (i - first)] = scanner.start(i);
      bounds[2 * (i - first) + 1] = scanner.end(i);
    }
    int[] placeholders = new int[scanner.placeholders()];
    Arrays.setAll(placeholders, scanner::placeholderStart);
    return new RawArgs(json, text, bounds, placeholders, List.of());
  }

  RawArgs withAttachments(List<byte[]> received) {
    return new RawArgs(json, text, bounds, placeholders, List.copyOf(received));
  }

  @Override
  public int size() {
    return bounds.length / 2;
  }

  @Override
  public @Nullable Object get(int index, Type type) {
    if (index < 0 || index >= size()) {
      return null;
    }
    try {
      return json.read(value(index), type);
    } catch (IllegalArgumentException e) {
      throw ValueArgs.mismatch(index, e);
    }
  }

  @Override
  public List<@Nullable Object> toList() {
    List<@Nullable Object> trees = new ArrayList<>(size());
    for (int i = 0; i < size(); i++) {
      trees.add(get(i));
    }
    return Collections.unmodifiableList(trees);
  }

  @Override
  public List<@Nullable Object> values() {
    return new Values(this);
  }

  private JsonValue value(int index) {
    int start = bounds[2 * index];
    int end = bounds[2 * index + 1];
    return new JsonValue(
        text.substring(start, end), hasPlaceholder(start, end) ? attachments : List.of());
  }

  private boolean hasPlaceholder(int start, int end) {
    if (placeholders.length == 0) {
      return false;
    }
    int found = Arrays.binarySearch(placeholders, start);
    int next = found >= 0 ? found : -found - 1;
    return next < placeholders.length && placeholders[next] < end;
  }

  @Override
  public String toString() {
    return size() + " arguments";
  }

  /** The arguments as {@link JsonValue}s, made when asked for. */
  private static final class Values extends AbstractList<@Nullable Object> implements RandomAccess {
    private final RawArgs args;

    Values(RawArgs args) {
      this.args = args;
    }

    @Override
    public JsonValue get(int index) {
      return args.value(index);
    }

    @Override
    public int size() {
      return args.size();
    }
  }
}
