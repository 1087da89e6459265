package dev.switchboard.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.protocol.cluster.Adapter;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The connections to a real server that comes, goes and hangs. */
class RedisConnectionsTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  private RedisProcess server;
  private final Events events = new Events();

  /** What a listener was told, in order. */
  private static final class Events implements RedisListener {
    final Queue<String> told = new ConcurrentLinkedQueue<>();

    @Override
    public void connected(String connection) {
      told.add("connected " + connection);
    }

    @Override
    public void disconnected(String connection) {
      told.add("disconnected " + connection);
    }

    @Override
    public void reconnected(String connection) {
      told.add("reconnected " + connection);
    }

    @Override
    public void failed(Throwable cause) {
      told.add("failed");
    }

    @Override
    public void recovered() {
      told.add("recovered");
    }
  }

  @BeforeEach
  void startRedis() {
    server = RedisProcess.start();
  }

  @AfterEach
  void stopRedis() throws Exception {
    server.close();
  }

  private Redis redis() {
    return Redis.at(server.uri()).with(s -> s.listener(events));
  }

  private static <T> T wait(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(20, SECONDS);
  }

  @Test
  void anAdapterMayBeClosedAfterItsConnections() throws Exception {
    List<Function<RedisClient, RedisAdapters>> kinds =
        List.of(RedisAdapters::classic, RedisAdapters::sharded, RedisAdapters::streams);
    for (Function<RedisClient, RedisAdapters> kind : kinds) {
      RedisClient client = RedisClient.create(server.uri());
      RedisAdapters adapters = kind.apply(client);
      Adapter adapter = adapters.create(new RecordingContext("/"));
      await().atMost(SOON).until(() -> wait(adapter.serverCount()) == 1);
      wait(adapter.roomOpened("room"));
      adapters.close();
      client.shutdown();
      assertThatCode(() -> adapter.roomClosed("room")).doesNotThrowAnyException();
      assertThatCode(adapter::close).doesNotThrowAnyException();
    }
  }

  @Test
  void messagesOfChannelsAndPatternsReachTheirHandlers() throws Exception {
    BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    try (var connections = RedisConnections.open(redis())) {
      Subscriptions.Handler handler =
          (channel, message) -> seen.add(channel + "=" + new String(message, UTF_8));
      wait(connections.subscriptions().subscribe("one", handler));
      wait(connections.subscriptions().psubscribe("p*", handler));
      assertThat(wait(connections.subscribers("one"))).isEqualTo(1);
      assertThat(wait(connections.publish("one", "1".getBytes(UTF_8)))).isEqualTo(1);
      assertThat(wait(connections.publish("pat", "2".getBytes(UTF_8)))).isEqualTo(1);
      assertThat(seen.poll(20, SECONDS)).isEqualTo("one=1");
      assertThat(seen.poll(20, SECONDS)).isEqualTo("pat=2");
      connections.subscriptions().unsubscribe("one", handler);
      await().atMost(SOON).until(() -> wait(connections.subscribers("one")) == 0);
    }
    assertThat(events.told).containsExactly("connected commands", "connected subscriber");
  }

  @Test
  void whatWasSubscribedToIsSubscribedToAgainWhenRedisIsBack() throws Exception {
    BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    try (var connections = RedisConnections.open(redis())) {
      wait(connections.subscriptions().subscribe("one", (c, message) -> seen.add(c)));
      wait(connections.subscriptions().psubscribe("p*", (c, message) -> seen.add(c)));
      server.kill();
      await().atMost(SOON).until(() -> events.told.contains("disconnected subscriber"));
      // subscribed to while it is away
      CompletionStage<Void> two =
          connections.subscriptions().subscribe("two", (c, message) -> seen.add(c));
      server.restart();
      wait(two);
      for (String channel : new String[] {"one", "two", "pat"}) {
        await()
            .atMost(SOON)
            .ignoreExceptions()
            .until(() -> wait(connections.publish(channel, new byte[1])) == 1);
        assertThat(seen.poll(20, SECONDS)).isEqualTo(channel);
      }
    }
    assertThat(events.told).containsOnlyOnce("disconnected commands", "reconnected commands");
    assertThat(events.told).containsOnlyOnce("disconnected subscriber", "reconnected subscriber");
  }

  @Test
  void aCommandOfAHangingServerFailsInTimeAndNoMoreThanSoManyWait() throws Exception {
    Redis impatient = redis().with(s -> s.commandTimeout(Duration.ofMillis(300)).maxPending(5));
    try (var connections = RedisConnections.open(impatient)) {
      server.pause();
      for (int i = 0; i < 5; i++) {
        CompletionStage<Long> late = connections.publish("c", new byte[1]);
        assertThatThrownBy(() -> wait(late))
            .isInstanceOf(ExecutionException.class)
            .hasCauseInstanceOf(RedisCommandTimeoutException.class)
            .hasMessageContaining("300 ms");
      }
      assertThatThrownBy(() -> wait(connections.publish("c", new byte[1])))
          .hasMessageContaining("maxPending");
      assertThat(events.told).containsOnlyOnce("failed").doesNotContain("recovered");
      server.resume();
      await()
          .atMost(SOON)
          .ignoreExceptions()
          .until(() -> wait(connections.publish("c", new byte[1])) == 0);
      await().atMost(SOON).until(() -> events.told.contains("recovered"));
    }
  }

  @Test
  void aMessageWhoseAnswerWasLostIsNotSentAgain() throws Exception {
    BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    try (var line = new CutLine(server.port());
        var ear = RedisConnections.open(Redis.at(server.uri()));
        var mouth = RedisConnections.open(Redis.at(line.uri()).with(s -> s.listener(events)))) {
      wait(
          ear.subscriptions()
              .subscribe("c", (channel, message) -> seen.add(new String(message, UTF_8))));
      line.mute(true);
      mouth.publish("c", "once".getBytes(UTF_8));
      assertThat(seen.poll(20, SECONDS)).isEqualTo("once");
      line.shut(true);
      await().atMost(SOON).until(() -> events.told.contains("disconnected commands"));
      mouth.publish("c", "while it was away".getBytes(UTF_8));
      line.mute(false);
      line.shut(false);
      assertThat(seen.poll(20, SECONDS)).isEqualTo("while it was away");
    }
  }

  @Test
  void aCommandFailsAfterSoManyTriesToConnectAnew() throws Exception {
    Redis stubborn =
        redis()
            .with(
                s ->
                    s.commandTimeout(Duration.ofMinutes(1))
                        .retriesPerCommand(2)
                        .backOff(attempt -> Duration.ofMillis(50)));
    try (var connections = RedisConnections.open(stubborn)) {
      server.kill();
      await().atMost(SOON).until(() -> events.told.contains("disconnected commands"));
      assertThatThrownBy(() -> wait(connections.publish("c", new byte[1])))
          .hasMessageContaining("2 tries");
    }
  }

  @Test
  void aLazyOneConnectsOnceRedisIsThere() throws Exception {
    server.kill();
    try (var connections = RedisConnections.open(redis().with(s -> s.lazy(true)))) {
      assertThatThrownBy(() -> wait(connections.publish("c", new byte[1])))
          .hasMessageContaining("not connected yet");
      CompletionStage<Void> subscribed =
          connections.subscriptions().subscribe("one", (c, message) -> {});
      await().atMost(SOON).until(() -> events.told.contains("failed"));
      server.restart();
      wait(subscribed);
      await()
          .atMost(SOON)
          .ignoreExceptions()
          .until(() -> wait(connections.subscribers("one")) == 1);
      assertThat(events.told).containsOnlyOnce("failed");
    }
  }

  @Test
  void whatIsNotLazyFailsIfRedisIsNotThere() throws Exception {
    server.kill();
    assertThatThrownBy(() -> RedisConnections.open(redis())).isInstanceOf(RedisException.class);
  }

  @Test
  void aUserWithAPasswordAndADatabaseOfItsOwn() throws Exception {
    server.ask("ACL SETUSER app on >secret ~* &* +@all");
    server.ask("ACL SETUSER default off");
    String address = "127.0.0.1:" + server.port();
    try (var connections =
        RedisConnections.open(Redis.at("redis://app:secret@" + address + "/3"))) {
      wait(connections.send(to -> to.set("key".getBytes(UTF_8), new byte[1])));
      String keyspace = wait(connections.send(to -> to.info("keyspace")));
      assertThat(keyspace).contains("db3:keys=1");
    }
    Redis stranger = Redis.at("redis://app:wrong@" + address);
    assertThatThrownBy(() -> RedisConnections.open(stranger)).isInstanceOf(RedisException.class);
  }

  @Test
  void aClientThatWasHandedInStaysOpen() throws Exception {
    RedisClient client = RedisClient.create(server.uri());
    try {
      var connections = RedisConnections.open(Redis.of(client));
      var reader = wait(connections.dedicated("reader"));
      assertThat(reader.connection().isOpen()).isTrue();
      connections.close();
      connections.close();
      await().atMost(SOON).until(() -> !reader.connection().isOpen());
      assertThat(client.connect().sync().ping()).isEqualTo("PONG");
    } finally {
      client.shutdownAsync(0, 0, SECONDS);
    }
  }
}
