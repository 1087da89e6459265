package dev.switchboard.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Clients of revision 3, with the reference's own bytes. */
class Eio3Test {
  private static final String EIO3 = "EIO=3&transport=polling";
  private static final String EVENT = "51-[\"b\",{\"_placeholder\":true,\"num\":0},\"€\"]";

  private final EngineFixture engine = new EngineFixture(settings -> settings.allowEio3(true));

  @Test
  void theHandshakeHasTheLengthOfItsPacket() {
    FakeHttpExchange handshake = engine.get(EIO3);

    assertThat(handshake.text()).startsWith("118:0{\"sid\":\"").hasSize(4 + 118);
    assertThat(handshake.header("Content-Type")).isEqualTo("text/plain; charset=UTF-8");
    assertThat(engine.session().protocol()).isEqualTo(3);
  }

  @Test
  void textsAreCountedInUtf16Units() {
    String session = open(EIO3);
    engine.send("€");
    engine.send("😀");
    engine.clock.settle();

    assertThat(engine.get(session).text()).isEqualTo("2:4€3:4😀");
  }

  @Test
  void binaryMakesTheWholePayloadBinary() {
    String session = open(EIO3);
    sendEvent();

    FakeHttpExchange poll = engine.get(session);

    assertThat(poll.header("Content-Type")).isEqualTo("application/octet-stream");
    String event = HexFormat.of().formatHex(("4" + EVENT).getBytes(StandardCharsets.UTF_8));
    assertThat(HexFormat.of().formatHex(poll.reply().body()))
        .isEqualTo("0002ff3430" + "000405ff" + event + "0103ff040102");
  }

  @Test
  void binaryIsBase64ForThoseWhoAskForIt() {
    String session = open(EIO3 + "&b64=1");
    sendEvent();

    FakeHttpExchange poll = engine.get(session);

    assertThat(poll.text()).isEqualTo("2:4043:4" + EVENT + "6:b4AQI=");
    assertThat(poll.header("Content-Type")).isEqualTo("text/plain; charset=UTF-8");
  }

  @Test
  void payloadsComeAsTextAndAsBinary() {
    String session = open(EIO3);
    engine.post(session, "2:4a3:4€b6:b4AQI=");
    FakeHttpExchange binary =
        new FakeHttpExchange(
            Requests.of("POST", session, "content-type", "application/octet-stream"),
            engine.loop,
            HexFormat.of().parseHex("0002ff3463" + "0103ff040102"));
    engine.loop.within(() -> engine.server.handle(binary));

    assertThat(binary.text()).isEqualTo("ok");
    assertThat(engine.events)
        .containsExactly("text:a", "text:€b", "binary:0102", "text:c", "binary:0102");
  }

  @Test
  void aPayloadWithAWrongLengthEndsTheSession() {
    String session = open(EIO3);
    FakeHttpExchange poll = engine.get(session);

    assertThat(engine.post(session, "9:4a").text()).isEqualTo("ok");

    assertThat(engine.events).containsExactly("close:parse error");
    assertThat(poll.text()).isEqualTo("1:1");
  }

  @Test
  void theCloseAndTheNoopHaveTheirLengths() {
    String session = open(EIO3);
    FakeHttpExchange poll = engine.get(session);
    engine.post(session, "1:1");
    assertThat(poll.text()).isEqualTo("1:6");

    session = open(EIO3);
    engine.session().close();
    engine.clock.settle();
    assertThat(engine.get(session).text()).isEqualTo("1:61:1");
  }

  @Test
  void aPollingClientsPingIsAnswered() {
    String session = open(EIO3);
    FakeHttpExchange poll = engine.get(session);

    engine.post(session, "1:2");

    assertThat(poll.text()).isEqualTo("1:3");
  }

  @Test
  void webSocketsHaveATypeBeforeBinary() {
    FakeWebSocketLink link = engine.connect("EIO=3&transport=websocket").link();
    assertThat(link.takeFrames().get(0)).startsWith("0{\"sid\":");
    sendEvent();
    link.receive(new byte[] {4, 1, 2});
    link.receive("b4AQI=");

    assertThat(link.takeFrames()).containsExactly("40", "4" + EVENT, "<040102>");
    assertThat(engine.events).containsExactly("binary:0102", "binary:0102");
  }

  @Test
  void webSocketsMayAskForBase64() {
    FakeWebSocketLink link = engine.connect("EIO=3&transport=websocket&b64=1").link();
    link.takeFrames();
    sendEvent();

    assertThat(link.takeFrames()).containsExactly("40", "4" + EVENT, "b4AQI=");
  }

  @Test
  void sessionsUpgrade() {
    open(EIO3);
    engine.send("a");
    FakeWebSocketLink link =
        engine
            .connect(
                Requests.of("GET", "EIO=3&transport=websocket&sid=" + engine.session().id()),
                engine.other)
            .link();
    link.receive("2probe");
    link.receive("5");
    engine.clock.settle();

    assertThat(link.takeFrames()).containsExactly("3probe", "4a");
    assertThat(engine.events).containsExactly("upgrade");
  }

  @Test
  void revision4IsServedBesides() {
    assertThat(engine.get(EngineFixture.POLLING).text()).startsWith("0{");
    assertThat(engine.session().protocol()).isEqualTo(4);
  }

  private String open(String query) {
    engine.get(query);
    return query + "&sid=" + engine.session().id();
  }

  private void sendEvent() {
    engine.send("0");
    engine
        .session()
        .send(
            OutboundMessage.of(EVENT.getBytes(StandardCharsets.UTF_8), List.of(new byte[] {1, 2})));
    engine.clock.settle();
  }
}
