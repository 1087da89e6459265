package dev.switchboard.chat.cluster;

import dev.switchboard.redis.Redis;
import dev.switchboard.redis.RedisAdapters;

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
  };

  abstract RedisAdapters open(Redis redis);
}
