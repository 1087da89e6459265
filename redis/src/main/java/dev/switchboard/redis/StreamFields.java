package dev.switchboard.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An entry of a stream as it stands in Redis.
 *
 * @param late whether the sockets of the node that wrote it had the message before it was written,
 *     and so without its offset; the reference has no such field, and does not mind it
 */
record StreamFields(ClusterCodec.Entry entry, boolean late) {
  private static final byte[] UID = "uid".getBytes(UTF_8);
  private static final byte[] NSP = "nsp".getBytes(UTF_8);
  private static final byte[] TYPE = "type".getBytes(UTF_8);
  private static final byte[] DATA = "data".getBytes(UTF_8);
  private static final byte[] LATE = "late".getBytes(UTF_8);

  /** The fields, or null if they do not name a namespace. */
  static @Nullable StreamFields of(@Nullable Map<byte[], byte[]> body) {
    if (body == null) {
      return null;
    }
    String uid = "";
    String nsp = null;
    String type = "";
    byte[] data = null;
    boolean late = false;
    for (Map.Entry<byte[], byte[]> field : body.entrySet()) {
      switch (new String(field.getKey(), UTF_8)) {
        case "uid" -> uid = new String(field.getValue(), UTF_8);
        case "nsp" -> nsp = new String(field.getValue(), UTF_8);
        case "type" -> type = new String(field.getValue(), UTF_8);
        case "data" -> data = field.getValue();
        case "late" -> late = true;
        default -> {
          // of a version to come
        }
      }
    }
    return nsp == null
        ? null
        : new StreamFields(new ClusterCodec.Entry(uid, nsp, type, data), late);
  }

  /** Names and values in turn, in the reference's order. */
  Object[] toArray() {
    List<Object> all = new ArrayList<>(10);
    add(all, UID, entry.uid().getBytes(UTF_8));
    add(all, NSP, entry.nsp().getBytes(UTF_8));
    add(all, TYPE, entry.type().getBytes(UTF_8));
    byte[] data = entry.data();
    if (data != null) {
      add(all, DATA, data);
    }
    if (late) {
      add(all, LATE, new byte[] {'1'});
    }
    return all.toArray();
  }

  private static void add(List<Object> all, byte[] name, byte[] value) {
    all.add(name);
    all.add(value);
  }
}
