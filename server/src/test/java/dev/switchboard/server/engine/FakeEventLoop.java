package dev.switchboard.server.engine;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * An event loop that runs when the test says so, in virtual time. The test's thread is in the loop
 * while it runs a task of it, or calls {@link #within}.
 */
final class FakeEventLoop implements EventLoop {
  private final String name;
  private final FakeClock clock;
  private final TimerWheel wheel;
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private boolean running;

  FakeEventLoop(String name, FakeClock clock) {
    this.name = name;
    this.clock = clock;
    this.wheel = new TimerWheel(clock.nanos());
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
  }

  @Override
  public boolean inLoop() {
    return running;
  }

  @Override
  public Timeout schedule(Runnable task, Duration delay) {
    return wheel.schedule(task, delay, clock.nanos());
  }

  /** Runs a task as if the loop did, apart from what is queued. */
  void within(Runnable task) {
    boolean before = running;
    running = true;
    try {
      task.run();
    } finally {
      running = before;
    }
  }

  /** Runs the task that was queued first; false if there is none. */
  boolean runOne() {
    Runnable task = tasks.poll();
    if (task == null) {
      return false;
    }
    within(task);
    return true;
  }

  void tick() {
    within(() -> wheel.tick(clock.nanos()));
  }

  int queued() {
    return tasks.size();
  }

  int timers() {
    return wheel.size();
  }

  @Override
  public String toString() {
    return name;
  }
}
