package dev.switchboard.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.protocol.cluster.Adapter;
import dev.switchboard.protocol.cluster.AdapterContext;
import dev.switchboard.protocol.cluster.ClusterMessage;
import dev.switchboard.protocol.cluster.ClusterReply;
import dev.switchboard.protocol.cluster.RecoveryStore;
import dev.switchboard.server.SocketIoServer;
import dev.switchboard.server.cluster.LocalAdapter;
import dev.switchboard.server.cluster.RecoverySettings;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Recovery from a store that takes its time, as one behind a network does. */
class SlowStoreIT {
  private static final int MOST_HELD = 20;

  /** What is asked of the store and not answered yet; null while it answers at once. */
  private volatile Queue<Runnable> open;

  private final SocketIoServer io =
      SocketIoServer.create(
          config ->
              config
                  .limits(limits -> limits.outboundPackets(MOST_HELD))
                  .adapter(SlowAdapter::new)
                  .recovery());

  private final class SlowAdapter implements Adapter, RecoveryStore {
    private final Adapter local;
    private final RecoveryStore store;

    SlowAdapter(AdapterContext context) {
      local = LocalAdapter.factory(RecoverySettings.DEFAULT).create(context);
      store = local.recovery().orElseThrow();
    }

    private <T> CompletionStage<T> later(Supplier<CompletionStage<T>> question) {
      Queue<Runnable> waiting = open;
      if (waiting == null) {
        return question.get();
      }
      var answer = new CompletableFuture<T>();
      waiting.add(
          () ->
              question
                  .get()
                  .whenComplete(
                      (value, failure) -> {
                        if (failure == null) {
                          answer.complete(value);
                        } else {
                          answer.completeExceptionally(failure);
                        }
                      }));
      return answer;
    }

    @Override
    public Optional<String> position() {
      return store.position();
    }

    @Override
    public void persist(Session session) {
      store.persist(session);
    }

    @Override
    public CompletionStage<Optional<Session>> claim(String pid) {
      return later(() -> store.claim(pid));
    }

    @Override
    public CompletionStage<Optional<List<Missed>>> missed(String offset, Set<String> rooms) {
      return later(() -> store.missed(offset, rooms));
    }

    @Override
    public Optional<RecoveryStore> recovery() {
      return Optional.of(this);
    }

    @Override
    public CompletionStage<String> publish(ClusterMessage message) {
      return local.publish(message);
    }

    @Override
    public CompletionStage<Void> reply(String serverId, ClusterReply reply) {
      return local.reply(serverId, reply);
    }

    @Override
    public CompletionStage<Integer> serverCount() {
      return local.serverCount();
    }

    @Override
    public void close() {
      local.close();
    }
  }

  @AfterEach
  void close() {
    io.close();
  }

  private String connect;
  private String id;

  /** A client that was connected, got one event, and missed the event 1. */
  private void cutOff() {
    try (var first = TestClient.connect(io)) {
      id = first.id();
      io.emit("n", 0);
      connect = "0{\"pid\":\"" + first.pid() + "\",\"offset\":\"" + first.next("n").get(1) + "\"}";
    }
    await().until(() -> io.main().sockets().isEmpty());
    io.emit("n", 1);
    open = new ConcurrentLinkedQueue<>();
  }

  private void answerNext() {
    await().until(() -> !open.isEmpty());
    open.remove().run();
  }

  private void isResumedBy(RawClient client, int upTo) {
    for (int i = 1; i <= upTo; i++) {
      assertThat(client.next()).startsWith("2[\"n\"," + i + ",");
    }
    assertThat(client.next()).startsWith("0{\"sid\":\"" + id + "\"");
  }

  @Test
  void whatComesWhileTheLogIsReadGoesOutOnceBehindWhatWasMissed() {
    cutOff();
    try (var client = RawClient.open(io)) {
      client.send(connect);
      answerNext(); // the claim
      io.emit("n", 2);
      answerNext(); // whether the log reaches back
      await().until(() -> !io.main().sockets().isEmpty());
      io.emit("n", 3); // the socket is there, and the log has not been read
      var asked = io.call("ask");
      io.asVolatile().emit("position");
      assertThat(client.received()).isEmpty();
      Runnable read = open.remove();
      read.run();
      isResumedBy(client, 3);
      assertThat(client.next()).matches("2\\d+\\[\"ask\"]");
      io.emit("n", 4);
      assertThat(client.next()).startsWith("2[\"n\",4,");
      asked.cancel(false);
    }
  }

  @Test
  void whoIsCutWhileTheSessionIsClaimedFindsItAgain() {
    cutOff();
    var client = RawClient.open(io);
    client.send(connect);
    await().until(() -> !open.isEmpty());
    client.close();
    await().until(() -> io.clientsCount() == 0);
    while (!open.isEmpty()) {
      open.remove().run();
    }
    open = null;
    try (var next = RawClient.open(io)) {
      next.send(connect);
      isResumedBy(next, 1);
    }
  }

  @Test
  void whoIsCutWhileTheLogIsReadFindsTheSessionAsItWas() {
    cutOff();
    var client = RawClient.open(io);
    client.send(connect);
    answerNext();
    answerNext();
    await().until(() -> !io.main().sockets().isEmpty());
    io.to(id).emit("n", 2);
    client.close();
    await().until(() -> io.clientsCount() == 0);
    open.remove().run();
    open = null;
    io.to(id).emit("n", 3);
    try (var next = RawClient.open(io)) {
      next.send(connect);
      isResumedBy(next, 3);
    }
  }

  @Test
  void moreThanMayBeHeldBackCostsTheConnectionButNotTheSession() {
    cutOff();
    try (var client = RawClient.open(io)) {
      client.send(connect);
      answerNext();
      answerNext();
      await().until(() -> !io.main().sockets().isEmpty());
      for (int i = 2; i <= MOST_HELD + 2; i++) {
        io.emit("n", i);
      }
      client.awaitClose();
    }
    open = null;
    try (var next = RawClient.open(io)) {
      next.send(connect);
      isResumedBy(next, MOST_HELD + 2);
    }
  }

  @Test
  void aClientThatWaitsForTheStoreHoldsUpNobody() {
    cutOff();
    try (var waiting = RawClient.open(io)) {
      waiting.send(connect);
      await().until(() -> !open.isEmpty());
      try (var other = RawClient.connect(io)) {
        io.emit("n", 2);
        assertThat(other.next()).startsWith("2[\"n\",2,");
      }
      assertThat(waiting.received()).isEmpty();
      answerNext();
      answerNext();
      answerNext();
      isResumedBy(waiting, 2);
    }
  }
}
