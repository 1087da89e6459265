package dev.switchboard.redis;

import dev.switchboard.protocol.cluster.BroadcastOptions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How a broadcast's options stand on the wire: only what differs from the default. */
final class Flags {
  private Flags() {}

  static Map<String, @Nullable Object> write(BroadcastOptions options) {
    Map<String, @Nullable Object> flags = new LinkedHashMap<>();
    if (options.isVolatile()) {
      flags.put("volatile", true);
    }
    if (!options.compress()) {
      flags.put("compress", false);
    }
    Duration timeout = options.timeout();
    if (timeout != null) {
      flags.put("timeout", timeout.toMillis());
    }
    return flags;
  }

  static BroadcastOptions read(Map<?, ?> options) {
    Map<?, ?> flags = options.get("flags") instanceof Map<?, ?> map ? map : Map.of();
    return new BroadcastOptions(
        Set.copyOf(Trees.names(options.get("rooms"))),
        Set.copyOf(Trees.names(options.get("except"))),
        false,
        Boolean.TRUE.equals(flags.get("volatile")),
        !Boolean.FALSE.equals(flags.get("compress")),
        flags.get("timeout") instanceof Number millis && millis.longValue() > 0
            ? Duration.ofMillis(millis.longValue())
            : null);
  }
}
