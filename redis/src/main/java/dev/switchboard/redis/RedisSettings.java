package dev.switchboard.redis;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntFunction;

/**
 * How Redis is talked to. {@link Redis} says where it is.
 *
 * @param lazy whether to connect in the background, again and again until it works, instead of at
 *     once in the calling thread; default false. Until then commands fail, and what is broadcast
 *     reaches the sockets of this node alone
 * @param connectTimeout how long one try to connect may take; default 10 s. A client that was
 *     handed in keeps its own
 * @param commandTimeout how long an answer is waited for; default 2 s. Commands that read and wait
 *     for news have this much more than they ask for
 * @param retriesPerCommand how many tries to connect anew a command outlives before it fails;
 *     default 20. It fails after {@code commandTimeout} in any case. A client that was handed in
 *     knows the time-out alone
 * @param backOff how long to wait before the nth try to connect anew (from 1 on); default 50 ms,
 *     doubled up to 1 s, less up to a half by chance. A client that was handed in keeps its own for
 *     connections that were lost
 * @param maxPending how many commands may wait for Redis; further ones fail at once; default
 *     100,000
 * @param listener is told of connects, disconnects and failures
 */
public record RedisSettings(
    boolean lazy,
    Duration connectTimeout,
    Duration commandTimeout,
    int retriesPerCommand,
    IntFunction<Duration> backOff,
    int maxPending,
    RedisListener listener) {
  private static final int FIRST_DELAY_MILLIS = 50;
  private static final int LONGEST_DELAY_MILLIS = 1000;

  public static final RedisSettings DEFAULT =
      new RedisSettings(
          false,
          Duration.ofSeconds(10),
          Duration.ofSeconds(2),
          20,
          RedisSettings::defaultBackOff,
          100_000,
          RedisListener.NONE);

  public RedisSettings {
    positive(connectTimeout, "connectTimeout");
    positive(commandTimeout, "commandTimeout");
    Objects.requireNonNull(backOff, "backOff");
    Objects.requireNonNull(listener, "listener");
    if (retriesPerCommand < 0) {
      throw new IllegalArgumentException(
          "retriesPerCommand must be at least 0, not " + retriesPerCommand);
    }
    if (maxPending < 1) {
      throw new IllegalArgumentException("maxPending must be at least 1, not " + maxPending);
    }
  }

  public RedisSettings lazy(boolean on) {
    return new RedisSettings(
        on, connectTimeout, commandTimeout, retriesPerCommand, backOff, maxPending, listener);
  }

  public RedisSettings connectTimeout(Duration value) {
    return new RedisSettings(
        lazy, value, commandTimeout, retriesPerCommand, backOff, maxPending, listener);
  }

  public RedisSettings commandTimeout(Duration value) {
    return new RedisSettings(
        lazy, connectTimeout, value, retriesPerCommand, backOff, maxPending, listener);
  }

  public RedisSettings retriesPerCommand(int value) {
    return new RedisSettings(
        lazy, connectTimeout, commandTimeout, value, backOff, maxPending, listener);
  }

  public RedisSettings backOff(IntFunction<Duration> value) {
    return new RedisSettings(
        lazy, connectTimeout, commandTimeout, retriesPerCommand, value, maxPending, listener);
  }

  public RedisSettings maxPending(int value) {
    return new RedisSettings(
        lazy, connectTimeout, commandTimeout, retriesPerCommand, backOff, value, listener);
  }

  public RedisSettings listener(RedisListener value) {
    return new RedisSettings(
        lazy, connectTimeout, commandTimeout, retriesPerCommand, backOff, maxPending, value);
  }

  private static Duration defaultBackOff(int attempt) {
    int doublings = Math.min(Math.max(attempt - 1, 0), 10);
    int longest = Math.min(LONGEST_DELAY_MILLIS, FIRST_DELAY_MILLIS << doublings);
    return Duration.ofMillis(ThreadLocalRandom.current().nextInt(longest / 2, longest + 1));
  }

  private static void positive(Duration value, String name) {
    Objects.requireNonNull(value, name);
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + " must be positive, not " + value);
    }
  }
}
