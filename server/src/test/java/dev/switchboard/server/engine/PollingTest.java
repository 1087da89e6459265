package dev.switchboard.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class PollingTest {
  private final EngineFixture engine = new EngineFixture();

  @Test
  void theHandshakeIsAnsweredWithTheOpenPacketAlone() {
    engine.onOpen = session -> session.send(OutboundMessage.text("0{}"));

    FakeHttpExchange handshake = engine.get(EngineFixture.POLLING);

    assertThat(handshake.status()).isEqualTo(200);
    assertThat(handshake.text())
        .isEqualTo(
            "0{\"sid\":\""
                + engine.session().id()
                + "\",\"upgrades\":[\"websocket\"],\"pingInterval\":25000,\"pingTimeout\":20000,"
                + "\"maxPayload\":1000000}");
    assertThat(handshake.header("Content-Type")).isEqualTo("text/plain; charset=UTF-8");
    assertThat(handshake.header("cache-control")).isEqualTo("no-store");
    assertThat(handshake.header("Set-Cookie")).isNull();
    assertThat(engine.session().id()).matches("[A-Za-z0-9_-]{20}");
  }

  @Test
  void whatTheListenerSendsAtTheOpeningGoesWithTheNextGet() {
    engine.onOpen = session -> session.send(OutboundMessage.text("hello"));
    String session = engine.openPolling();

    assertThat(engine.get(session).text()).isEqualTo("4hello");
  }

  @Test
  void aGetWaitsUntilThereIsSomethingToSend() {
    FakeHttpExchange poll = engine.get(engine.openPolling());
    assertThat(poll.answered()).isFalse();

    engine.send("a");
    engine.clock.settle();

    assertThat(poll.text()).isEqualTo("4a");
  }

  @Test
  void oneAnswerHasAllThatWaits() {
    String session = engine.openPolling();
    engine.send("a");
    engine.session().send(OutboundMessage.of(bytes("b"), List.of(new byte[] {1, 2})));
    engine.session().send(OutboundMessage.binary(new byte[] {3}));
    engine.send("€");
    engine.clock.settle();

    assertThat(engine.get(session).text()).isEqualTo("4a\u001e4b\u001ebAQI=\u001ebAw==\u001e4€");
  }

  @Test
  void aPostDeliversItsPacketsBeforeItIsAnswered() {
    String session = engine.openPolling();

    FakeHttpExchange post = engine.post(session, "4a\u001ebAQI=\u001e4€");

    assertThat(engine.events).containsExactly("text:a", "binary:0102", "text:€");
    assertThat(post.status()).isEqualTo(200);
    assertThat(post.text()).isEqualTo("ok");
    assertThat(post.header("Content-Type")).isEqualTo("text/html");
    assertThat(post.header("cache-control")).isEqualTo("no-store");
  }

  @Test
  void requestsMayComeOverAnyLoop() {
    String session = engine.openPolling();
    FakeHttpExchange poll = engine.request(Requests.of("GET", session), engine.other, "");
    engine.request(Requests.of("POST", session), engine.other, "4a");

    engine.send("b");
    engine.clock.settle();

    assertThat(engine.events).containsExactly("text:a");
    assertThat(poll.text()).isEqualTo("4b");
  }

  @Test
  void aSecondGetEndsTheSession() {
    String session = engine.openPolling();
    FakeHttpExchange first = engine.get(session);

    FakeHttpExchange second = engine.get(session);

    assertThat(second.status()).isEqualTo(400);
    assertThat(second.text()).isEmpty();
    assertThat(first.text()).isEqualTo("1");
    assertThat(engine.events).containsExactly("close:transport error:overlap from client");
    assertThat(engine.server.clientsCount()).isZero();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
