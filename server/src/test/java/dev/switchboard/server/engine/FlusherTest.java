package dev.switchboard.server.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** When what is sent is written: the flusher and the batches that feed it. */
class FlusherTest {
  private final EngineFixture engine = new EngineFixture();
  private final List<FakeWebSocketLink> links = new ArrayList<>();

  private void open(int sessions, FakeEventLoop on) {
    for (int i = 0; i < sessions; i++) {
      links.add(engine.connect(Requests.of("GET", EngineFixture.WEBSOCKET), on).link());
      links.get(links.size() - 1).takeFrames();
    }
  }

  private void broadcast(String text) {
    OutboundMessage message = OutboundMessage.text(text);
    engine.sessions.forEach(session -> session.send(message));
  }

  @Test
  void oneTaskALoopHoweverManySessionsAreDirty() {
    open(100, engine.loop);
    open(100, engine.other);

    broadcast("a");
    broadcast("b");

    assertThat(engine.loop.queued()).isEqualTo(1);
    assertThat(engine.other.queued()).isEqualTo(1);
    engine.clock.settle();
    assertThat(links).allSatisfy(link -> assertThat(link.takeFrames()).containsExactly("4a", "4b"));
  }

  @Test
  void oneFlushASocketHoweverManyMessagesWait() {
    open(1, engine.loop);
    FakeWebSocketLink link = links.get(0);
    int before = link.flushes();
    for (int i = 0; i < 16; i++) {
      engine.send("m" + i);
    }
    engine.clock.settle();

    assertThat(link.takeFrames()).hasSize(16);
    assertThat(link.flushes()).isEqualTo(before + 1);
  }

  @Test
  void theLoopItselfFlushesAtTheEndOfItsTurn() {
    open(1, engine.loop);
    engine.loop.within(
        () -> {
          engine.send("a");
          engine.send("b");
          assertThat(links.get(0).takeFrames()).isEmpty();
        });
    assertThat(engine.loop.queued()).isEqualTo(1);

    engine.clock.settle();

    assertThat(links.get(0).takeFrames()).containsExactly("4a", "4b");
  }

  @Test
  void sessionsAreFlushedInTheOrderInWhichTheyBecameDirty() {
    open(3, engine.loop);
    List<String> order = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      int number = i;
      links.get(i).onFrame(frame -> order.add(number + frame));
    }

    engine.sessions.get(2).send(OutboundMessage.text("x"));
    engine.sessions.get(0).send(OutboundMessage.text("y"));
    engine.clock.settle();

    assertThat(order).containsExactly("24x", "04y");
  }

  @Test
  void aBatchWakesTheLoopsAtItsEnd() {
    open(10, engine.loop);
    open(10, engine.other);
    OutputBatch batch = OutputBatch.open();
    try {
      broadcast("a");
      broadcast("b");
      assertThat(engine.loop.queued()).isZero();
    } finally {
      batch.close();
    }

    assertThat(engine.loop.queued()).isEqualTo(1);
    assertThat(engine.other.queued()).isEqualTo(1);
    engine.clock.settle();
    assertThat(links).allSatisfy(link -> assertThat(link.takeFrames()).containsExactly("4a", "4b"));
  }

  @Test
  void aBatchMayBeFlushedByAnotherThread() throws InterruptedException {
    open(1, engine.loop);
    OutputBatch batch = OutputBatch.open();
    try {
      engine.send("a");
      Thread relief = new Thread(batch::flush);
      relief.start();
      relief.join(10_000);
      engine.clock.settle();
      assertThat(links.get(0).takeFrames()).containsExactly("4a");

      engine.send("b");
      assertThat(engine.loop.queued()).isZero();
    } finally {
      batch.close();
    }
    engine.clock.settle();
    assertThat(links.get(0).takeFrames()).containsExactly("4b");
  }

  @Test
  void whoSendsWithoutABatchDoesNotWaitForThatOfAnother() throws InterruptedException {
    open(1, engine.loop);
    CountDownLatch gathered = new CountDownLatch(1);
    CountDownLatch sent = new CountDownLatch(1);
    Thread blocked =
        new Thread(
            () ->
                OutputBatch.gather(
                    () -> {
                      engine.send("a");
                      gathered.countDown();
                      try {
                        assertThat(sent.await(10, TimeUnit.SECONDS)).isTrue();
                      } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                      }
                    }));
    blocked.start();
    assertThat(gathered.await(10, TimeUnit.SECONDS)).isTrue();

    engine.send("b");
    engine.clock.settle();
    assertThat(links.get(0).takeFrames()).containsExactly("4a", "4b");

    sent.countDown();
    blocked.join(10_000);
    assertThat(engine.loop.queued()).isZero();
    engine.send("c");
    engine.clock.settle();
    assertThat(links.get(0).takeFrames()).containsExactly("4c");
  }

  @Test
  void batchesDoNotNestButGatheringDoes() {
    open(1, engine.loop);
    OutputBatch batch = OutputBatch.open();
    try {
      assertThatThrownBy(OutputBatch::open).isInstanceOf(IllegalStateException.class);
      OutputBatch.gather(() -> engine.send("a"));
      assertThat(engine.loop.queued()).isZero();
      OutputBatch.flushCurrent();
      assertThat(engine.loop.queued()).isEqualTo(1);
    } finally {
      batch.close();
    }
    OutputBatch.flushCurrent();
    OutputBatch.gather(() -> engine.send("b"));
    engine.clock.settle();

    assertThat(links.get(0).takeFrames()).containsExactly("4a", "4b");
  }

  @Test
  void aSessionThatMovedIsFlushedByItsNewLoop() {
    engine.openPolling();
    FakeWebSocketLink link = engine.probe().link();
    link.receive("2probe");
    engine.clock.settle();
    link.receive("5");
    engine.send("dirty on the first loop");
    engine.clock.settle();

    engine.send("a");
    assertThat(engine.loop.queued()).isZero();
    assertThat(engine.other.queued()).isEqualTo(1);
    engine.clock.settle();
    assertThat(link.takeFrames()).containsExactly("3probe", "4dirty on the first loop", "4a");
  }
}
