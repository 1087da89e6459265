package dev.switchboard.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SessionIdsTest {
  private final SessionIds ids = new SessionIds();

  @Test
  void anIdIsTwentyCharactersOfBase64Url() {
    for (int i = 0; i < 1_000; i++) {
      assertThat(ids.next()).matches("[A-Za-z0-9_-]{20}");
    }
  }

  @Test
  void noTwoAreTheSameAndNoTwoHaveTheSameRandomPart() {
    Set<String> random = new HashSet<>();
    for (int i = 0; i < 100_000; i++) {
      assertThat(random.add(ids.next().substring(0, 16))).isTrue();
    }
  }

  @Test
  void theLastThreeBytesCount() {
    int first = number(ids.next());

    assertThat(number(ids.next())).isEqualTo(first + 1);
    assertThat(number(ids.next())).isEqualTo(first + 2);
  }

  private static int number(String id) {
    byte[] bytes = Base64.getUrlDecoder().decode(id);
    return (bytes[12] & 0xff) << 16 | (bytes[13] & 0xff) << 8 | (bytes[14] & 0xff);
  }
}
