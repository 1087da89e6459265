package dev.switchboard.sio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.server.ConnectRejected;
import dev.switchboard.server.SocketIoServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SioIT {
  private static SocketIoServer io;
  private static String url;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeAll
  static void start() {
    io = SocketIoServer.create(config -> config.host("127.0.0.1").port(0));
    io.onConnection(
        socket -> {
          socket.emit("hello", "you", new byte[] {0, 1, (byte) 255});
          socket.on("echo", (args, ack) -> ack.send(args.toList().toArray()));
          socket.on("auth", (args, ack) -> ack.send(socket.handshake().auth()));
          socket.on("agent", (args, ack) -> ack.send(socket.handshake().header("x-agent").get()));
          socket.on("silence", args -> {});
          socket.on("kick", args -> socket.disconnect());
        });
    io.of("/guarded")
        .use(
            socket -> {
              throw new ConnectRejected("not authorized", Map.of("code", 7));
            });
    io.of("/other").onConnection(s -> s.on("where", (args, ack) -> ack.send("other")));
    io.start().orTimeout(20, TimeUnit.SECONDS).join();
    url = "http://127.0.0.1:" + io.port();
  }

  @AfterAll
  static void stop() {
    io.close();
  }

  private int sio(String... args) {
    return sioWith("", args);
  }

  private int sioWith(String input, String... args) {
    return Sio.run(
        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        args);
  }

  private List<String> lines() {
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private String said() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void emitsAnEventAndPrintsItsAcknowledgement() {
    assertThat(sio(url, "echo", "1", "zwei", "{\"a\":[true,null]}", "hex:00ff"))
        .isEqualTo(Sio.DONE);
    assertThat(lines().get(lines().size() - 1))
        .endsWith(" ack of echo 1 \"zwei\" {\"a\":[true,null]} <2 bytes 00ff>");
    assertThat(said()).contains("connected as ").contains(" over polling");
  }

  @Test
  void printsTheEventsThatCome() {
    assertThat(sio("--duration=1s", "-t", "websocket", url)).isEqualTo(Sio.DONE);
    assertThat(lines()).singleElement().asString().endsWith(" hello \"you\" <3 bytes 0001ff>");
    assertThat(said()).contains("1 received, 0 emitted");
  }

  @Test
  void writesJsonForScripts() {
    assertThat(sio("--json", "-t", "websocket", url, "echo", "@" + file())).isEqualTo(Sio.DONE);
    assertThat(lines())
        .anyMatch(
            line ->
                line.startsWith("{\"type\":\"event\",\"time\":")
                    && line.endsWith(
                        "\"event\":\"hello\",\"args\":[\"you\",{\"length\":3,\"hex\":\"0001ff\"}]}"))
        .anyMatch(
            line ->
                line.startsWith("{\"type\":\"ack\"")
                    && line.contains("\"args\":[{\"length\":2,\"hex\":\"6869\"}]"));
    assertThat(said()).isEmpty();
  }

  @TempDir Path folder;

  private Path file() {
    try {
      return Files.writeString(folder.resolve("file"), "hi");
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void emitsWhatStandardInputSays() {
    String input = "echo 1\n\necho \"two words\" [1, 2]\n";
    assertThat(sioWith(input, "-q", "--stdin", url)).isEqualTo(Sio.DONE);
    assertThat(lines().stream().filter(line -> line.contains(" ack of ")))
        .satisfiesExactlyInAnyOrder(
            line -> assertThat(line).endsWith(" ack of echo 1"),
            line -> assertThat(line).endsWith(" ack of echo \"two words\" [1,2]"));
    assertThat(said()).isEmpty();
  }

  @Test
  void authHeadersAndNamespacesAreAsTold() {
    assertThat(sio("-a", "{\"token\":\"abc\"}", url, "auth")).isEqualTo(Sio.DONE);
    assertThat(lines()).last().asString().endsWith(" ack of auth {\"token\":\"abc\"}");
    assertThat(sio("-H", "X-Agent: me", url, "agent")).isEqualTo(Sio.DONE);
    assertThat(lines()).last().asString().endsWith(" ack of agent \"me\"");
    assertThat(sio("-n", "/other", url + "/?a=b", "where")).isEqualTo(Sio.DONE);
    assertThat(lines()).last().asString().endsWith(" ack of where \"other\"");
  }

  @Test
  void aRefusalIsNoConnection() {
    assertThat(sio(url + "/guarded")).isEqualTo(Sio.NO_CONNECTION);
    assertThat(said()).contains("sio: not authorized {\"code\":7}");
  }

  @Test
  void nobodyThereIsNoConnection() {
    assertThat(sio("http://127.0.0.1:9", "echo")).isEqualTo(Sio.NO_CONNECTION);
    assertThat(said()).contains("xhr poll error: ");
  }

  @Test
  void noAcknowledgementInTimeIsAFailure() {
    assertThat(sio("--timeout", "1s", url, "silence")).isEqualTo(Sio.NO_ACK);
    assertThat(said()).contains("silence: no acknowledgement within 1000 ms");
    assertThat(sio("--no-ack", url, "silence")).isEqualTo(Sio.DONE);
  }

  @Test
  void theServersGoodbyeIsALoss() {
    assertThat(sioWith("kick\n", "--stdin", "--no-ack", "-d", "20s", url)).isEqualTo(Sio.LOST);
    assertThat(said()).contains("disconnected: io server disconnect");
  }

  @Test
  void saysWhatIsWrongWithACommandLine() {
    assertThat(sio()).isEqualTo(Sio.WRONG_ARGUMENTS);
    assertThat(sio("--frobnicate", url)).isEqualTo(Sio.WRONG_ARGUMENTS);
    assertThat(sio("--auth", "{", url)).isEqualTo(Sio.WRONG_ARGUMENTS);
    assertThat(sio("--duration", "soon", url)).isEqualTo(Sio.WRONG_ARGUMENTS);
    assertThat(sio("-t", "pigeons", url)).isEqualTo(Sio.WRONG_ARGUMENTS);
    assertThat(sio("ftp://host")).isEqualTo(Sio.WRONG_ARGUMENTS);
    assertThat(said().lines())
        .containsExactly(
            "sio: an URL is missing, as in http://localhost:3000 (see sio --help)",
            "sio: there is no option --frobnicate (see sio --help)",
            "sio: --auth is not JSON: { (see sio --help)",
            "sio: --duration is a time as in 500ms, 10s, 5m or 1h, not soon (see sio --help)",
            "sio: transports are polling and websocket, not pigeons (see sio --help)",
            "sio: a URL starts with http, https, ws or wss, not with ftp (see sio --help)");
  }

  @Test
  void helpIsOnStandardOutput() {
    assertThat(sio("--help")).isEqualTo(Sio.DONE);
    assertThat(lines().get(0)).isEqualTo("Usage: sio [OPTION]... URL [EVENT [ARG]...]");
  }
}
