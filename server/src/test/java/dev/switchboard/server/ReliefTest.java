package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReliefTest {
  private final ExecutorService executor = HandlerExecutors.create();
  private final Relief relief = new Relief(executor);

  @AfterEach
  void close() {
    relief.close();
    executor.shutdownNow();
  }

  private static Mailbox mailbox(Runnable code) {
    var mailbox = new Mailbox();
    mailbox.add(
        new Mailbox.Task() {
          @Override
          void run() {
            code.run();
          }
        });
    return mailbox;
  }

  private static void waitFor(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void thoseBehindHandlersThatBlockAreRunWhileTheyBlock() throws Exception {
    int blockers = 100;
    int quick = 100;
    var release = new CountDownLatch(1);
    var blocked = new CountDownLatch(blockers);
    var ran = new CountDownLatch(quick);
    var items = new Runnable[blockers + quick];
    for (int i = 0; i < blockers; i++) {
      items[2 * i] =
          mailbox(
              () -> {
                blocked.countDown();
                waitFor(release);
              });
      items[2 * i + 1] = mailbox(ran::countDown);
    }
    executor.execute(new HandlerRun(new HandlerRun.Batch(items), relief));
    assertThat(ran.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(blocked.await(10, TimeUnit.SECONDS)).isTrue();
    await("the blockers to be remembered")
        .until(
            () -> IntStream.range(0, blockers).allMatch(i -> ((Mailbox) items[2 * i]).suspect()));
    release.countDown();
  }

  @Test
  void everyItemOfABatchRunsOnceHoweverManyRunsShareIt() throws Exception {
    int count = 1_000;
    var runs = new AtomicInteger[count];
    var done = new CountDownLatch(count);
    var items = new Runnable[count];
    for (int i = 0; i < count; i++) {
      var times = new AtomicInteger();
      runs[i] = times;
      items[i] =
          () -> {
            times.incrementAndGet();
            done.countDown();
          };
    }
    var batch = new HandlerRun.Batch(items);
    for (int i = 0; i < 4; i++) {
      executor.execute(new HandlerRun(batch, relief));
    }
    assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(runs).allMatch(times -> times.get() == 1);
  }

  @Test
  void aMailboxIsTrustedAgainOnceItsHandlersReturnSoon() {
    var mailbox = mailbox(() -> {});
    mailbox.wasSlow();
    int runs = 0;
    while (mailbox.suspect()) {
      mailbox.wasFast();
      runs++;
    }
    assertThat(runs).isBetween(1, 100);
  }
}
