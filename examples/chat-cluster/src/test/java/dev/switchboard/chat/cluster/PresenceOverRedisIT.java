package dev.switchboard.chat.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.protocol.cluster.Adapter;
import dev.switchboard.protocol.cluster.ClusterMessage;
import dev.switchboard.protocol.cluster.ClusterReply;
import dev.switchboard.redis.Redis;
import dev.switchboard.redis.RedisAdapters;
import dev.switchboard.server.Presence;
import dev.switchboard.server.SocketIoServer;
import dev.switchboard.server.cluster.OnlineUser;
import dev.switchboard.testkit.TestClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who is online on three servers that share a real Redis, over each adapter. */
@Timeout(120)
class PresenceOverRedisIT {
  private final int port = ChatCluster.freePort();
  private final List<AutoCloseable> open = new ArrayList<>();
  private Process redis;

  @AfterEach
  void closeAll() throws Exception {
    try {
      for (int i = open.size() - 1; i >= 0; i--) {
        open.get(i).close();
      }
    } finally {
      redis.destroyForcibly().waitFor();
    }
  }

  /** A server, and what its presence told. */
  private final class Node {
    final Presence presence;
    final SocketIoServer server;
    final Queue<String> heard = new ConcurrentLinkedQueue<>();
    volatile boolean silent;

    Node(Backplane backplane) {
      RedisAdapters adapters = backplane.open(Redis.at("redis://127.0.0.1:" + port));
      open.add(adapters);
      server =
          SocketIoServer.create(
              config ->
                  config
                      .adapter(context -> new Silenced(adapters.create(context)))
                      .presence(
                          settings ->
                              settings
                                  .heartbeat(Duration.ofMillis(400))
                                  .lease(Duration.ofSeconds(2))));
      open.add(server);
      presence = server.presence();
      presence.onLeft(user -> heard.add("-" + user.id()));
      presence.onJoined(user -> heard.add("+" + user.id()));
    }

    TestClient client(String user) {
      TestClient client = TestClient.connect(server);
      open.add(client);
      presence.enter(server.main().socket(client.id()).orElseThrow(), user, Map.of("is", user));
      return client;
    }

    void awaitOnline(String... users) {
      patiently()
          .untilAsserted(
              () ->
                  assertThat(presence.users())
                      .extracting(OnlineUser::id)
                      .containsExactlyInAnyOrder(users));
    }

    /** Says nothing any more, when told so. */
    private final class Silenced implements Adapter {
      private final Adapter adapter;

      Silenced(Adapter adapter) {
        this.adapter = adapter;
      }

      @Override
      public CompletionStage<String> publish(ClusterMessage message) {
        return silent ? CompletableFuture.completedFuture("") : adapter.publish(message);
      }

      @Override
      public CompletionStage<Void> reply(String serverId, ClusterReply reply) {
        return adapter.reply(serverId, reply);
      }

      @Override
      public CompletionStage<Integer> serverCount() {
        return adapter.serverCount();
      }

      @Override
      public void close() {
        adapter.close();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void allServersKnowWhoIsOnlineThoughNodesAndRedisComeAndGo(Backplane backplane) throws Exception {
    startRedis();
    var a = new Node(backplane);
    var b = new Node(backplane);
    TestClient tab = a.client("ann");
    TestClient telephone = b.client("ann");
    a.client("bob");
    var late = new Node(backplane);
    for (Node node : List.of(a, b, late)) {
      node.awaitOnline("ann", "bob");
    }
    assertThat(late.presence.user("ann").map(OnlineUser::data)).contains(Map.of("is", "ann"));

    tab.close();
    late.client("cid");
    a.awaitOnline("ann", "bob", "cid");
    telephone.close();
    a.awaitOnline("bob", "cid");
    late.awaitOnline("bob", "cid");
    assertThat(late.heard).containsOnlyOnce("+ann", "-ann", "+bob", "+cid");

    redis.destroyForcibly().waitFor();
    b.client("dan");
    startRedis();
    for (Node node : List.of(a, b, late)) {
      node.awaitOnline("bob", "cid", "dan");
    }

    a.silent = true; // as if it were killed
    b.awaitOnline("cid", "dan");
    late.awaitOnline("cid", "dan");
  }

  private static ConditionFactory patiently() {
    return await().atMost(Duration.ofSeconds(30));
  }

  private void startRedis() throws IOException {
    redis =
        new ProcessBuilder(
                Program.find("redis-server"),
                "--port",
                "" + port,
                "--bind",
                "127.0.0.1",
                "--save",
                "")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    patiently().until(this::redisListens);
  }

  private boolean redisListens() {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
      return redis.isAlive();
    } catch (IOException e) {
      return false;
    }
  }
}
