package dev.switchboard.interop.wire;

import java.io.Closeable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The server processes of a run, started when first needed, one a profile. Any thread may ask. */
final class Servers implements Closeable {
  private record Key(String profile, String limits) {}

  /** A process and the clients that must not notice what the rows do to it. */
  record Watched(ServerProcess process, Canary canary) {}

  private static final int WARM_UP = 20;

  private final ServerKind kind;
  private final Map<Key, Watched> running = new LinkedHashMap<>();

  Servers(ServerKind kind) {
    this.kind = kind;
  }

  /** The process for a profile; a new one when that of before died. */
  synchronized Watched of(String profile, String limits) {
    var key = new Key(profile, limits);
    Watched watched = running.get(key);
    if (watched == null || !watched.process().isAlive()) {
      ServerProcess process = ServerProcess.start(kind, profile, limits);
      watched = new Watched(process, canary(kind, process, profile));
      running.put(key, watched);
    }
    return watched;
  }

  /**
   * The first answers of a JVM are slow, beside others even slower than the app's time-outs: some
   * canaries come and go before the one that is watched.
   */
  private static Canary canary(ServerKind kind, ServerProcess process, String profile) {
    for (int i = 0; true; i++) {
      try {
        Canary canary = Canary.in(process, profile);
        if (i >= WARM_UP && canary.complaint(kind).isEmpty()) {
          return canary;
        }
        canary.close();
      } catch (IllegalStateException tooSlow) {
        if (i > 2 * WARM_UP) {
          throw tooSlow;
        }
      }
    }
  }

  synchronized List<String> complaints() {
    return running.values().stream()
        .flatMap(server -> server.process().complaints().stream())
        .toList();
  }

  @Override
  public synchronized void close() {
    running.values().forEach(server -> server.canary().close());
    running.values().forEach(server -> server.process().close());
  }
}
