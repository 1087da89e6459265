package dev.switchboard.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.redis.Redis;
import dev.switchboard.redis.RedisProcess;
import dev.switchboard.server.ConnectRejected;
import dev.switchboard.testkit.ConnectRefusedException;
import dev.switchboard.testkit.TestClient;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions that are asked for by whom they are not for: C26b, over streams. */
@Timeout(120)
class StolenSessionIT {
  private RedisProcess redis;
  private Nodes nodes;
  private Node a;
  private Node b;

  @BeforeEach
  void start() {
    redis = RedisProcess.start();
    nodes =
        Nodes.start(
            AdapterKind.STREAMS,
            () -> Redis.at(redis.uri()),
            new Nodes.Size(2, 0, 1, 0),
            config -> config.recovery());
    a = nodes.nodes.get(0);
    b = nodes.nodes.get(1);
    b.io.of("/other").onConnection(socket -> {});
    b.io.use(
        socket -> {
          if ("revoked".equals(socket.handshake().auth().get("token"))) {
            throw new ConnectRejected("revoked");
          }
        });
  }

  @AfterEach
  void stop() throws Exception {
    nodes.close();
    redis.close();
  }

  /** What a client has in hand when it is cut off, and something was sent since. */
  private Map<String, Object> cutOff() throws Exception {
    TestClient client = TestClient.connect(a.io);
    client.call("join", "room").get(30, TimeUnit.SECONDS);
    a.io.to("room").emit("news", "first");
    List<Object> news = client.next("news").toList();
    Map<String, Object> session =
        Map.of("pid", Objects.requireNonNull(client.pid()), "offset", news.get(1));
    client.close();
    await("the session to be kept")
        .atMost(Figures.PATIENCE)
        .until(() -> redis.ask("EXISTS sio:session:" + session.get("pid")).startsWith(":1"));
    a.io.to("room").emit("news", "secret");
    return session;
  }

  @Test
  void itsOwnClientGetsIt() throws Exception {
    Map<String, Object> session = cutOff();
    try (TestClient back = TestClient.connect(b.io, "/", session)) {
      assertThat(back.pid()).isEqualTo(session.get("pid"));
      assertThat(back.next("news").get(0, String.class)).isEqualTo("secret");
    }
  }

  @Test
  void whoIsRefusedGetsNothing() throws Exception {
    Map<String, Object> session = cutOff();
    Map<String, Object> revoked =
        Map.of("pid", session.get("pid"), "offset", session.get("offset"), "token", "revoked");
    assertThatThrownBy(() -> TestClient.connect(b.io, "/", revoked))
        .isInstanceOf(ConnectRefusedException.class)
        .hasMessage("revoked");
    await("the refused client's connection to end")
        .atMost(Figures.PATIENCE)
        .until(() -> b.io.clientsCount() == 0);
  }

  @Test
  void itIsGivenOnce() throws Exception {
    Map<String, Object> session = cutOff();
    List<CompletableFuture<TestClient>> tries =
        Stream.of(a, b)
            .map(
                node ->
                    CompletableFuture.supplyAsync(
                        () -> TestClient.connect(node.io, "/", session),
                        task -> new Thread(task).start()))
            .toList();
    int owners = 0;
    for (CompletableFuture<TestClient> one : tries) { // none is closed before all are there
      TestClient client = one.get(30, TimeUnit.SECONDS);
      if (session.get("pid").equals(client.pid())) {
        owners++;
      } else {
        client.call("join", "another room").get(30, TimeUnit.SECONDS);
        assertThat(client.waiting("news")).isZero();
      }
    }
    for (CompletableFuture<TestClient> one : tries) {
      one.join().close();
    }
    assertThat(owners).isEqualTo(1);
  }

  @Test
  void anotherNamespaceHasNoUseForIt() throws Exception {
    Map<String, Object> session = cutOff();
    try (TestClient client = TestClient.connect(b.io, "/other", session)) {
      assertThat(client.pid()).isNotEqualTo(session.get("pid"));
      assertThat(client.waiting("news")).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"9-9999999999999999999", "1-1", "99999999999999-0", "x", "", "-", "+", "$"})
  void anOffsetThatTheStreamDoesNotHaveRecoversNothing(String offset) throws Exception {
    Map<String, Object> session = cutOff();
    Map<String, Object> wrong = Map.of("pid", session.get("pid"), "offset", offset);
    try (TestClient client = TestClient.connect(b.io, "/", wrong)) {
      assertThat(client.pid()).isNotEqualTo(session.get("pid"));
      client.call("join", "another room").get(30, TimeUnit.SECONDS);
      assertThat(client.waiting("news")).isZero();
    }
  }
}
