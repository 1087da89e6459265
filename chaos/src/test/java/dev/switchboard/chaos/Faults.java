package dev.switchboard.chaos;

import dev.switchboard.redis.RedisListener;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** What the nodes were told of Redis. Any thread. */
final class Faults implements RedisListener {
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final AtomicInteger losses = new AtomicInteger();

  @Override
  public void failed(Throwable cause) {
    failures.add(String.valueOf(cause));
  }

  @Override
  public void disconnected(String connection) {
    losses.incrementAndGet();
  }

  /** What failed, once a change. */
  Queue<String> failures() {
    return failures;
  }

  /** How often a connection was lost. */
  int losses() {
    return losses.get();
  }
}
