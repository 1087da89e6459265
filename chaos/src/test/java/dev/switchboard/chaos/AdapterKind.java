package dev.switchboard.chaos;

import dev.switchboard.redis.Redis;
import dev.switchboard.redis.RedisAdapters;
import dev.switchboard.redis.RedisEmitter;
import dev.switchboard.redis.StreamsSettings;
import java.util.Locale;
import java.util.stream.Stream;

/** The adapters that the rows are played with. */
enum AdapterKind {
  CLASSIC {
    @Override
    RedisAdapters over(Redis redis) {
      return RedisAdapters.classic(redis);
    }

    @Override
    RedisEmitter emitter(Redis redis) {
      return RedisEmitter.classic(redis);
    }
  },

  SHARDED {
    @Override
    RedisAdapters over(Redis redis) {
      return RedisAdapters.sharded(redis);
    }

    @Override
    RedisEmitter emitter(Redis redis) {
      return RedisEmitter.sharded(redis);
    }
  },

  STREAMS {
    @Override
    RedisAdapters over(Redis redis) {
      return RedisAdapters.streams(redis);
    }

    @Override
    RedisEmitter emitter(Redis redis) {
      return RedisEmitter.streams(redis);
    }

    @Override
    RedisAdapters withSnapshots(Redis redis) {
      return RedisAdapters.streams(redis, StreamsSettings.DEFAULT.sessionSnapshots(true));
    }
  };

  /** For rows that take long: one adapter stands for all unless the figures are full. */
  static Stream<AdapterKind> classicForAll() {
    return Figures.FULL ? Stream.of(values()) : Stream.of(CLASSIC);
  }

  static Stream<AdapterKind> shardedForAll() {
    return Figures.FULL ? Stream.of(values()) : Stream.of(SHARDED);
  }

  static Stream<AdapterKind> streamsForAll() {
    return Figures.FULL ? Stream.of(values()) : Stream.of(STREAMS);
  }

  abstract RedisAdapters over(Redis redis);

  abstract RedisEmitter emitter(Redis redis);

  /** With sessions that outlive a node that is killed. */
  RedisAdapters withSnapshots(Redis redis) {
    throw new UnsupportedOperationException(this + " knows no sessions");
  }

  /** Whether it keeps what is published while Redis is away. */
  boolean isLossless() {
    return this == STREAMS;
  }

  /** Options of a Redis that keeps what is to be kept when it is killed. */
  String[] durable() {
    return isLossless()
        ? new String[] {"--appendonly", "yes", "--appendfsync", "always"}
        : new String[0];
  }

  /** As the scenario server's {@code ADAPTER} has it. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
