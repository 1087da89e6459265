package dev.switchboard.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Peers that do not take what is sent to them: rows SC of the reliability plan. */
class SlowConsumerTest {
  private static final String CLOSED = "close:transport error:outbound buffer exceeded";
  private static final String KIBIBYTE = "x".repeat(1_024);

  private final EngineFixture engine = new EngineFixture();

  @Test
  void aWebSocketThatTakesNothingIsClosedAtOneMebibyte() { // SC1
    FakeWebSocketLink link = engine.openWebSocket();
    link.block();
    engine.send("first");
    engine.advance(1_100);
    int sent = 0;
    while (engine.session().isOpen() && sent < 2_000) {
      engine.send(KIBIBYTE);
      engine.clock.settle();
      sent++;
    }

    assertThat(sent).isBetween(1_022, 1_025);
    assertThat(engine.events).containsExactly(CLOSED);
    assertThat(link.closed()).isTrue();
    assertThat(engine.clock.timers()).isZero();
  }

  @Test
  void aWebSocketThatTakesNothingIsClosedAtAThousandPackets() {
    FakeWebSocketLink link = engine.openWebSocket();
    link.block();
    for (int i = 0; i < 1_024; i++) {
      engine.send("x");
    }
    engine.advance(1_100);
    assertThat(engine.events).isEmpty();

    assertThat(engine.session().send(OutboundMessage.text("x"))).isFalse();
    engine.clock.settle();

    assertThat(engine.events).containsExactly(CLOSED);
  }

  @Test
  void aWebSocketThatTakesNothingForTenSecondsIsClosed() { // SC3
    FakeWebSocketLink link = engine.openWebSocket();
    link.block();
    engine.send("a");
    engine.advance(9_900);
    assertThat(engine.events).isEmpty();
    engine.advance(200);

    assertThat(engine.events).containsExactly(CLOSED);
  }

  @Test
  void whatTheLinkHasNotSentCountsToo() {
    EngineFixture small =
        new EngineFixture(settings -> settings.limits(limits -> limits.outboundBytes(1_000)));
    FakeWebSocketLink link = small.openWebSocket();
    link.block(950);
    small.send("y".repeat(50));
    small.advance(1_100);
    assertThat(small.events).isEmpty();

    small.send("y");
    small.clock.settle();

    assertThat(small.events).containsExactly(CLOSED);
  }

  @Test
  void oneBurstBeyondTheLimitMayBeUnderway() {
    EngineFixture small =
        new EngineFixture(settings -> settings.limits(limits -> limits.outboundBytes(1_000)));
    FakeWebSocketLink link = small.openWebSocket();
    small.send("x".repeat(5_000));
    small.clock.settle();
    link.block(5_000);
    small.send("y".repeat(900));
    small.advance(9_000);
    assertThat(small.events).isEmpty();

    link.unblock();
    link.block(950);
    small.send("y".repeat(60));
    small.advance(1_100);
    assertThat(small.events).containsExactly(CLOSED);
  }

  @Test
  void aPeerThatTakesItInTheEndGetsAll() {
    FakeWebSocketLink link = engine.openWebSocket();
    link.block();
    for (int i = 0; i < 1_000; i++) {
      engine.send("m" + i);
    }
    engine.advance(8_000);
    link.unblock();

    assertThat(link.takeFrames()).hasSize(1_000).startsWith("4m0").endsWith("4m999");
    engine.advance(8_000);
    assertThat(engine.events).isEmpty();
  }

  @Test
  void aBurstToAPeerThatTakesItIsNoSlowness() {
    FakeWebSocketLink link = engine.openWebSocket();
    engine.onLoop(
        () -> {
          for (int i = 0; i < 5_000; i++) {
            engine.send("x".repeat(1_000));
          }
        });

    assertThat(link.takeFrames()).hasSize(5_000);
    assertThat(engine.events).isEmpty();
  }

  @Test
  void aBurstHasItsLimitToo() {
    engine.openWebSocket();
    engine.onLoop(
        () -> {
          for (int i = 0; i < 20_000; i++) {
            engine.send("x");
          }
        });

    assertThat(engine.events).containsExactly(CLOSED);
  }

  @Test
  void aPollingClientThatDoesNotPollIsClosedAtOneMebibyte() { // SC2
    engine.openPolling();
    int sent = 0;
    while (engine.session().isOpen() && sent < 5_000) {
      engine.send(KIBIBYTE);
      engine.advance(10);
      sent++;
    }

    assertThat(sent).isBetween(1_024, 1_026);
    assertThat(engine.events).containsExactly(CLOSED);
    assertThat(engine.server.clientsCount()).isZero();
  }

  @Test
  void aPollingClientThatDoesNotPollIsFoundOutByTheHeartbeat() { // SC2
    engine.openPolling();
    engine.send("a");
    engine.advance(44_000);
    assertThat(engine.events).isEmpty();
    engine.advance(1_100);

    assertThat(engine.events).containsExactly("close:ping timeout");
  }

  @Test
  void volatileMessagesAreDroppedWhileTheLinkIsNotWritable() { // SC4
    FakeWebSocketLink link = engine.openWebSocket();
    link.block();

    assertThat(engine.session().sendVolatile(OutboundMessage.text("a"))).isFalse();
    link.unblock();
    assertThat(engine.session().sendVolatile(OutboundMessage.text("b"))).isTrue();
    engine.clock.settle();

    assertThat(link.takeFrames()).containsExactly("4b");
  }

  @Test
  void volatileMessagesAreDroppedWhileSomethingWaits() { // SC4
    FakeWebSocketLink link = engine.openWebSocket();
    engine.send("a");
    assertThat(engine.session().sendVolatile(OutboundMessage.text("b"))).isFalse();
    engine.clock.settle();

    assertThat(link.takeFrames()).containsExactly("4a");
  }

  @Test
  void volatileMessagesAreDroppedWhileNoGetWaits() { // SC4
    String session = engine.openPolling();
    assertThat(engine.session().sendVolatile(OutboundMessage.text("a"))).isFalse();
    FakeHttpExchange poll = engine.get(session);
    assertThat(engine.session().sendVolatile(OutboundMessage.text("b"))).isTrue();
    engine.clock.settle();

    assertThat(poll.text()).isEqualTo("4b");
  }
}
