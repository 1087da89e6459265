package dev.switchboard.chat;

import static java.net.http.HttpResponse.BodyHandlers.ofString;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The chat as a process: what it serves, and how it ends. */
@Timeout(30)
class ChatServerIT {
  private final HttpClient http = HttpClient.newHttpClient();
  private ChatProcess chat;

  @BeforeEach
  void start() throws IOException {
    chat = ChatProcess.start(0);
  }

  @AfterEach
  void kill() {
    chat.close();
  }

  @Test
  void servesThePageTheClientAndItsHealth() throws Exception {
    assertThat(get("").body()).contains("<title>Switchboard");
    assertThat(get("session.js").headers().firstValue("content-type"))
        .hasValueSatisfying(type -> assertThat(type).startsWith("text/javascript"));
    assertThat(get("socket.io/socket.io.esm.min.js").statusCode()).isEqualTo(200);
    assertThat(get("health").body()).isEqualTo("ok");
    assertThat(get("no-such-page").statusCode()).isEqualTo(404);
  }

  @Test
  void endsWithinTwoSecondsWhenToldToAndTellsItsClients() throws Exception {
    var visitor = new Visitor();
    http.newWebSocketBuilder()
        .buildAsync(
            URI.create("ws://localhost:" + chat.port() + "/socket.io/?EIO=4&transport=websocket"),
            visitor)
        .join();
    visitor.opened.get(5, TimeUnit.SECONDS);
    long start = System.nanoTime();
    chat.terminate();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
    visitor.closed.get(5, TimeUnit.SECONDS);
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http.send(HttpRequest.newBuilder(URI.create(chat.address() + path)).build(), ofString());
  }

  /** Knows when it was let in and when the server said goodbye. */
  private static final class Visitor implements WebSocket.Listener {
    final CompletableFuture<Void> opened = new CompletableFuture<>();
    final CompletableFuture<Integer> closed = new CompletableFuture<>();

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      opened.complete(null);
      socket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      closed.complete(code);
      return null;
    }
  }
}
