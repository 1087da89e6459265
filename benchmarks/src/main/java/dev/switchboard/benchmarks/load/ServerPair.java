package dev.switchboard.benchmarks.load;

import java.io.IOException;
import java.time.Duration;

/**
 * Two servers of a kind over one Redis, all three on the same core: what is asked of one is
 * delivered by the other. Their CPU is counted together.
 */
final class ServerPair implements Subject {

  private final RedisProcess redis;
  private final ServerProcess entry;
  private final ServerProcess other;

  private ServerPair(RedisProcess redis, ServerProcess entry, ServerProcess other) {
    this.redis = redis;
    this.entry = entry;
    this.other = other;
  }

  static ServerPair start(ServerSpec spec, Options options) throws IOException {
    RedisProcess redis = RedisProcess.start(options);
    ServerProcess entry = null;
    try {
      ServerSpec joined = spec.joined(redis.port());
      entry = ServerProcess.start(joined, options);
      return new ServerPair(redis, entry, ServerProcess.start(joined, options));
    } catch (IOException | IllegalStateException e) {
      if (entry != null) {
        entry.close();
      }
      redis.close();
      throw e;
    }
  }

  @Override
  public int port() {
    return other.port();
  }

  @Override
  public int entryPort() {
    return entry.port();
  }

  @Override
  public Duration cpu() throws IOException {
    return redis.cpu().plus(entry.cpu()).plus(other.cpu());
  }

  @Override
  public String toString() {
    return "processes %d and %d, Redis %d".formatted(entry.pid(), other.pid(), redis.pid());
  }

  @Override
  public void close() {
    entry.close();
    other.close();
    redis.close();
  }
}
