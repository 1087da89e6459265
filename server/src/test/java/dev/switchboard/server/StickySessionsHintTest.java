package dev.switchboard.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.switchboard.server.engine.ConnectionError;
import dev.switchboard.server.engine.RequestInfo;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class StickySessionsHintTest {
  private static final String ID = "01234567890123456789";

  private final Logger log = (Logger) LoggerFactory.getLogger(StickySessionsHint.class);
  private final ListAppender<ILoggingEvent> appender = new ListAppender<>();
  private final StickySessionsHint hint = new StickySessionsHint();

  @BeforeEach
  void listen() {
    appender.start();
    log.addAppender(appender);
  }

  @AfterEach
  void stopListening() {
    log.detachAppender(appender);
  }

  @Test
  void manyRequestsOfUnknownSessionsAreHintedAtOnce() {
    note(StickySessionsHint.ENOUGH - 1, 1, ID);
    assertThat(appender.list).isEmpty();

    note(100, 1, ID);
    assertThat(appender.list).hasSize(1);
    assertThat(appender.list.get(0).getLevel()).isEqualTo(Level.WARN);
    assertThat(appender.list.get(0).getFormattedMessage())
        .contains("config.engineBus")
        .doesNotContain(ID);
  }

  @Test
  void otherErrorsAndOtherIdsAreNoSign() {
    note(100, 3, ID);
    note(100, 1, "guess");
    assertThat(appender.list).isEmpty();
  }

  private void note(int times, int code, String sid) {
    var request = new RequestInfo("GET", "/", Map.of(), Map.of(), "127.0.0.1", false);
    for (int i = 0; i < times; i++) {
      hint.note(new ConnectionError(request, code, "", Map.of("sid", sid)));
    }
  }
}
