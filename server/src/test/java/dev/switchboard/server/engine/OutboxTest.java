package dev.switchboard.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class OutboxTest {
  private final Outbox outbox = new Outbox();

  @Test
  void takesAllInTheOrderOfTheOffers() {
    offer("a");
    offer("b");
    offer("c");

    assertThat(take()).containsExactly("a", "b", "c");
    assertThat(outbox.isEmpty()).isTrue();
    assertThat(outbox.take()).isNull();
  }

  @Test
  void countsWhatWaits() {
    assertThat(outbox.packets()).isZero();
    offer("a");
    offer("bcd");
    assertThat(outbox.packets()).isEqualTo(2);
    assertThat(outbox.bytes()).isEqualTo(4);

    assertThat(take()).hasSize(2);
    offer("e");
    assertThat(outbox.packets()).isEqualTo(1);
    assertThat(outbox.bytes()).isEqualTo(1);
  }

  @Test
  void offersIfEmptyOnly() {
    assertThat(outbox.offerIfEmpty(OutboundMessage.text("a"))).isTrue();
    assertThat(outbox.offerIfEmpty(OutboundMessage.text("b"))).isFalse();

    assertThat(take()).containsExactly("a");
  }

  @Test
  void aClosedOutboxDropsAndRefuses() {
    offer("a");
    outbox.close();

    assertThat(outbox.isEmpty()).isTrue();
    assertThat(outbox.take()).isNull();
    assertThat(outbox.packets()).isZero();
    assertThat(outbox.offer(OutboundMessage.text("b"))).isFalse();
    assertThat(outbox.offerIfEmpty(OutboundMessage.text("b"))).isFalse();
  }

  @Test
  @Timeout(60)
  void keepsTheOrderOfEachOfManyThreads() throws Exception {
    int threads = 4;
    int each = 50_000;
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      AtomicInteger done = new AtomicInteger();
      List<Future<?>> offering = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int thread = t;
        offering.add(
            executor.submit(
                () -> {
                  for (int i = 0; i < each; i++) {
                    offer(thread + ":" + i);
                  }
                  done.incrementAndGet();
                }));
      }
      int[] next = new int[threads];
      boolean last = false;
      while (!last) {
        last = done.get() == threads;
        for (String text : take()) {
          int colon = text.indexOf(':');
          int thread = Integer.parseInt(text.substring(0, colon));
          assertThat(Integer.parseInt(text.substring(colon + 1))).isEqualTo(next[thread]++);
        }
      }
      assertThat(next).containsOnly(each);
      for (Future<?> future : offering) {
        future.get(10, TimeUnit.SECONDS);
      }
    } finally {
      executor.shutdownNow();
    }
  }

  private void offer(String text) {
    assertThat(outbox.offer(OutboundMessage.text(text))).isTrue();
  }

  private List<String> take() {
    List<String> texts = new ArrayList<>();
    for (Outbox.Node node = outbox.take(); node != null; node = node.next) {
      texts.add(new String(node.message.text(), StandardCharsets.UTF_8));
    }
    return texts;
  }
}
