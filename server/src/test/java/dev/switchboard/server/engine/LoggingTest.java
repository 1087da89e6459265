package dev.switchboard.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LoggingTest {
  private final Logger log = (Logger) LoggerFactory.getLogger("dev.switchboard.server.engine");
  private final ListAppender<ILoggingEvent> appender = new ListAppender<>();
  private final EngineFixture engine = new EngineFixture();

  @BeforeEach
  void listen() {
    log.setLevel(Level.TRACE);
    appender.start();
    log.addAppender(appender);
  }

  @AfterEach
  void stopListening() {
    log.detachAppender(appender);
    log.setLevel(null);
  }

  @Test
  void noSessionIdIsEverLoggedOrSaidInAnError() { // A11
    String session = engine.openPolling();
    String id = engine.session().id();
    FakeHttpExchange mismatch = engine.get(session.replace("polling", "websocket"));
    FakeHttpExchange other = engine.get(session.replace("EIO=4", "EIO=3"));
    engine.probe().link().receive("x");
    engine.post(session, "9");
    FakeHttpExchange unknown = engine.get(session);
    engine.get("transport=foo&sid=" + id);

    assertThat(messages()).isNotEmpty().noneMatch(message -> message.contains(id));
    assertThat(List.of(mismatch.text(), other.text(), unknown.text()))
        .noneMatch(text -> text.contains(id));
    assertThat(engine.errors).allMatch(error -> !error.request().toString().contains(id));
  }

  @Test
  void whatPeersDoWrongIsLoggedAtDebugOnly() {
    String session = engine.openPolling();
    engine.get("transport=foo");
    engine.post(session, "9");
    engine.openWebSocket().end(true, "cut");

    assertThat(appender.list).isNotEmpty().allMatch(event -> event.getLevel() == Level.DEBUG);
  }

  @Test
  void missingStickySessionsAreHintedAtOnceAMinute() {
    for (int i = 0; i < 10; i++) {
      engine.get(EngineFixture.POLLING + "&sid=elsewhere");
    }
    assertThat(hints("sticky sessions")).isEqualTo(1);

    engine.advance(59_000);
    engine.get(EngineFixture.POLLING + "&sid=elsewhere");
    assertThat(hints("sticky sessions")).isEqualTo(1);

    engine.advance(2_000);
    engine.get(EngineFixture.POLLING + "&sid=elsewhere");
    assertThat(hints("sticky sessions")).isEqualTo(2);
  }

  @Test
  void originsThatAreNotAllowedAreHintedAtOnceAMinute() { // A04
    for (int i = 0; i < 10; i++) {
      engine.connect(EngineFixture.WEBSOCKET, "origin", "https://a.example", "host", "b.example");
    }

    assertThat(hints("cors.origin")).isEqualTo(1);
    assertThat(messages()).anyMatch(message -> message.contains("https://a.example"));
  }

  private List<String> messages() {
    return appender.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  private long hints(String text) {
    return appender.list.stream()
        .filter(event -> event.getLevel() == Level.INFO)
        .filter(event -> event.getFormattedMessage().contains(text))
        .count();
  }
}
