package dev.switchboard.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.server.SocketIoServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a socket tells of the connection below it, and asks of it, over HTTP as it is. */
@Timeout(30)
class ConnectionIT {
  private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
  private final SocketIoServer io =
      SocketIoServer.create(config -> config.port(0).host("127.0.0.1"));
  // left to itself this client offers h2c, which the engine refuses as the reference does
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @AfterEach
  void close() {
    io.close();
  }

  @Test
  void aSocketTellsItsTransportAndWhenThatIsAnother() throws Exception {
    io.onConnection(
        socket -> {
          seen.add("at first " + socket.transport());
          socket.onUpgrade(() -> seen.add("then " + socket.transport()));
        });
    io.start().join();
    String sid = open();
    post(sid, "40");
    assertThat(get(sid).body()).startsWith("40{");
    assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo("at first polling");

    BlockingQueue<String> received = new LinkedBlockingQueue<>();
    WebSocket webSocket =
        http.newWebSocketBuilder()
            .buildAsync(uri("ws", "websocket", sid), listener(received))
            .join();
    webSocket.sendText("2probe", true).join();
    assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo("3probe");
    webSocket.sendText("5", true).join();

    assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo("then websocket");
    webSocket.abort();
  }

  @Test
  void anEventIsCompressedUnlessItsSenderSaysOtherwise() throws Exception {
    String text = "x".repeat(5_000);
    io.onConnection(
        socket -> {
          socket.on("compressed", args -> socket.emit("text", text));
          socket.on("plain", args -> socket.compress(false).emit("text", text));
          socket.on("plain to all", args -> io.compress(false).emit("text", text));
        });
    io.start().join();
    String sid = open();
    post(sid, "40");
    assertThat(get(sid).body()).startsWith("40{");

    assertThat(answerTo(sid, "compressed").headers().firstValue("Content-Encoding"))
        .contains("gzip");
    for (String event : new String[] {"plain", "plain to all"}) {
      HttpResponse<String> answer = answerTo(sid, event);
      assertThat(answer.headers().firstValue("Content-Encoding")).isEmpty();
      assertThat(answer.body()).isEqualTo("42[\"text\",\"" + text + "\"]");
    }
  }

  private HttpResponse<String> answerTo(String sid, String event) throws Exception {
    post(sid, "42[\"" + event + "\"]");
    return get(sid);
  }

  private String open() throws Exception {
    String packet = get("").body();
    return packet.replaceFirst(".*\"sid\":\"([^\"]+)\".*", "$1");
  }

  private HttpResponse<String> get(String sid) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(uri("http", "polling", sid))
            .header("Accept-Encoding", "gzip")
            .build();
    return http.send(request, BodyHandlers.ofString());
  }

  private void post(String sid, String body) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(uri("http", "polling", sid))
            .POST(BodyPublishers.ofString(body))
            .build();
    assertThat(http.send(request, BodyHandlers.ofString()).body()).isEqualTo("ok");
  }

  private URI uri(String scheme, String transport, String sid) {
    return URI.create(
        "%s://127.0.0.1:%d/socket.io/?EIO=4&transport=%s&sid=%s"
            .formatted(scheme, io.port(), transport, sid));
  }

  private static WebSocket.Listener listener(BlockingQueue<String> received) {
    return new WebSocket.Listener() {
      @Override
      public @Nullable CompletionStage<?> onText(
          WebSocket webSocket, CharSequence data, boolean last) {
        received.add(data.toString());
        webSocket.request(1);
        return null;
      }
    };
  }
}
