package dev.switchboard.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.protocol.cluster.Adapter;
import dev.switchboard.protocol.cluster.AdapterContext;
import dev.switchboard.protocol.cluster.AdapterFactory;
import dev.switchboard.protocol.cluster.ClusterMessage;
import dev.switchboard.protocol.cluster.ClusterReply;
import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.socket.Args;
import dev.switchboard.server.Namespace;
import dev.switchboard.server.Presence;
import dev.switchboard.server.ServerListener;
import dev.switchboard.server.Socket;
import dev.switchboard.server.SocketIoServer;
import dev.switchboard.server.cluster.OnlineUser;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is online on servers that are one to their clients. */
@Timeout(60)
class PresenceIT {
  private final InProcessBus bus = new InProcessBus();
  private final List<SocketIoServer> servers = new ArrayList<>();
  private final List<TestClient> clients = new ArrayList<>();
  private final Queue<String> malformed = new ConcurrentLinkedQueue<>();

  @AfterEach
  void stop() {
    clients.forEach(TestClient::close);
    servers.forEach(SocketIoServer::close);
    bus.close();
  }

  /** A server that tells of its users, and what it heard. */
  private final class Node {
    final SocketIoServer server;
    final Presence presence;
    final Queue<String> heard = new ConcurrentLinkedQueue<>();

    Node(AdapterFactory adapter) {
      server =
          SocketIoServer.create(
              config ->
                  config
                      .adapter(adapter)
                      .presence(
                          settings ->
                              settings
                                  .heartbeat(Duration.ofMillis(200))
                                  .lease(Duration.ofSeconds(2)))
                      .listener(
                          new ServerListener() {
                            @Override
                            public void onMalformedMessage(Namespace namespace, String text) {
                              malformed.add(text);
                            }
                          }));
      servers.add(server);
      presence = server.presence();
      presence.onLeft(user -> heard.add("-" + user.id()));
      presence.onJoined(user -> heard.add("+" + user.id()));
    }

    TestClient client(String user, Object data) {
      var client = TestClient.connect(server);
      clients.add(client);
      presence.enter(socket(client), user, data);
      return client;
    }

    Socket socket(TestClient client) {
      return server.main().socket(client.id()).orElseThrow();
    }

    List<String> online() {
      return presence.users().stream().map(OnlineUser::id).sorted().toList();
    }

    void awaitOnline(String... users) {
      await().atMost(Duration.ofSeconds(20)).until(() -> online().equals(List.of(users)));
    }
  }

  @Test
  void severalTabsOnSeveralServersAreOneUser() {
    var a = new Node(bus.adapter());
    var b = new Node(bus.adapter());
    var c = new Node(bus.adapter());
    TestClient first = a.client("ann", Map.of("name", "Ann"));
    TestClient second = a.client("ann", Map.of("name", "Ann"));
    TestClient telephone = b.client("ann", Map.of("name", "Ann"));
    c.client("cid", List.of(1, 2));
    for (Node node : List.of(a, b, c)) {
      node.awaitOnline("ann", "cid");
      OnlineUser cid = node.presence.user("cid").orElseThrow();
      assertThat(cid.data()).isEqualTo(List.of(1, 2));
      assertThat(cid.since()).isEqualTo(c.presence.user("cid").orElseThrow().since());
      assertThat(node.presence.isOnline("ann")).isTrue();
      assertThat(node.presence.isOnline("bob")).isFalse();
    }
    first.close();
    telephone.disconnect();
    c.client("eve", null);
    for (Node node : List.of(a, b, c)) {
      node.awaitOnline("ann", "cid", "eve");
    }
    second.close();
    for (Node node : List.of(a, b, c)) {
      node.awaitOnline("cid", "eve");
      await().until(() -> node.heard.contains("-ann"));
      assertThat(node.heard).containsExactlyInAnyOrder("+ann", "+cid", "+eve", "-ann");
    }
  }

  @Test
  void aServerThatComesLaterKnowsThemAllAndItsHandlersAreTold() {
    var a = new Node(bus.adapter());
    a.client("ann", null);
    var late = new Node(bus.adapter());
    late.awaitOnline("ann");
    await().until(() -> late.heard.contains("+ann"));
    Queue<String> later = new ConcurrentLinkedQueue<>();
    late.presence.onJoined(user -> later.add(user.id()));
    await().until(() -> later.size() == 1);
    assertThat(late.heard).containsExactly("+ann");
  }

  @Test
  void theUsersOfAServerThatVanishesWithoutGoodbyeAreGoneAfterItsLease() {
    var cut = new Cut(bus.adapter());
    var a = new Node(cut);
    var b = new Node(bus.adapter());
    var c = new Node(bus.adapter());
    a.client("ann", null);
    a.client("bob", null);
    b.client("bea", null);
    c.awaitOnline("ann", "bea", "bob");
    cut.off = true;
    b.client("bob", null); // back on another server, within the lease
    b.awaitOnline("bea", "bob");
    c.awaitOnline("bea", "bob");
    a.awaitOnline("ann", "bob");
    await().until(() -> c.heard.contains("-ann"));
    assertThat(c.heard).doesNotContain("-bob");

    cut.off = false;
    for (Node node : List.of(a, b, c)) {
      node.awaitOnline("ann", "bea", "bob");
    }
  }

  @Test
  void theUsersOfAServerThatIsClosedAreGoneAtOnce() {
    var a = new Node(bus.adapter());
    var b = new Node(bus.adapter());
    a.client("ann", null);
    a.client("bob", null);
    b.awaitOnline("ann", "bob");
    a.server.close();
    b.awaitOnline();
    assertThat(a.online()).isEmpty();
    assertThat(a.heard).containsExactly("+ann", "+bob");
  }

  @Test
  void aSocketThatLeavesIsNobodysThoughItStaysConnected() {
    var a = new Node(bus.adapter());
    var b = new Node(bus.adapter());
    TestClient ann = a.client("ann", null);
    b.awaitOnline("ann");
    a.presence.leave(a.socket(ann));
    b.awaitOnline();
    a.presence.enter(a.socket(ann), "anna");
    b.awaitOnline("anna");
    assertThat(ann.isConnected()).isTrue();
  }

  @Test
  void aServerAloneHasAListTooAndWithoutSocketsItIsEmpty() {
    var alone = new Node(context -> new Cut(bus.adapter()).create(context));
    for (int i = 0; i < 50; i++) {
      TestClient client = alone.client("user " + i, null);
      if (i % 2 == 0) {
        client.close();
      } else {
        client.disconnect();
      }
    }
    alone.awaitOnline();
    await().until(() -> alone.heard.size() == 100);
  }

  @Test
  void aSocketThatIsGoneIsNotEnteredAndOneThatIsNotThereYetNeither() {
    var a = new Node(bus.adapter());
    TestClient client = TestClient.connect(a.server);
    Socket socket = a.socket(client);
    client.close();
    await().until(() -> !socket.connected());
    a.presence.enter(socket, "ann");
    assertThat(a.online()).isEmpty();

    Queue<Throwable> refused = new ConcurrentLinkedQueue<>();
    a.server.use(
        early -> {
          try {
            a.presence.enter(early, "ann");
          } catch (IllegalStateException e) {
            refused.add(e);
          }
        });
    TestClient second = TestClient.connect(a.server);
    clients.add(second);
    assertThat(refused).hasSize(1);
    Socket connected = a.socket(second);
    assertThatThrownBy(() -> a.server.of("/other").presence().enter(connected, "ann"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is not in the namespace /other");
    assertThatThrownBy(() -> a.presence.enter(connected, "x".repeat(256)))
        .hasMessage("a user's id has 1 to 255 characters, not 256");
  }

  @Test
  void aHandlerThatBlocksOrThrowsKeepsNobodyFromKnowing() throws InterruptedException {
    var a = new Node(bus.adapter());
    var b = new Node(bus.adapter());
    var hold = new CountDownLatch(1);
    b.presence.onJoined(
        user -> {
          try {
            hold.await(30, TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          throw new IllegalStateException("on purpose");
        });
    a.client("ann", null);
    a.client("bob", null);
    b.awaitOnline("ann", "bob");
    assertThat(b.heard).doesNotContain("+bob");
    hold.countDown();
    await().until(() -> b.heard.contains("+bob"));
  }

  @Test
  void aMessageThatIsNoneIsCountedAndTheNextOneIsHeard() {
    var a = new Node(bus.adapter());
    bus.adapter()
        .create(new Deaf())
        .publish(new ClusterMessage.ServerSideEmit("switchboard:presence", Args.of("what?"), null));
    await().until(() -> malformed.size() == 1);
    var b = new Node(bus.adapter());
    b.client("bob", null);
    a.awaitOnline("bob");
    assertThatThrownBy(() -> a.server.serverSideEmit("switchboard:presence"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** A node that listens to nothing. */
  private static final class Deaf implements AdapterContext {
    @Override
    public String namespace() {
      return "/";
    }

    @Override
    public Json json() {
      return Json.create();
    }

    @Override
    public void onMessage(String serverId, ClusterMessage message, String offset) {}

    @Override
    public void onReply(ClusterReply reply) {}

    @Override
    public void onMalformed(String description) {}

    @Override
    public boolean isPrivateRoom(String room) {
      return false;
    }
  }

  /**
   * An adapter whose line can be cut: nothing goes out and nothing comes in, and nobody is told.
   */
  private static final class Cut implements AdapterFactory {
    private final AdapterFactory adapters;
    volatile boolean off;

    Cut(AdapterFactory adapters) {
      this.adapters = adapters;
    }

    @Override
    public Adapter create(AdapterContext context) {
      Adapter adapter = adapters.create(new Ear(context));
      return new Adapter() {
        @Override
        public CompletionStage<String> publish(ClusterMessage message) {
          return off ? CompletableFuture.completedFuture("") : adapter.publish(message);
        }

        @Override
        public CompletionStage<Void> reply(String serverId, ClusterReply reply) {
          return off ? CompletableFuture.completedFuture(null) : adapter.reply(serverId, reply);
        }

        @Override
        public CompletionStage<Integer> serverCount() {
          return adapter.serverCount();
        }

        @Override
        public void close() {
          adapter.close();
        }
      };
    }

    private final class Ear implements AdapterContext {
      private final AdapterContext context;

      Ear(AdapterContext context) {
        this.context = context;
      }

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
        if (!off) {
          context.onMessage(serverId, message, offset);
        }
      }

      @Override
      public void onReply(ClusterReply reply) {
        if (!off) {
          context.onReply(reply);
        }
      }

      @Override
      public void onMalformed(String description) {
        context.onMalformed(description);
      }

      @Override
      public boolean isPrivateRoom(String room) {
        return context.isPrivateRoom(room);
      }
    }
  }
}
