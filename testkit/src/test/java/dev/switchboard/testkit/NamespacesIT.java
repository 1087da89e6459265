package dev.switchboard.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.server.ConnectRejected;
import dev.switchboard.server.Namespace;
import dev.switchboard.server.ParentNamespace;
import dev.switchboard.server.ServerListener;
import dev.switchboard.server.Socket;
import dev.switchboard.server.SocketIoServer;
import dev.switchboard.server.cluster.LocalAdapter;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NamespacesIT {
  private static final int MOST = 5;

  private final Queue<String> news = new ConcurrentLinkedQueue<>();
  private final SocketIoServer io =
      SocketIoServer.create(
          config ->
              config
                  .limits(limits -> limits.dynamicNamespaces(MOST))
                  .adapter(
                      context -> {
                        if (context.namespace().endsWith("-broken")) {
                          throw new IllegalStateException("no adapter");
                        }
                        return LocalAdapter.factory().create(context);
                      })
                  .listener(
                      new ServerListener() {
                        @Override
                        public void onNamespaceCreated(Namespace namespace) {
                          news.add("created " + namespace.name());
                        }

                        @Override
                        public void onNamespaceRemoved(Namespace namespace) {
                          news.add("removed " + namespace.name());
                        }

                        @Override
                        public void onHandlerFailure(
                            @Nullable Socket socket, String what, Throwable failure) {
                          news.add("failure " + what + ": " + failure.getMessage());
                        }
                      }));

  @AfterEach
  void close() {
    io.close();
  }

  private void isRefused(String name) {
    assertThatThrownBy(() -> TestClient.connect(io, name, null))
        .isInstanceOf(ConnectRefusedException.class)
        .hasMessage("Invalid namespace");
  }

  private static void greet(Socket socket) {
    socket.emit("hello", socket.namespace().name());
  }

  @Test
  void staticNamespacesHaveTheirOwnSocketsRoomsAndHandlers() {
    Namespace chat = io.of("/chat").onConnection(NamespacesIT::greet);
    io.onConnection(NamespacesIT::greet);
    try (var inChat = TestClient.connect(io, "/chat", null);
        var inMain = TestClient.connect(io)) {
      assertThat(inChat.next("hello").get(0)).isEqualTo("/chat");
      assertThat(inMain.next("hello").get(0)).isEqualTo("/");
      chat.socketsJoin("room");
      assertThat(io.main().roomSize("room")).isZero();
      io.emit("news", "main");
      chat.emit("news", "chat");
      assertThat(inChat.next("news").get(0)).isEqualTo("chat");
      assertThat(inMain.next("news").get(0)).isEqualTo("main");
      assertThat(inChat.waiting("news") + inMain.waiting("news")).isZero();
    }
  }

  @Test
  void aMissingSlashIsAddedAndTheSameNameIsTheSameNamespace() {
    assertThat(io.of("chat")).isSameAs(io.of("/chat"));
    assertThat(io.of("/")).isSameAs(io.main());
    assertThat(news).containsExactly("created /", "created /chat");
  }

  @Test
  void namesAreCaseSensitiveAndMatchToTheLetter() {
    io.of("/chat");
    isRefused("/Chat");
    isRefused("/chat/");
    isRefused("/chat?x=1");
    isRefused("/__proto__");
    TestClient.connect(io, "/chat", null).close();
  }

  @Test
  void anUnknownNamespaceIsRefusedAndTheConnectionLives() {
    io.onConnection(socket -> socket.reply("echo", args -> args.get(0)));
    try (var client = RawClient.connect(io)) {
      client.send("0/nope,{\"token\":1}");
      assertThat(client.next()).isEqualTo("4/nope,{\"message\":\"Invalid namespace\"}");
      client.send("21[\"echo\",\"still here\"]");
      assertThat(client.next()).isEqualTo("31[\"still here\"]");
    }
  }

  @Test
  void oneConnectionMayBeInSeveralNamespaces() {
    io.onConnection(NamespacesIT::greet);
    io.of("/a").onConnection(NamespacesIT::greet);
    io.of("/b").onConnection(socket -> socket.reply("echo", args -> args.get(0)));
    try (var client = RawClient.connect(io)) {
      assertThat(client.next()).isEqualTo("2[\"hello\",\"/\"]");
      client.send("0/a,");
      assertThat(client.next()).startsWith("0/a,{\"sid\":\"");
      assertThat(client.next()).isEqualTo("2/a,[\"hello\",\"/a\"]");
      client.send("0/b,");
      client.nextStartingWith("0/b,");
      client.send("2/b,5[\"echo\",1]");
      assertThat(client.next()).isEqualTo("3/b,5[1]");
      assertThat(io.clientsCount()).isEqualTo(1);
      assertThat(io.main().sockets()).hasSize(1);
      client.send("1/a,");
      await().untilAsserted(() -> assertThat(io.of("/a").sockets()).isEmpty());
      client.send("2/b,6[\"echo\",2]");
      assertThat(client.next()).isEqualTo("3/b,6[2]");
    }
    await().untilAsserted(() -> assertThat(io.of("/b").sockets()).isEmpty());
  }

  @Test
  void disconnectingWithCloseLeavesAllNamespacesOfTheConnection() {
    Queue<String> gone = new ConcurrentLinkedQueue<>();
    for (String name : List.of("/a", "/b")) {
      io.of(name).onConnection(s -> s.onDisconnect(reason -> gone.add(name + " " + reason)));
    }
    try (var client = RawClient.open(io)) {
      client.send("0/a,", "0/b,");
      await().until(() -> io.of("/a").sockets().size() + io.of("/b").sockets().size() == 2);
      client.received();
      Socket socket = io.of("/a").sockets().iterator().next();
      socket.disconnect(true);
      assertThat(socket.connected()).isFalse();
      client.awaitClose();
      assertThat(client.received()).containsExactly("1/a,", "1/b,", "closed");
      await()
          .untilAsserted(
              () ->
                  assertThat(gone)
                      .containsExactlyInAnyOrder(
                          "/a server namespace disconnect", "/b server namespace disconnect"));
    }
  }

  @Test
  void aSocketThatIsGoneDoesNotCloseTheConnectionOfTheOthers() {
    var left = new CompletableFuture<Socket>();
    io.of("/a").onConnection(socket -> socket.onDisconnect(reason -> left.complete(socket)));
    io.onConnection(socket -> socket.reply("echo", args -> args.get(0)));
    try (var client = RawClient.connect(io)) {
      client.send("0/a,");
      client.nextStartingWith("0/a,");
      client.send("1/a,");
      left.join().disconnect(true);
      client.send("21[\"echo\",1]");
      assertThat(client.next()).isEqualTo("31[1]");
    }
  }

  @Test
  void dynamicNamespacesAreFoundByPatternAsJavaScriptFindsIt() {
    io.of(Pattern.compile("room-\\d")).onConnection(NamespacesIT::greet);
    for (String name : List.of("/room-1", "/the-room-2-of-them")) {
      try (var client = TestClient.connect(io, name, null)) {
        assertThat(client.next("hello").get(0)).isEqualTo(name);
      }
    }
    isRefused("/room-x");
  }

  @Test
  void dynamicNamespacesAreFoundByPredicate() {
    io.of(name -> name.length() == 5).onConnection(NamespacesIT::greet);
    TestClient.connect(io, "/five", null).close();
    isRefused("/seven!");
  }

  @Test
  void anAsynchronousPredicateSeesTheAuthAndMayTakeItsTime() {
    var answer = new CompletableFuture<Boolean>();
    io.ofDynamic((name, auth) -> "Ann".equals(auth.get("user")) ? answer : no());
    isRefused("/x");
    try (var client = RawClient.open(io)) {
      client.send("0/x,{\"user\":\"Ann\"}");
      client.send("0/y,");
      assertThat(client.next()).isEqualTo("4/y,{\"message\":\"Invalid namespace\"}");
      answer.complete(true);
      assertThat(client.next()).startsWith("0/x,{\"sid\":");
    }
  }

  private static CompletionStage<Boolean> no() {
    return CompletableFuture.completedFuture(false);
  }

  @Test
  void aPredicateThatFailsThrowsOrAnswersNothingMeansNoAndTheNextParentIsAsked() {
    io.ofDynamic(
        (name, auth) -> CompletableFuture.failedFuture(new IllegalStateException("database")));
    io.ofDynamic(
        (name, auth) -> {
          throw new IllegalStateException("on purpose");
        });
    io.ofDynamic((name, auth) -> null);
    io.ofDynamic((name, auth) -> CompletableFuture.completedFuture(null));
    isRefused("/x");
    io.of(name -> true).onConnection(NamespacesIT::greet);
    try (var client = TestClient.connect(io, "/x", null)) {
      client.next("hello");
    }
    assertThat(news).contains("failure namespace predicate: on purpose");
  }

  @Test
  void parentsAreAskedInTheOrderOfTheirRegistration() {
    io.of(Pattern.compile("^/both")).onConnection(socket -> socket.emit("parent", 1));
    io.of(name -> true).onConnection(socket -> socket.emit("parent", 2));
    try (var both = TestClient.connect(io, "/both", null);
        var second = TestClient.connect(io, "/other", null)) {
      assertThat(both.next("parent").get(0)).isEqualTo(1);
      assertThat(second.next("parent").get(0)).isEqualTo(2);
    }
  }

  @Test
  void aChildHasTheMiddlewaresAndHandlersOfTheMomentOfItsCreation() {
    ParentNamespace parent = io.of(name -> true).onConnection(s -> s.emit("handler", "early"));
    try (var first = TestClient.connect(io, "/x", null)) {
      first.next("handler");
      parent.onConnection(socket -> socket.emit("handler", "late"));
      parent.use(
          socket -> {
            throw new ConnectRejected("too late for /x");
          });
      try (var second = TestClient.connect(io, "/x", null)) {
        assertThat(second.next("handler").get(0)).isEqualTo("early");
        assertThatThrownBy(() -> TestClient.connect(io, "/y", null)).hasMessage("too late for /x");
        assertThat(second.waiting("handler")).isZero();
      }
    }
  }

  @Test
  void aParentSpeaksToAllItsChildren() {
    ParentNamespace parent = io.of(name -> true);
    try (var x = TestClient.connect(io, "/x", null);
        var y = TestClient.connect(io, "/y", null)) {
      parent.emit("all", 1);
      io.of("/y").socketsJoin("r");
      parent.to("r").emit("room", 2);
      assertThat(x.next("all").get(0)).isEqualTo(1);
      assertThat(y.next("all").get(0)).isEqualTo(1);
      assertThat(y.next("room").get(0)).isEqualTo(2);
      assertThat(x.waiting("room")).isZero();
      assertThat(parent.all().fetchSockets().join()).hasSize(2);
      assertThat(parent.children()).extracting(Namespace::name).containsOnly("/x", "/y");
    }
  }

  @Test
  void anEmptyDynamicNamespaceIsRemovedAndCanBeMadeAgain() {
    ParentNamespace parent = io.of(name -> true).onConnection(NamespacesIT::greet);
    for (int i = 0; i < 20; i++) {
      try (var client = TestClient.connect(io, "/x", null)) {
        client.next("hello");
      }
      await().untilAsserted(() -> assertThat(parent.children()).isEmpty());
    }
    assertThat(news.stream().filter("removed /x"::equals)).hasSize(20);
  }

  @Test
  void aDynamicNamespaceIsRemovedTooWhenAllWhoCameWereRefused() {
    ParentNamespace parent =
        io.of(name -> true)
            .use(
                socket -> {
                  throw new ConnectRejected("no");
                });
    assertThatThrownBy(() -> TestClient.connect(io, "/x", null)).hasMessage("no");
    await().untilAsserted(() -> assertThat(parent.children()).isEmpty());
  }

  @Test
  void aDynamicNamespaceWhoseClientDidNotWaitIsRemoved() {
    var answer = new CompletableFuture<Boolean>();
    ParentNamespace parent = io.ofDynamic((name, auth) -> answer);
    for (int i = 0; i < 2 * MOST; i++) {
      var client = RawClient.open(io);
      client.send("0/x" + i + ",");
      client.close();
    }
    await().untilAsserted(() -> assertThat(io.clientsCount()).isZero());
    answer.complete(true);
    await().untilAsserted(() -> assertThat(parent.children()).isEmpty());
    TestClient.connect(io, "/x", null).close();
  }

  @Test
  void aNamespaceThatTheApplicationAskedForStaysThoughItBeEmpty() {
    ParentNamespace parent = io.of(Pattern.compile("^/x")).onConnection(NamespacesIT::greet);
    Namespace kept;
    try (var client = TestClient.connect(io, "/x", null)) {
      client.next("hello");
      kept = io.of("/x");
    }
    await().untilAsserted(() -> assertThat(kept.sockets()).isEmpty());
    assertThat(io.of("/x")).isSameAs(kept);
    assertThat(parent.children()).containsExactly(kept);
    kept.onConnection(socket -> socket.emit("more"));
    try (var client = TestClient.connect(io, "/x", null)) {
      client.next("more");
    }
  }

  @Test
  void aNamespaceOfTheApplicationThatAPatternFitsIsAChildOfIt() {
    ParentNamespace parent = io.of(Pattern.compile("^/x")).onConnection(NamespacesIT::greet);
    Namespace child = io.of("/x1");
    assertThat(parent.children()).containsExactly(child);
    try (var client = TestClient.connect(io, "/x1", null)) {
      assertThat(client.next("hello").get(0)).isEqualTo("/x1");
    }
  }

  @Test
  void clientsCannotMakeMoreDynamicNamespacesThanAllowed() {
    io.of(Pattern.compile("^/x"));
    List<TestClient> clients =
        IntStream.range(0, MOST).mapToObj(i -> TestClient.connect(io, "/x" + i, null)).toList();
    isRefused("/x-one-more");
    TestClient.connect(io, "/x0", null).close();
    clients.get(0).close();
    await().untilAsserted(() -> assertThat(news).contains("removed /x0"));
    TestClient.connect(io, "/x-one-more", null).close();
    clients.forEach(TestClient::close);
  }

  @Test
  void anAdapterThatCannotBeMadeRefusesTheNamespaceAndCostsNoPlace() {
    io.of(Pattern.compile("^/x"));
    for (int i = 0; i < 2 * MOST; i++) {
      isRefused("/x-broken");
    }
    assertThat(news).contains("failure namespace /x-broken: no adapter");
    TestClient.connect(io, "/x", null).close();
  }

  @Test
  void nobodyEntersANamespaceBeforeItsCreatedHandlersHaveRun() throws Exception {
    var creating = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    ParentNamespace parent =
        io.of(name -> true)
            .onCreated(
                namespace -> {
                  creating.countDown();
                  waitFor(goOn);
                  namespace.onConnection(NamespacesIT::greet);
                });
    try (var first = RawClient.open(io);
        var second = RawClient.open(io)) {
      first.send("0/x,");
      assertThat(creating.await(10, TimeUnit.SECONDS)).isTrue();
      second.send("0/x,");
      second.send("0/x?,"); // has been handled once the answer to this is there
      goOn.countDown();
      for (RawClient client : List.of(first, second)) {
        client.nextStartingWith("0/x,");
        assertThat(client.next()).isEqualTo("2/x,[\"hello\",\"/x\"]");
      }
      assertThat(parent.children()).hasSize(2);
    }
  }

  private static void waitFor(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aFailingCreatedHandlerIsReportedAndTheNamespaceStands() {
    io.of(name -> true)
        .onCreated(
            namespace -> {
              throw new IllegalStateException("on purpose");
            });
    TestClient.connect(io, "/x", null).close();
    assertThat(news).contains("failure namespace /x: on purpose");
  }

  @Test
  void clientsThatComeAndGoAtOnceFindTheNamespaceOrMakeItAnew() throws Exception {
    ParentNamespace parent = io.of(name -> true).onConnection(NamespacesIT::greet);
    int threads = 4;
    var failures = new AtomicInteger();
    var done = new CountDownLatch(threads);
    for (int i = 0; i < threads; i++) {
      new Thread(
              () -> {
                try {
                  for (int j = 0; j < 100; j++) {
                    try (var client = TestClient.connect(io, "/x", null)) {
                      client.next("hello");
                    }
                  }
                } catch (RuntimeException | AssertionError e) {
                  failures.incrementAndGet();
                }
                done.countDown();
              })
          .start();
    }
    assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(failures).hasValue(0);
    await().untilAsserted(() -> assertThat(parent.children()).isEmpty());
  }

  @Test
  void authBelongsToTheNamespaceAndTheRequestToTheConnection() {
    Map<String, Map<String, ?>> seen = new ConcurrentHashMap<>();
    for (String name : List.of("/a", "/b")) {
      io.of(name).onConnection(s -> seen.put(name, s.handshake().auth()));
    }
    try (var client = RawClient.open(io)) {
      client.send("0/a,{\"token\":1}", "0/b,");
      await().until(() -> seen.size() == 2);
      assertThat(seen).isEqualTo(Map.of("/a", Map.of("token", 1), "/b", Map.of()));
    }
  }
}
