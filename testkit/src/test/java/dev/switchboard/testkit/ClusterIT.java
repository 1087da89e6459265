package dev.switchboard.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.switchboard.protocol.Call;
import dev.switchboard.protocol.cluster.Adapter;
import dev.switchboard.protocol.cluster.AdapterContext;
import dev.switchboard.protocol.cluster.AdapterFactory;
import dev.switchboard.protocol.cluster.ClusterMessage;
import dev.switchboard.protocol.cluster.ClusterReply;
import dev.switchboard.protocol.json.Json;
import dev.switchboard.server.RemoteSocket;
import dev.switchboard.server.RequestTimeoutException;
import dev.switchboard.server.Socket;
import dev.switchboard.server.SocketIoServer;
import dev.switchboard.server.cluster.Replies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Servers that are one to their clients: three of them, a client on each, in rooms. */
class ClusterIT {
  private static final Call<String, Integer> LENGTH =
      Call.of("length", String.class, Integer.class);
  private static final Duration SOON = Duration.ofMillis(300);

  private final InProcessBus bus = new InProcessBus();
  private final List<SocketIoServer> servers = new ArrayList<>();
  private final List<TestClient> clients = new ArrayList<>();
  private SocketIoServer a;
  private SocketIoServer b;
  private SocketIoServer c;
  private TestClient ann;
  private TestClient bob;
  private TestClient cid;

  @BeforeEach
  void start() {
    a = server(bus.adapter());
    b = server(bus.adapter());
    c = server(bus.adapter());
    ann = client(a, "odd", "all");
    bob = client(b, "even", "all");
    cid = client(c, "odd", "all");
  }

  @AfterEach
  void stop() {
    clients.forEach(TestClient::close);
    servers.forEach(SocketIoServer::close);
    bus.close();
  }

  private SocketIoServer server(AdapterFactory adapter) {
    var server = SocketIoServer.create(config -> config.adapter(adapter).requestsTimeout(SOON));
    servers.add(server);
    return server;
  }

  private TestClient client(SocketIoServer server, String... rooms) {
    var client = TestClient.connect(server);
    clients.add(client);
    socket(server, client).join(rooms);
    return client;
  }

  private static Socket socket(SocketIoServer server, TestClient client) {
    return server.main().socket(client.id()).orElseThrow();
  }

  /** How many of an event came; what was sent before the call has come by then. */
  private int received(TestClient client, String event) {
    for (SocketIoServer server : servers) {
      server.emit("fence");
    }
    for (int i = 0; i < servers.size(); i++) {
      client.next("fence");
    }
    return client.waiting(event);
  }

  @Test
  void aBroadcastReachesTheClientsOfAllServersOnceAndInOrder() {
    for (int i = 0; i < 100; i++) {
      a.emit("n", i, Map.of("x", List.of(i)), new byte[] {(byte) i});
    }
    for (TestClient client : List.of(ann, bob, cid)) {
      for (int i = 0; i < 100; i++) {
        var args = client.next("n");
        assertThat(args.get(0)).isEqualTo(i);
        assertThat(args.get(1)).isEqualTo(Map.of("x", List.of(i)));
        assertThat(args.get(2, byte[].class)).containsExactly(i);
      }
      assertThat(received(client, "n")).isZero();
    }
  }

  @Test
  void roomsAndExceptionsHoldOnAllServers() {
    a.to("odd").emit("e");
    b.to("odd", "all").except("even").emit("e");
    c.except("odd").emit("e");
    a.to(bob.id()).emit("private");
    assertThat(received(ann, "e")).isEqualTo(2);
    assertThat(received(bob, "e")).isEqualTo(1);
    assertThat(received(cid, "e")).isEqualTo(2);
    assertThat(bob.waiting("private")).isEqualTo(1);
    assertThat(ann.waiting("private") + cid.waiting("private")).isZero();
  }

  @Test
  void aSocketSpeaksToTheOthersOfAllServers() {
    socket(a, ann).broadcast().emit("e");
    socket(b, bob).to("odd").emit("e");
    assertThat(received(ann, "e")).isEqualTo(1);
    assertThat(received(bob, "e")).isEqualTo(1);
    assertThat(received(cid, "e")).isEqualTo(2);
  }

  @Test
  void localReachesTheClientsOfThisServerOnly() {
    var neighbour = client(a);
    a.local().emit("e");
    socket(a, ann).local().emit("e");
    assertThat(received(ann, "e")).isEqualTo(1);
    assertThat(received(neighbour, "e")).isEqualTo(2);
    assertThat(received(bob, "e")).isZero();
    assertThat(a.local().fetchSockets().join()).hasSize(2);
    a.local().socketsJoin("here");
    assertThat(b.in("here").fetchSockets().join()).hasSize(2);
  }

  @Test
  void namespacesAreApart() {
    a.of("/chat");
    b.of("/chat");
    try (var chat = TestClient.connect(b, "/chat", null)) {
      a.of("/chat").emit("e", 1);
      assertThat(chat.next("e").get(0)).isEqualTo(1);
      assertThat(received(bob, "e")).isZero();
    }
  }

  @Test
  void socketsOfAllServersAreFetched() {
    socket(c, cid).data().put("name", "Cid");
    List<RemoteSocket> odd = b.in("odd").fetchSockets().join();
    assertThat(odd).extracting(RemoteSocket::id).containsExactlyInAnyOrder(ann.id(), cid.id());
    RemoteSocket remote =
        odd.stream().filter(s -> s.id().equals(cid.id())).findFirst().orElseThrow();
    assertThat(remote.rooms()).isEqualTo(Set.of("odd", "all", cid.id()));
    assertThat(remote.data()).isEqualTo(Map.of("name", "Cid"));
    assertThat(remote.handshake()).containsKeys("headers", "time", "address", "query", "auth");
    remote.emit("hello", 1);
    assertThat(cid.next("hello").get(0)).isEqualTo(1);
    cid.reply("length", args -> 3);
    assertThat(remote.call(LENGTH, "abc").join()).isEqualTo(3);
    remote.join("new");
    await().until(() -> c.main().roomSize("new") == 1);
    remote.leave("new");
    await().until(() -> c.main().roomSize("new") == 0);
    remote.disconnect(false);
    assertThat(cid.awaitDisconnect()).isEqualTo("io server disconnect");
  }

  @Test
  void socketsJoinAndLeaveOnAllServers() {
    a.in("odd").socketsJoin("new", "newer");
    await().until(() -> a.main().roomSize("new") == 1 && c.main().roomSize("newer") == 1);
    assertThat(b.main().roomNames()).doesNotContain("new");
    b.in("new").socketsLeave("odd", "new");
    await().until(() -> a.main().roomSize("odd") + c.main().roomSize("new") == 0);
    assertThat(c.main().roomSize("newer")).isEqualTo(1);
  }

  @Test
  void socketsAreDisconnectedOnAllServers() {
    b.in("odd").disconnectSockets();
    assertThat(ann.awaitDisconnect()).isEqualTo("io server disconnect");
    assertThat(cid.awaitDisconnect()).isEqualTo("io server disconnect");
    assertThat(bob.isConnected()).isTrue();
    a.disconnectSockets(true);
    bob.awaitDisconnect();
    await().until(() -> b.clientsCount() == 0);
  }

  @Test
  void oneSocketThatIsFullKeepsNoOtherFromJoining() {
    SocketIoServer strict =
        SocketIoServer.create(
            config -> config.adapter(bus.adapter()).limits(limits -> limits.roomsPerSocket(1)));
    servers.add(strict);
    var full = TestClient.connect(strict);
    var free = TestClient.connect(strict);
    clients.addAll(List.of(full, free));
    socket(strict, full).join("its one room");
    a.socketsJoin("new");
    await().until(() -> strict.main().roomSize("new") == 1);
    assertThat(socket(strict, free).rooms()).contains("new");
    assertThat(received(full, "e")).isZero();
  }

  @Test
  void serversAreCounted() {
    assertThat(a.serverCount().toCompletableFuture().join()).isEqualTo(3);
    c.close();
    assertThat(a.serverCount().toCompletableFuture().join()).isEqualTo(2);
  }

  @Test
  void serverSideEventsReachTheOtherServersOnly() {
    Queue<String> seen = new ConcurrentLinkedQueue<>();
    for (SocketIoServer server : servers) {
      String name = server == a ? "a" : server == b ? "b" : "c";
      server.main().on("hello", args -> seen.add(name + args.toList()));
    }
    a.serverSideEmit("hello", 1, "x");
    await().until(() -> seen.size() == 2);
    a.serverSideEmit("end");
    assertThat(a.serverSideEmitWithAck("sync").join().complete()).isFalse(); // nobody replies
    assertThat(seen).containsExactlyInAnyOrder("b[1, x]", "c[1, x]");
  }

  @Test
  void serverSideEventsAreAnsweredByEachOtherServer() {
    b.main().reply("load", args -> 5);
    c.main().reply("load", args -> 7);
    a.main().reply("load", args -> 99);
    Replies<Object> replies = a.serverSideEmitWithAck("load", "cpu").join();
    assertThat(replies.values()).containsExactlyInAnyOrder(5, 7);
    assertThat(replies.complete()).isTrue();
  }

  @Test
  void aServerThatDoesNotAnswerIsMissingFromTheAnswers() {
    b.main().reply("load", args -> 5);
    Replies<Object> replies = a.serverSideEmitWithAck("load").join();
    assertThat(replies).isEqualTo(new Replies<Object>(List.of(5), 2, false));
  }

  @Test
  void aServerThatIsAloneGetsNoAnswersAtOnce() {
    try (SocketIoServer alone = SocketIoServer.create(config -> {})) {
      alone.serverSideEmit("hello");
      assertThat(alone.serverSideEmitWithAck("hello").join())
          .isEqualTo(new Replies<Object>(List.of(), 0, true));
    }
  }

  @Test
  void reservedNamesAreNoServerSideEvents() {
    for (String name : List.of("connect", "connection", "new_namespace")) {
      assertThatThrownBy(() -> a.serverSideEmit(name))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("\"" + name + "\" is a reserved event name");
      assertThatThrownBy(() -> a.serverSideEmitWithAck(name))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void anExceptionInAServerSideHandlerIsNoAnswerAndStopsNothing() {
    b.main()
        .reply(
            "load",
            args -> {
              throw new IllegalStateException("on purpose");
            });
    c.main().reply("load", args -> 7);
    assertThat(a.serverSideEmitWithAck("load").join().values()).containsExactly(7);
    b.main().reply("next", args -> 1);
    assertThat(a.serverSideEmitWithAck("next").join().values()).containsExactly(1);
  }

  @Test
  void theAcknowledgementsOfAllServersAreCollected() {
    ann.reply("length", args -> 1);
    bob.reply("length", args -> 2);
    cid.reply("length", args -> 3);
    Replies<Integer> all = b.call(LENGTH, "x").join();
    assertThat(all.values()).containsExactlyInAnyOrder(1, 2, 3);
    assertThat(all.expected()).isEqualTo(3);
    assertThat(all.complete()).isTrue();
    assertThat(a.to("even").call(LENGTH, "x").join().values()).containsExactly(2);
    assertThat(a.local().call(LENGTH, "x").join()).isEqualTo(new Replies<>(List.of(1), 1, true));
    assertThat(a.to("nobody").call(LENGTH, "x").join())
        .isEqualTo(new Replies<Integer>(List.of(), 0, true));
  }

  @Test
  void atTheTimeoutThereIsWhatCameFromAllServers() {
    ann.reply("length", args -> 1);
    cid.reply("length", args -> 3);
    Replies<Integer> some = b.timeout(SOON).call(LENGTH, "x").join();
    assertThat(some.values()).containsExactlyInAnyOrder(1, 3);
    assertThat(some.complete()).isFalse();
    assertThat(some.missing()).isEqualTo(1);
  }

  /** The adapter of a server that counts and never answers, as one that hangs does. */
  private AdapterFactory hanging() {
    return context ->
        bus.adapter()
            .create(
                new AdapterContext() {
                  @Override
                  public String namespace() {
                    return context.namespace();
                  }

                  @Override
                  public Json json() {
                    return context.json();
                  }

                  @Override
                  public void onMessage(String serverId, ClusterMessage message, String offset) {
                    // hangs
                  }

                  @Override
                  public void onReply(ClusterReply reply) {
                    context.onReply(reply);
                  }

                  @Override
                  public void onMalformed(String description) {
                    context.onMalformed(description);
                  }

                  @Override
                  public boolean isPrivateRoom(String room) {
                    return context.isPrivateRoom(room);
                  }
                });
  }

  @Test
  void aServerThatHangsIsATypedTimeoutWithWhatTheOthersSaid() {
    server(hanging());
    long start = System.nanoTime();
    CompletionException thrown =
        catchThrowableOfType(CompletionException.class, () -> a.fetchSockets().join());
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(SOON);
    assertThat(thrown.getCause()).isInstanceOf(RequestTimeoutException.class);
    RequestTimeoutException timeout = (RequestTimeoutException) thrown.getCause();
    assertThat(timeout.missing()).isEqualTo(1);
    assertThat(timeout.partial())
        .extracting(socket -> ((RemoteSocket) socket).id())
        .containsExactlyInAnyOrder(ann.id(), bob.id(), cid.id());
    assertThat(timeout).hasMessageContaining("fetchSockets").hasMessageContaining("1 servers");
  }

  @Test
  void aServerThatHangsLeavesABroadcastIncomplete() {
    server(hanging());
    for (TestClient client : List.of(ann, bob, cid)) {
      client.reply("length", args -> 1);
    }
    Replies<Integer> replies = a.timeout(SOON).call(LENGTH, "x").join();
    assertThat(replies.values()).containsExactly(1, 1, 1);
    assertThat(replies.complete()).isFalse();
  }

  @Test
  void aServerThatWasClosedIsNotWaitedFor() {
    c.close();
    assertThat(a.fetchSockets().join())
        .extracting(RemoteSocket::id)
        .containsExactlyInAnyOrder(ann.id(), bob.id());
    ann.reply("length", args -> 1);
    bob.reply("length", args -> 2);
    assertThat(a.call(LENGTH, "x").join().complete()).isTrue();
  }

  @Test
  void aServerThatClosesEndsTheRequestsThatItWaitsFor() throws Exception {
    SocketIoServer patient =
        SocketIoServer.create(
            config -> config.adapter(bus.adapter()).requestsTimeout(Duration.ofMinutes(1)));
    servers.add(patient);
    server(hanging());
    CompletableFuture<List<RemoteSocket>> fetch = patient.fetchSockets();
    CompletableFuture<Replies<Object>> side = patient.serverSideEmitWithAck("load");
    CompletableFuture<Replies<Integer>> call = patient.call(LENGTH, "x");
    patient.close();
    assertThatThrownBy(() -> fetch.get(5, TimeUnit.SECONDS))
        .hasCauseInstanceOf(RequestTimeoutException.class);
    assertThat(side.get(5, TimeUnit.SECONDS).complete()).isFalse();
    assertThat(call.get(5, TimeUnit.SECONDS).complete()).isFalse();
  }

  /** A bus that is down: it takes nothing and knows nothing. */
  private static final class BrokenBus implements Adapter {
    @Override
    public CompletionStage<String> publish(ClusterMessage message) {
      return CompletableFuture.failedFuture(new IllegalStateException("the bus is down"));
    }

    @Override
    public CompletionStage<Void> reply(String serverId, ClusterReply reply) {
      return CompletableFuture.failedFuture(new IllegalStateException("the bus is down"));
    }

    @Override
    public CompletionStage<Integer> serverCount() {
      return CompletableFuture.failedFuture(new IllegalStateException("the bus is down"));
    }

    @Override
    public void close() {}
  }

  @Test
  void whileTheBusIsDownTheClientsOfThisServerAreServed() {
    SocketIoServer cut = server(context -> new BrokenBus());
    var dot = client(cut, "room");
    dot.reply("length", args -> 4);
    cut.to("room").emit("e", 1);
    assertThat(dot.next("e").get(0)).isEqualTo(1);
    cut.in("room").socketsJoin("more");
    assertThat(cut.main().roomSize("more")).isEqualTo(1);
    cut.serverSideEmit("hello");
    Replies<Integer> replies = cut.timeout(SOON).call(LENGTH, "x").join();
    assertThat(replies.values()).containsExactly(4);
    assertThat(replies.complete()).as("others may have clients, too").isFalse();
    CompletionException thrown =
        catchThrowableOfType(CompletionException.class, () -> cut.fetchSockets().join());
    assertThat(thrown.getCause()).isInstanceOf(RequestTimeoutException.class);
    assertThat(((RequestTimeoutException) thrown.getCause()).partial()).hasSize(1);
    assertThat(cut.serverSideEmitWithAck("load").join().complete()).isFalse();
    cut.disconnectSockets(false);
    assertThat(dot.awaitDisconnect()).isEqualTo("io server disconnect");
  }
}
