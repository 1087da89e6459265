package dev.switchboard.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimerWheelTest {
  private static final long MILLI = 1_000_000L;

  // Near the overflow, where differences of times must still be right.
  private long now = Long.MAX_VALUE - 5 * MILLI;
  private final TimerWheel wheel = new TimerWheel(now);
  private final List<String> ran = new ArrayList<>();

  @Test
  void runsATaskOnceItsDelayIsOver() {
    schedule("a", 100);
    advance(99);
    assertThat(ran).isEmpty();
    advance(26);
    assertThat(ran).containsExactly("a");
    advance(10_000);
    assertThat(ran).containsExactly("a");
    assertThat(wheel.size()).isZero();
  }

  @Test
  void neverRunsATaskEarlyNorMuchLater() {
    Random random = new Random(1);
    List<Long> lateness = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      long delay = random.nextInt(120_000);
      long due = now + delay * MILLI;
      wheel.schedule(() -> lateness.add((now - due) / MILLI), Duration.ofMillis(delay), now);
      if (i % 10 == 0) {
        advance(random.nextInt(25));
      }
    }
    for (int i = 0; i < 6_050; i++) {
      advance(20);
    }

    assertThat(lateness).hasSize(2_000).allMatch(late -> late >= 0 && late < 50);
    assertThat(wheel.size()).isZero();
  }

  @Test
  void aCancelledTaskDoesNotRun() {
    EventLoop.Timeout first = schedule("a", 100);
    EventLoop.Timeout second = schedule("b", 100);
    EventLoop.Timeout third = schedule("c", 100);
    second.cancel();
    second.cancel();
    advance(200);
    first.cancel();
    third.cancel();

    assertThat(ran).containsExactlyInAnyOrder("a", "c");
    assertThat(wheel.size()).isZero();
  }

  @Test
  void aTaskMayCancelOthersThatAreDueToo() {
    List<EventLoop.Timeout> timeouts = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      timeouts.add(
          wheel.schedule(
              () -> {
                ran.add("x");
                timeouts.forEach(EventLoop.Timeout::cancel);
              },
              Duration.ofMillis(100),
              now));
    }
    advance(200);

    assertThat(ran).hasSize(1);
    assertThat(wheel.size()).isZero();
  }

  @Test
  void aTaskMayScheduleAnother() {
    wheel.schedule(() -> schedule("b", 0), Duration.ofMillis(100), now);
    advance(125);
    advance(25);

    assertThat(ran).containsExactly("b");
  }

  @Test
  void aTaskThatThrowsDoesNotKeepOthersFromRunning() {
    schedule("a", 100);
    wheel.schedule(
        () -> {
          throw new IllegalStateException("task");
        },
        Duration.ofMillis(100),
        now);
    schedule("b", 100);
    advance(200);

    assertThat(ran).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void aTickThatComesLateRunsAllThatBecameDue() {
    schedule("a", 100);
    schedule("b", 51_200);
    schedule("c", 200_000);
    advance(100_000);

    assertThat(ran).containsExactly("a", "b");
    assertThat(wheel.size()).isEqualTo(1);
  }

  @Test
  void delaysMayBeNegativeOrBeyondAllMeasure() {
    wheel.schedule(() -> ran.add("now"), Duration.ofSeconds(-1), now);
    wheel.schedule(() -> ran.add("never"), Duration.ofSeconds(Long.MAX_VALUE), now);
    advance(100_000);

    assertThat(ran).containsExactly("now");
  }

  private EventLoop.Timeout schedule(String name, long millis) {
    return wheel.schedule(() -> ran.add(name), Duration.ofMillis(millis), now);
  }

  private void advance(long millis) {
    now += millis * MILLI;
    wheel.tick(now);
  }
}
