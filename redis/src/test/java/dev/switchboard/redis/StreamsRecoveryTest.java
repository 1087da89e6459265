package dev.switchboard.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.protocol.cluster.Adapter;
import dev.switchboard.protocol.cluster.BroadcastOptions;
import dev.switchboard.protocol.cluster.ClusterMessage;
import dev.switchboard.protocol.cluster.RecoveryStore;
import dev.switchboard.protocol.cluster.RecoveryStore.Session;
import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.socket.Args;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Sessions and what their clients missed, in a Redis server of its own. */
class StreamsRecoveryTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration WINDOW = Duration.ofMinutes(2);

  private static RedisProcess redis;
  private static RedisClient client;
  private static RedisCommands<String, String> raw;

  @BeforeAll
  static void startRedis() {
    redis = RedisProcess.start();
    client = RedisClient.create(redis.uri());
    raw = client.connect().sync();
  }

  @AfterAll
  static void stopRedis() throws Exception {
    client.shutdownAsync(0, 0, SECONDS);
    redis.close();
  }

  /** A node of a test's own stream. */
  private static final class Node implements AutoCloseable {
    final RecordingContext context;
    final RedisAdapters factory;
    final Adapter adapter;
    final RecoveryStore store;

    Node(String name, StreamsSettings settings) {
      this(name, settings, Redis.of(client));
    }

    Node(String name, StreamsSettings settings, Redis redis) {
      this.context = new RecordingContext("/" + name, WINDOW);
      this.factory = RedisAdapters.streams(redis, settings.streamName(name));
      this.adapter = factory.create(context);
      this.store = adapter.recovery().orElseThrow();
      await().atMost(PATIENCE).until(() -> store.position().isPresent());
    }

    Node(String name) {
      this(name, StreamsSettings.DEFAULT);
    }

    /** Returns its offset. */
    String emit(Object arg, BroadcastOptions options) throws Exception {
      return done(adapter.publish(new ClusterMessage.Broadcast("e", Args.of(arg), options, null)));
    }

    Optional<List<Object>> missed(String offset, String... rooms) throws Exception {
      return done(store.missed(offset, Set.of(rooms)))
          .map(all -> all.stream().map(one -> one.broadcast().args().get(0)).toList());
    }

    @Override
    public void close() {
      adapter.close();
      factory.close();
    }
  }

  @Test
  void withoutRecoveryThereIsNoStoreAndNoOffset() {
    try (var factory = RedisAdapters.streams(client);
        var adapter = factory.create(new RecordingContext("/off"))) {
      assertThat(adapter.recovery()).isEmpty();
    }
  }

  @Test
  void whatWasMissedIsCompleteAndInOrderWhetherItIsInMemoryOrNot() throws Exception {
    try (var one = new Node("missed");
        var two = new Node("missed")) {
      String start = one.store.position().orElseThrow();
      String first = one.emit("first", BroadcastOptions.ALL);
      List<Object> expected = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        Node node = i % 2 == 0 ? one : two;
        node.emit(i, BroadcastOptions.ALL.to(Set.of("r", "other")));
        node.emit("of another room", BroadcastOptions.room("another"));
        node.emit("all but r", BroadcastOptions.ALL.except(Set.of("r")));
        node.emit("volatile", BroadcastOptions.ALL.isVolatile(true));
        expected.add(i);
      }
      String last = one.emit("last", BroadcastOptions.ALL);
      expected.add("last");
      try (var late = new Node("missed")) { // has nothing in memory
        for (Node node : List.of(one, two, late)) {
          await().atMost(PATIENCE).until(() -> node.store.position().orElse("").equals(last));
          assertThat(node.missed(first, "r", "own id")).contains(expected);
          assertThat(node.missed(last, "r")).contains(List.of());
        }
      }
      assertThat(one.missed(start, "nowhere").orElseThrow()).startsWith("first").endsWith("last");
    }
  }

  @Test
  void messagesOfThisNodeAreDeliveredWithTheirOffsetsInTheOrderOfTheStream() throws Exception {
    try (var one = new Node("order");
        var two = new Node("order")) {
      List<CompletionStage<String>> own = new ArrayList<>();
      List<String> seen = java.util.Collections.synchronizedList(new ArrayList<>());
      for (int i = 0; i < 500; i++) {
        var stage =
            one.adapter.publish(
                new ClusterMessage.Broadcast("e", Args.of(i), BroadcastOptions.ALL, null));
        stage.thenAccept(seen::add);
        own.add(stage);
        two.emit(i, BroadcastOptions.ALL);
      }
      for (var stage : own) {
        done(stage);
      }
      assertThat(seen).hasSize(500).isSortedAccordingTo((a, b) -> id(a).compareTo(id(b)));
      List<String> others = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        others.add(one.context.offsets.poll(10, SECONDS));
      }
      assertThat(others).isSortedAccordingTo((a, b) -> id(a).compareTo(id(b)));
      assertThat(others).doesNotContainAnyElementsOf(seen);
    }
  }

  private static StreamId id(String text) {
    StreamId id = StreamId.parse(text);
    assertThat(id).as(text).isNotNull();
    return id;
  }

  @Test
  void aStreamThatWasShortenedGivesNothingRatherThanAHole() throws Exception {
    try (var one = new Node("shortened")) {
      String first = one.emit(1, BroadcastOptions.ALL);
      String second = one.emit(2, BroadcastOptions.ALL);
      one.emit(3, BroadcastOptions.ALL);
      raw.xtrim("shortened", false, 2);
      try (var other = new Node("shortened")) {
        assertThat(other.missed(first, "r")).isEmpty();
        assertThat(other.missed(second, "r")).contains(List.of(3));
      }
      assertThat(one.missed(first, "r")).as("still in memory").contains(List.of(2, 3));
    }
  }

  @Test
  void aNodeThatFellBehindAStreamThatWasShortenedRecoversNobodyAcrossTheGap() throws Exception {
    var held = new CountDownLatch(1);
    var release = new CountDownLatch(1);
    try (var one = new Node("behind");
        var two = new Node("behind", StreamsSettings.DEFAULT, Redis.at(redis.uri()))) {
      String first = one.emit("first", BroadcastOptions.ALL);
      await().atMost(PATIENCE).until(() -> two.store.position().orElse("").equals(first));
      two.context.onArrival =
          () -> {
            held.countDown();
            assertThat(wait(release)).isTrue();
          };
      one.emit("holds it up", BroadcastOptions.ALL);
      assertThat(wait(held)).isTrue();
      for (int i = 0; i < 50; i++) {
        one.emit(i, BroadcastOptions.ALL);
      }
      raw.xtrim("behind", false, 5);
      release.countDown();
      String last = one.emit("last", BroadcastOptions.ALL);
      await().atMost(PATIENCE).until(() -> two.store.position().orElse("").equals(last));
      assertThat(two.missed(first, "r")).isEmpty();
      assertThat(one.missed(first, "r").orElseThrow()).hasSize(52);
      String next = one.emit("next", BroadcastOptions.ALL);
      await().atMost(PATIENCE).until(() -> two.store.position().orElse("").equals(next));
      assertThat(two.missed(last, "r")).contains(List.of("next"));
    }
  }

  private static boolean wait(CountDownLatch latch) {
    try {
      return latch.await(30, SECONDS);
    } catch (InterruptedException e) {
      return false;
    }
  }

  @Test
  void whatWaitsForItsPlaceInTheStreamIsDeliveredWhenTheNamespaceIsClosed() throws Exception {
    try (var one = new Node("closing")) {
      raw.configSet("maxmemory", "1");
      try {
        var waiting =
            one.adapter.publish(
                new ClusterMessage.Broadcast("e", Args.of(1), BroadcastOptions.ALL, null));
        one.adapter.close();
        assertThat(done(waiting)).isEmpty();
      } finally {
        raw.configSet("maxmemory", "0");
      }
    }
  }

  @Test
  void whatIsNoOffsetOfTheStreamGivesNothing() throws Exception {
    try (var one = new Node("offsets")) {
      one.emit(1, BroadcastOptions.ALL);
      for (String offset :
          List.of("", "x", "1-1", "-", "0-0-0", "9-9999999999999999999", "99999999999999-0")) {
        assertThat(one.missed(offset, "r")).as(offset).isEmpty();
      }
      raw.xadd("other stream", Map.of("nsp", "/offsets"));
      String foreign = raw.xrange("other stream", io.lettuce.core.Range.unbounded()).get(0).getId();
      assertThat(one.missed(foreign, "r")).isEmpty();
    }
  }

  @Test
  void aSessionIsClaimedOnceOnAnyNode() throws Exception {
    try (var one = new Node("sessions");
        var two = new Node("sessions");
        var other = new Node("elsewhere")) {
      var session = new Session("sid", "pid", Set.of("sid", "r"), Map.of("a", 1), "1-0");
      one.store.persist(session);
      awaitKept("pid");
      assertThat(raw.pttl("sio:session:pid")).isBetween(1L, WINDOW.toMillis());
      assertThat(done(two.store.claim("pid"))).contains(session);
      assertThat(done(two.store.claim("pid"))).isEmpty();
      assertThat(done(one.store.claim("pid"))).isEmpty();

      one.store.persist(session);
      awaitKept("pid");
      raw.set("sio:session:wrong", raw.get("sio:session:pid") + "?");
      assertThat(done(other.store.claim("pid"))).as("of another namespace").isEmpty();
      assertThat(done(one.store.claim("wrong"))).isEmpty();
      raw.set("sio:session:text", Base64.getEncoder().encodeToString(new byte[] {1, 2, 3}));
      assertThat(done(one.store.claim("text"))).isEmpty();
      assertThat(one.context.malformed.poll(10, SECONDS)).isNotNull();
    }
  }

  /** Recorded from the reference. */
  @Test
  void sessionsAreWrittenAndReadAsTheReferenceDoes() throws Exception {
    String recorded = "hKNzaWShU6NwaWShUKVyb29tc5KhU6JyMaRkYXRhgaFhAQ==";
    var codec = new SessionCodec(Json.create());
    var session = new Session("S", "P", Set.of("S", "r1"), Map.of("a", 1), null);
    try (var one = new Node("reference")) {
      raw.set("sio:session:P", recorded);
      assertThat(done(one.store.claim("P"))).contains(session);
    }
    String written = new String(codec.encode(new SessionCodec.Kept(session, null, null)), UTF_8);
    String otherOrder = "hKNzaWShU6NwaWShUKVyb29tc5KicjGhU6RkYXRhgaFhAQ==";
    assertThat(written).isIn(recorded, otherOrder);
  }

  @Test
  void aSnapshotIsTakenOverAndForgottenByItsHolderAlone() throws Exception {
    var settings = StreamsSettings.DEFAULT.sessionSnapshots(true);
    try (var one = new Node("snapshots", settings);
        var two = new Node("snapshots", settings)) {
      assertThat(one.store.wantsSnapshots()).isTrue();
      var session = new Session("sid", "snap", Set.of("sid"), Map.of(), null);
      one.store.snapshot(session);
      awaitKept("snap");
      assertThat(done(two.store.claim("snap"))).contains(session);
      var disconnect = new ClusterMessage.DisconnectSockets(BroadcastOptions.room("sid"), true);
      assertThat(one.context.messages.poll(10, SECONDS)).isEqualTo(disconnect);

      two.store.snapshot(session);
      awaitKept("snap");
      one.store.forget("snap");
      assertThat(done(two.store.claim("snap"))).as("not one's to forget").contains(session);
      assertThat(two.context.messages.poll(10, SECONDS)).isEqualTo(disconnect);

      two.store.snapshot(session);
      awaitKept("snap");
      two.store.forget("snap");
      await().atMost(PATIENCE).until(() -> raw.exists("sio:session:snap") == 0);
    }
  }

  @Test
  void whileRedisIsAwayMessagesAreDeliveredWithoutOffsetsAndNobodyIsRecoveredAcrossThem()
      throws Exception {
    try (var own = RedisProcess.start("--appendonly", "yes");
        var factory = RedisAdapters.streams(Redis.at(own.uri()))) {
      var context = new RecordingContext("/away", WINDOW);
      Adapter adapter = factory.create(context);
      RecoveryStore store = adapter.recovery().orElseThrow();
      await().atMost(PATIENCE).until(() -> store.position().isPresent());
      String before = emit(adapter, "before");
      assertThat(before).isNotEmpty();
      await().atMost(PATIENCE).until(() -> store.position().orElse("").equals(before));
      own.kill();
      for (int i = 0; i < 10; i++) {
        assertThat(emit(adapter, i)).as("an offset").isEmpty();
      }
      own.restart();
      await().atMost(PATIENCE).until(() -> !emit(adapter, "after").isEmpty());
      String after = emit(adapter, "after that");
      assertThat(done(store.missed(before, Set.of("r"))))
          .as("it may have got some of them")
          .isEmpty();
      emit(adapter, "last");
      assertThat(done(store.missed(after, Set.of("r"))).orElseThrow())
          .extracting(one -> one.broadcast().args().get(0))
          .containsExactly("last");
    }
  }

  /** Until what was written over one connection is seen over another. */
  private static void awaitKept(String pid) {
    await().atMost(PATIENCE).until(() -> raw.exists("sio:session:" + pid) == 1);
  }

  private static String emit(Adapter adapter, Object arg) throws Exception {
    return done(
        adapter.publish(
            new ClusterMessage.Broadcast("e", Args.of(arg), BroadcastOptions.ALL, null)));
  }

  private static <T> T done(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(20, SECONDS);
  }
}
