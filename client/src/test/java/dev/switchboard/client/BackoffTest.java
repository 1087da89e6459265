package dev.switchboard.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private static final Duration MIN = Duration.ofSeconds(1);
  private static final Duration MAX = Duration.ofSeconds(5);

  @Test
  void doublesUpToTheLongestDelay() {
    Backoff backoff = new Backoff(MIN, MAX, 0.5, () -> 0.5);
    assertThat(Stream.generate(backoff::next).limit(4).map(Duration::toMillis))
        .containsExactly(1000L, 2000L, 4000L, 5000L);
  }

  @Test
  void movesTheDelayByTheFactorEitherWay() {
    assertThat(new Backoff(MIN, MAX, 0.5, () -> 0).next()).hasMillis(500);
    assertThat(new Backoff(MIN, MAX, 0.5, () -> 1).next()).hasMillis(1500);
  }

  @Test
  void startsAgainAfterAReset() {
    Backoff backoff = new Backoff(MIN, MAX, 0, () -> 0);
    backoff.next();
    backoff.next();
    backoff.reset();
    assertThat(backoff.attempts()).isZero();
    assertThat(backoff.next()).hasMillis(1000);
  }

  @Test
  void neverOverflows() {
    Backoff backoff = new Backoff(MIN, MAX, 1, () -> 1);
    assertThat(Stream.generate(backoff::next).limit(5000)).allMatch(d -> d.compareTo(MAX) <= 0);
  }
}
