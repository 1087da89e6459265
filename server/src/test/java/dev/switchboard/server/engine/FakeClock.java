package dev.switchboard.server.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Virtual time for {@link FakeEventLoop}s. Used by the test's thread. */
final class FakeClock {
  private final List<FakeEventLoop> loops = new ArrayList<>();
  private long nanos = 1_000_000_000L;

  long nanos() {
    return nanos;
  }

  FakeEventLoop newLoop(String name) {
    FakeEventLoop loop = new FakeEventLoop(name, this);
    loops.add(loop);
    return loop;
  }

  /** Runs what is queued on all loops, until nothing is. */
  void settle() {
    boolean ran = true;
    while (ran) {
      ran = false;
      for (FakeEventLoop loop : loops) {
        while (loop.runOne()) {
          ran = true;
        }
      }
    }
  }

  /** Lets time pass, tick by tick, and runs what becomes due. */
  void advance(Duration duration) {
    long end = nanos + duration.toNanos();
    settle();
    while (nanos < end) {
      nanos = Math.min(end, nanos + TimerWheel.TICK.toNanos());
      loops.forEach(FakeEventLoop::tick);
      settle();
    }
  }

  /** The number of timers of all loops. */
  int timers() {
    return loops.stream().mapToInt(FakeEventLoop::timers).sum();
  }
}
