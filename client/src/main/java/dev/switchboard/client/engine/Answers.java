package dev.switchboard.client.engine;

import dev.switchboard.protocol.json.PacketFormatException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;

/** Words for answers that are not what was asked for. */
final class Answers {
  private static final int QUOTED = 200;

  private Answers() {}

  static String describe(HttpResponse<?> answer) {
    String what = "HTTP status " + answer.statusCode();
    if (answer.statusCode() / 100 == 3) {
      return what
          + ", a redirect to "
          + shortened(answer.headers().firstValue("location").orElse("nowhere"))
          + ", is not followed: connect to that address";
    }
    return answer.body() instanceof byte[] body && body.length > 0
        ? what + ": " + shortened(new String(body, StandardCharsets.UTF_8))
        : what;
  }

  static EngineException notAPacket(PacketFormatException failure) {
    return new EngineException(
        "server error: "
            + failure.getMessage()
            + " (is it a Socket.IO server, of version 3 or newer?)");
  }

  private static String shortened(String text) {
    return text.length() <= QUOTED ? text : text.substring(0, QUOTED) + "…";
  }
}
