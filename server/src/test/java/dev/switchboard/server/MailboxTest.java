package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MailboxTest {
  private static Mailbox.Task task(Runnable code) {
    return new Mailbox.Task() {
      @Override
      void run() {
        code.run();
      }
    };
  }

  @Test
  void runsTasksInTheOrderOfTheirArrival() {
    var mailbox = new Mailbox();
    List<Integer> ran = new ArrayList<>();
    assertThat(mailbox.add(task(() -> ran.add(1)))).isTrue();
    assertThat(mailbox.add(task(() -> ran.add(2)))).isFalse();
    assertThat(mailbox.add(task(() -> ran.add(3)))).isFalse();
    mailbox.run();
    assertThat(ran).containsExactly(1, 2, 3);
  }

  @Test
  void aTaskThatArrivesWhileItRunsIsRunByTheSameRun() {
    var mailbox = new Mailbox();
    List<String> ran = new ArrayList<>();
    mailbox.add(
        task(
            () -> {
              ran.add("first");
              assertThat(mailbox.add(task(() -> ran.add("second")))).isFalse();
            }));
    mailbox.run();
    assertThat(ran).containsExactly("first", "second");
    assertThat(mailbox.add(task(() -> {}))).isTrue();
  }

  @Test
  void anErrorInATaskDoesNotStopThoseBehindIt() {
    var mailbox = new Mailbox();
    List<String> ran = new ArrayList<>();
    mailbox.add(
        task(
            () -> {
              throw new StackOverflowError("on purpose");
            }));
    mailbox.add(task(() -> ran.add("after")));
    mailbox.run();
    assertThat(ran).containsExactly("after");
  }

  @Test
  void eachProducersOrderHoldsAndNothingIsLostOrRunTwiceAtOnce() throws Exception {
    var mailbox = new Mailbox();
    int producers = 4;
    int each = 20_000;
    var next = new int[producers];
    var inside = new AtomicInteger();
    var left = new CountDownLatch(producers * each);
    ExecutorService runners = Executors.newFixedThreadPool(2);
    ExecutorService threads = Executors.newFixedThreadPool(producers);
    try {
      for (int producer = 0; producer < producers; producer++) {
        int me = producer;
        threads.execute(
            () -> {
              for (int i = 0; i < each; i++) {
                int number = i;
                boolean idle =
                    mailbox.add(
                        task(
                            () -> {
                              assertThat(inside.incrementAndGet()).isEqualTo(1);
                              if (next[me] == number) {
                                next[me]++;
                              }
                              inside.decrementAndGet();
                              left.countDown();
                            }));
                if (idle) {
                  runners.execute(mailbox);
                }
              }
            });
      }
      assertThat(left.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(next).containsOnly(each);
    } finally {
      threads.shutdownNow();
      runners.shutdownNow();
    }
  }
}
