package dev.switchboard.interop;

import dev.switchboard.redis.ClassicSettings;
import dev.switchboard.redis.Redis;
import dev.switchboard.redis.RedisAdapters;
import dev.switchboard.redis.RedisEmitter;
import dev.switchboard.redis.ShardedSettings;
import dev.switchboard.redis.StreamsSettings;
import dev.switchboard.redis.SubscriptionMode;
import java.util.Map;

/**
 * The adapters that the environment can ask for: {@code ADAPTER}, {@code ADAPTER_OPTS}, {@code
 * REDIS_URL}.
 */
enum Adapters {
  CLASSIC {
    @Override
    RedisAdapters create(Redis redis, Map<?, ?> options) {
      return RedisAdapters.classic(redis, settings(options));
    }

    @Override
    RedisEmitter emitter(Redis redis, Map<?, ?> options) {
      return RedisEmitter.classic(redis, settings(options));
    }

    private ClassicSettings settings(Map<?, ?> options) {
      ClassicSettings settings = ClassicSettings.DEFAULT;
      for (Map.Entry<?, ?> option : options.entrySet()) {
        settings =
            switch (String.valueOf(option.getKey())) {
              case "key" -> settings.key(String.valueOf(option.getValue()));
              case "publishOnSpecificResponseChannel" ->
                  settings.publishOnSpecificResponseChannel((Boolean) option.getValue());
              case "dynamicRooms" -> settings.dynamicRooms((Boolean) option.getValue());
              default -> throw unknown(option.getKey());
            };
      }
      return settings;
    }
  },

  SHARDED {
    @Override
    RedisAdapters create(Redis redis, Map<?, ?> options) {
      return RedisAdapters.sharded(redis, settings(options));
    }

    @Override
    RedisEmitter emitter(Redis redis, Map<?, ?> options) {
      return RedisEmitter.sharded(redis, settings(options));
    }

    private ShardedSettings settings(Map<?, ?> options) {
      ShardedSettings settings = ShardedSettings.DEFAULT;
      for (Map.Entry<?, ?> option : options.entrySet()) {
        String value = String.valueOf(option.getValue());
        settings =
            switch (String.valueOf(option.getKey())) {
              case "channelPrefix" -> settings.channelPrefix(value);
              case "subscriptionMode" -> settings.subscriptionMode(SubscriptionMode.of(value));
              default -> throw unknown(option.getKey());
            };
      }
      return settings;
    }
  },

  STREAMS {
    @Override
    RedisAdapters create(Redis redis, Map<?, ?> options) {
      return RedisAdapters.streams(redis, settings(options));
    }

    @Override
    RedisEmitter emitter(Redis redis, Map<?, ?> options) {
      return RedisEmitter.streams(redis, settings(options));
    }

    private StreamsSettings settings(Map<?, ?> options) {
      StreamsSettings settings = StreamsSettings.DEFAULT;
      for (Map.Entry<?, ?> option : options.entrySet()) {
        Object value = option.getValue();
        settings =
            switch (String.valueOf(option.getKey())) {
              case "streamName" -> settings.streamName(String.valueOf(value));
              case "streamCount" -> settings.streamCount(((Number) value).intValue());
              case "channelPrefix" -> settings.channelPrefix(String.valueOf(value));
              case "useShardedPubSub" -> settings.useShardedPubSub((Boolean) value);
              case "onlyPlaintext" -> settings.onlyPlaintext((Boolean) value);
              case "sessionSnapshots" -> settings.sessionSnapshots((Boolean) value);
              default -> throw unknown(option.getKey());
            };
      }
      return settings;
    }
  };

  static final String NONE = "none";

  abstract RedisAdapters create(Redis redis, Map<?, ?> options);

  abstract RedisEmitter emitter(Redis redis, Map<?, ?> options);

  static Adapters named(String name) {
    for (Adapters adapter : values()) {
      if (adapter.name().equalsIgnoreCase(name)) {
        return adapter;
      }
    }
    throw new IllegalArgumentException("unknown ADAPTER " + name);
  }

  RedisAdapters create(Environment environment) {
    return create(redis(environment), environment.object("ADAPTER_OPTS"));
  }

  RedisEmitter emitter(Environment environment) {
    return emitter(redis(environment), environment.object("ADAPTER_OPTS"));
  }

  static Redis redis(Environment environment) {
    return Redis.at(environment.text("REDIS_URL", "redis://127.0.0.1:6379"));
  }

  static IllegalArgumentException unknown(Object option) {
    return new IllegalArgumentException("unknown option in ADAPTER_OPTS: " + option);
  }
}
