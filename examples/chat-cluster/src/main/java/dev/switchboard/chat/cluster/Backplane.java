package dev.switchboard.chat.cluster;

import dev.switchboard.redis.Redis;
import dev.switchboard.redis.RedisAdapters;
import dev.switchboard.redis.StreamsSettings;
import java.util.Locale;

/** How the nodes speak to each other over Redis. */
enum Backplane {
  /** Publish and subscribe, as most clusters of Node.js do. */
  CLASSIC {
    @Override
    RedisAdapters open(Redis redis) {
      return RedisAdapters.classic(redis);
    }
  },

  /** Shard channels of Redis 7: a node gets only what its clients are to get. */
  SHARDED {
    @Override
    RedisAdapters open(Redis redis) {
      return RedisAdapters.sharded(redis);
    }
  },

  /**
   * A stream, so that nothing gets lost while Redis is away, and clients that are cut off get what
   * they missed from whichever node they come back to, even when theirs was killed.
   */
  STREAMS {
    @Override
    RedisAdapters open(Redis redis) {
      return RedisAdapters.streams(redis, StreamsSettings.DEFAULT.sessionSnapshots(true));
    }
  };

  abstract RedisAdapters open(Redis redis);

  /** As the command line has it. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
