package dev.switchboard.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CompactRequestTest {
  @Test
  void aRequestComesOutAsItWentIn() {
    RequestInfo request =
        new RequestInfo(
            "GET",
            "/engine.io/?EIO=4&name=%E2%82%AC",
            Map.of("EIO", "4", "name", "€", "empty", ""),
            Map.of(
                "user-agent",
                List.of("x".repeat(1_000)),
                "cookie",
                List.of("a=1", "b=2"),
                "x-own",
                List.of(""),
                "x-none",
                List.of()),
            "2001:db8::1",
            true);

    assertThat(new CompactRequest(request).expand()).isEqualTo(request);
    assertThat(new CompactRequest(request).remoteAddress()).isEqualTo("2001:db8::1");
  }

  @Test
  void aRequestMayHaveNothing() {
    RequestInfo request = new RequestInfo("GET", "", Map.of(), Map.of(), "", false);

    assertThat(new CompactRequest(request).expand()).isEqualTo(request);
  }
}
