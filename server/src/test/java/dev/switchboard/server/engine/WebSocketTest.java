package dev.switchboard.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class WebSocketTest {
  private final EngineFixture engine = new EngineFixture();

  @Test
  void theOpenPacketAndWhatTheListenerSendsGoOutInOneFlush() {
    engine.onOpen = session -> session.send(OutboundMessage.text("hello"));

    FakeWebSocketLink link = engine.connect(EngineFixture.WEBSOCKET).link();

    assertThat(link.takeFrames())
        .containsExactly(
            "0{\"sid\":\""
                + engine.session().id()
                + "\",\"upgrades\":[],\"pingInterval\":25000,\"pingTimeout\":20000,"
                + "\"maxPayload\":1000000}",
            "4hello");
    assertThat(link.flushes()).isEqualTo(1);
  }

  @Test
  void messagesGoBothWaysInOrder() {
    FakeWebSocketLink link = engine.openWebSocket();

    link.receive("4a");
    link.receive(new byte[] {1, 2});
    link.receive("bAw==");
    engine.send("b");
    engine
        .session()
        .send(OutboundMessage.of("c".getBytes(StandardCharsets.UTF_8), List.of(new byte[] {4, 5})));
    engine.clock.settle();

    assertThat(engine.events).containsExactly("text:a", "binary:0102", "binary:03");
    assertThat(link.takeFrames()).containsExactly("4b", "4c", "<0405>");
  }

  @Test
  void aCloseOfTheServersSendsWhatWaitsAndHasNoStatus() {
    FakeWebSocketLink link = engine.openWebSocket();
    engine.send("last");
    engine.session().close();
    engine.send("too late");
    engine.clock.settle();

    assertThat(link.takeFrames()).containsExactly("4last");
    assertThat(link.closeCode()).isZero();
    assertThat(engine.events).containsExactly("close:forced close");
    assertThat(engine.server.clientsCount()).isZero();
    assertThat(engine.clock.timers()).isZero();
  }
}
