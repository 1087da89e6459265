package dev.switchboard.protocol.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchboard.protocol.json.PacketFormatException;
import java.net.URLEncoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonpTest {
  @Test
  void wrapsAPayloadInACall() {
    assertThat(wrapped("0", "2:40")).isEqualTo("___eio[0](\"2:40\");");
    assertThat(wrapped("12", "")).isEqualTo("___eio[12](\"\");");
  }

  @Test
  void takesOnlyTheDigitsOfTheNumber() {
    assertThat(wrapped("1];alert(1)//2", "x")).isEqualTo("___eio[112](\"x\");");
    assertThat(wrapped("", "x")).isEqualTo("___eio[](\"x\");");
  }

  @Test
  void writesAStringThatIsJavaScript() {
    assertThat(wrapped("0", "42[\"a\\n\"]\u001e\n\u2028\u2029\u2027é€😀"))
        .isEqualTo("___eio[0](\"42[\\\"a\\\\n\\\"]\\u001e\\u000a\\u2028\\u2029\u2027é€😀\");");
  }

  @ParameterizedTest
  @CsvSource({
    "d=40, 40",
    "d=42%5B%22a+b%22%5D, '42[\"a b\"]'",
    "d=%E2%82%AC, €",
    "x=1&d=40&dd=2&y, 40",
    "d=, ''",
    "d=a=b, a=b",
    // the client doubles the backslash of an escaped newline and escapes real ones
    "d=a%5Cnb, 'a\nb'",
    "d=a%5C%5Cnb, 'a\\nb'",
    "d=a%5C%5C%5Cnb, 'a\\\\nb'",
    "d=%5C%5C, '\\\\'",
    "d=%5C, '\\'",
  })
  void findsThePayloadInAForm(String form, String payload) {
    assertThat(unwrapped(form)).isEqualTo(payload);
  }

  @Test
  void undoesWhatTheClientDoes() {
    String payload = "42[\"line\\nline\"]\u001e42[\"x\"]";
    // engine.io-client: data.replace(/\\n/g, "\\\n"), where the form then has a backslash more
    String posted = "d=" + URLEncoder.encode(payload.replace("\\n", "\\\\n"), UTF_8);

    assertThat(unwrapped(posted)).isEqualTo(payload);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x=1", "d", "d=1&d=2", "d=%", "d=%4", "d=%zz", "d=%-1"})
  void refusesBrokenForms(String form) {
    assertThatThrownBy(() -> unwrapped(form)).isInstanceOf(PacketFormatException.class);
  }

  private static String wrapped(String j, String payload) {
    return new String(Jsonp.wrap(j, payload.getBytes(UTF_8)), UTF_8);
  }

  private static String unwrapped(String form) {
    return new String(Jsonp.unwrap(form.getBytes(UTF_8)), UTF_8);
  }
}
