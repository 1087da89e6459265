package dev.switchboard.protocol;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Random trees, the same for the same seed. */
public final class Trees {
  private static final int[] CODE_POINTS = {
    'a', 'Z', '0', ' ', '"', '\\', '/', '\n', 0, 0x1e, 0x7f, 0xe9, 0x20ac, 0x2028, 0xfffd, 0x1f600
  };

  private final Random random;

  public Trees(long seed) {
    random = new Random(seed);
  }

  public @Nullable Object next() {
    return next(0);
  }

  private @Nullable Object next(int depth) {
    return switch (random.nextInt(depth > 4 ? 8 : 11)) {
      case 0 -> null;
      case 1 -> random.nextBoolean();
      case 2 -> random.nextInt(300) - 150;
      case 3 -> integer();
      case 4 -> floating();
      case 5, 6 -> text();
      case 7 -> binary();
      case 8 -> list(depth + 1);
      default -> map(depth + 1);
    };
  }

  public String text() {
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(8) == 0 ? random.nextInt(400) : random.nextInt(12);
    for (int i = 0; i < length; i++) {
      text.appendCodePoint(CODE_POINTS[random.nextInt(CODE_POINTS.length)]);
    }
    return text.toString();
  }

  public byte[] binary() {
    byte[] data = new byte[random.nextInt(8) == 0 ? random.nextInt(70_000) : random.nextInt(20)];
    random.nextBytes(data);
    return data;
  }

  public List<@Nullable Object> list(int depth) {
    List<@Nullable Object> list = new ArrayList<>();
    for (int size = size(); size > 0; size--) {
      list.add(next(depth));
    }
    return list;
  }

  public Map<String, @Nullable Object> map(int depth) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (int size = size(); size > 0; size--) {
      map.put(text(), next(depth));
    }
    return map;
  }

  /** Whether two trees are the same, binary by its bytes, numbers by their types too. */
  public static boolean same(@Nullable Object a, @Nullable Object b) {
    if (a instanceof byte[] data) {
      return b instanceof byte[] other && Arrays.equals(data, other);
    } else if (a instanceof List<?> list) {
      return b instanceof List<?> other && sameLists(list, other);
    } else if (a instanceof Map<?, ?> map) {
      return b instanceof Map<?, ?> other
          && List.copyOf(map.keySet()).equals(List.copyOf(other.keySet()))
          && sameLists(new ArrayList<>(map.values()), new ArrayList<>(other.values()));
    }
    return Objects.equals(a, b);
  }

  private static boolean sameLists(List<?> a, List<?> b) {
    boolean same = a.size() == b.size();
    for (int i = 0; same && i < a.size(); i++) {
      same = same(a.get(i), b.get(i));
    }
    return same;
  }

  private int size() {
    return random.nextInt(12) == 0 ? random.nextInt(40) : random.nextInt(5);
  }

  /** Of any size, as the type that a decoder would give it. */
  private Object integer() {
    long value = random.nextLong() >> random.nextInt(64);
    if (random.nextInt(10) == 0) {
      return BigInteger.ONE.shiftLeft(63).add(BigInteger.valueOf(value & Long.MAX_VALUE));
    } else if (value == (int) value) {
      return (int) value;
    }
    return value;
  }

  /** One that is no integer: JavaScript does not tell 1.0 from 1. */
  private Object floating() {
    double value = Double.longBitsToDouble(random.nextLong());
    return Double.isFinite(value) && value != Math.rint(value) ? value : random.nextInt() + 0.5;
  }
}
