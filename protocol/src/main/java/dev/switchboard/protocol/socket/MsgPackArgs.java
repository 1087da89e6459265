package dev.switchboard.protocol.socket;

import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.json.MsgPackReader;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Arguments as the msgpack they came in: slices of one message that was checked to be valid. As a
 * tree, a message can take fifty times its bytes; so it does not become one while it waits for a
 * handler.
 */
final class MsgPackArgs implements Args {
  private final Json json;
  private final byte[] message;

  /** Where each argument starts, and where the last one ends. */
  private final int[] bounds;

  private final int first;
  private final int maxDepth;

  /**
   * @param first which of the values between the bounds is argument 0
   */
  MsgPackArgs(Json json, byte[] message, int[] bounds, int first, int maxDepth) {
    this.json = json;
    this.message = message;
    this.bounds = bounds;
    this.first = first;
    this.maxDepth = maxDepth;
  }

  @Override
  public int size() {
    return bounds.length - 1 - first;
  }

  @Override
  public @Nullable Object get(int index, Type type) {
    if (index < 0 || index >= size()) {
      return null;
    }
    Object tree = tree(index);
    if (tree == null || type == Object.class) {
      return tree;
    }
    try {
      return json.fromTree(tree, type);
    } catch (IllegalArgumentException e) {
      throw ValueArgs.mismatch(index, e);
    }
  }

  @Override
  public List<@Nullable Object> toList() {
    List<@Nullable Object> trees = new ArrayList<>(size());
    for (int i = 0; i < size(); i++) {
      trees.add(tree(i));
    }
    return Collections.unmodifiableList(trees);
  }

  @Override
  public List<@Nullable Object> values() {
    return toList();
  }

  private @Nullable Object tree(int index) {
    int start = bounds[first + index];
    int end = bounds[first + index + 1];
    return new MsgPackReader(message, start, end, maxDepth).read();
  }

  @Override
  public String toString() {
    return size() + " arguments";
  }
}
