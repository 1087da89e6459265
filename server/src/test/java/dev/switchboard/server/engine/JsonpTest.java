package dev.switchboard.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JsonpTest {
  private static final String JSONP = EngineFixture.POLLING + "&j=7";

  private final EngineFixture engine = new EngineFixture(settings -> settings.jsonp(true));

  @Test
  void answersAreCallsOfTheFunctionThatTheFirstRequestNames() {
    FakeHttpExchange handshake = engine.get(JSONP);
    assertThat(handshake.text()).startsWith("___eio[7](\"0{\\\"sid\\\":\\\"").endsWith("}\");");
    assertThat(handshake.header("Content-Type")).isEqualTo("text/plain; charset=UTF-8");

    engine.send("a\u2028\"");
    engine.clock.settle();
    assertThat(engine.get(session().replace("j=7", "j=8")).text())
        .isEqualTo("___eio[7](\"4a\\u2028\\\"\");");
  }

  @Test
  void onlyDigitsOfTheNameCount() {
    assertThat(engine.get(EngineFixture.POLLING + "&j=1];alert(1)//").text())
        .startsWith("___eio[11](");
  }

  @Test
  void postsAreForms() {
    engine.get(JSONP);

    FakeHttpExchange post =
        engine.post(
            session(), "d=4a%20b%1E4c%5Cnd", "content-type", "application/x-www-form-urlencoded");

    assertThat(post.text()).isEqualTo("ok");
    assertThat(engine.events).containsExactly("text:a b", "text:c\nd");
  }

  @Test
  void aFormWithoutPacketsEndsTheSession() {
    engine.get(JSONP);

    assertThat(engine.post(session(), "x=4a").text()).isEqualTo("ok");

    assertThat(engine.events).containsExactly("close:parse error");
  }

  private String session() {
    return JSONP + "&sid=" + engine.session().id();
  }
}
