package dev.switchboard.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.server.RemoteSocket;
import dev.switchboard.server.SocketIoServer;
import dev.switchboard.server.cluster.Replies;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two servers that a bus joins. */
class ClusterIT {
  private final InProcessBus bus = new InProcessBus();
  private final SocketIoServer one = SocketIoServer.create(config -> config.adapter(bus.adapter()));
  private final SocketIoServer two = SocketIoServer.create(config -> config.adapter(bus.adapter()));
  private TestClient ann;
  private TestClient bob;

  @BeforeEach
  void connect() {
    ann = TestClient.connect(one);
    bob = TestClient.connect(two);
  }

  @AfterEach
  void close() {
    ann.close();
    bob.close();
    one.close();
    two.close();
    bus.close();
  }

  @Test
  void aBroadcastReachesTheClientsOfAllServersInOrder() {
    for (int i = 0; i < 100; i++) {
      one.emit("e", i);
    }
    for (int i = 0; i < 100; i++) {
      assertThat(ann.next("e").get(0)).isEqualTo(i);
      assertThat(bob.next("e").get(0)).isEqualTo(i);
    }
  }

  @Test
  void localBroadcastsStayOnTheirServer() {
    one.local().emit("e");
    one.emit("fence");
    bob.next("fence");
    assertThat(bob.waiting("e")).isZero();
    ann.next("e");
  }

  @Test
  void aMessageToOneSocketFindsItsServer() {
    one.to(bob.id()).emit("e", new byte[] {1, 2});
    assertThat(bob.next("e").get(0)).isEqualTo(new byte[] {1, 2});
    assertThat(ann.waiting("e")).isZero();
  }

  @Test
  void socketsAreFetchedMovedAndDisconnectedWhereverTheyAre() {
    two.main().socket(bob.id()).orElseThrow().data().put("name", "Bob");
    List<RemoteSocket> found = one.fetchSockets().join();
    assertThat(found).extracting(RemoteSocket::id).containsExactlyInAnyOrder(ann.id(), bob.id());
    assertThat(found).extracting(RemoteSocket::data).contains(Map.of("name", "Bob"));
    one.socketsJoin("r");
    await().until(() -> two.main().roomSize("r") == 1);
    one.in("r").socketsLeave("r");
    await().until(() -> two.main().roomSize("r") == 0);
    one.to(bob.id()).disconnectSockets(false);
    assertThat(bob.awaitDisconnect()).isEqualTo("io server disconnect");
  }

  @Test
  void acknowledgementsComeFromAllServers() {
    ann.reply("q", args -> "ann");
    bob.reply("q", args -> "bob");
    Replies<Object> replies = one.main().call("q").join();
    assertThat(replies.values()).containsExactlyInAnyOrder("ann", "bob");
    assertThat(replies.complete()).isTrue();
  }

  @Test
  void aClientThatIsSilentElsewhereLeavesAPartialAnswer() {
    ann.reply("q", args -> "ann");
    Replies<Object> replies = one.timeout(Duration.ofMillis(300)).call("q").join();
    assertThat(replies.values()).containsExactly("ann");
    assertThat(replies.missing()).isEqualTo(1);
    assertThat(replies.complete()).isFalse();
  }

  @Test
  void serversSpeakToEachOther() {
    two.main().reply("ask", args -> "two got " + args.get(0));
    one.main().reply("ask", args -> "never asked");
    Replies<Object> replies = one.serverSideEmitWithAck("ask", 42).join();
    assertThat(replies).isEqualTo(new Replies<>(List.of("two got 42"), 1, true));
    assertThatThrownBy(() -> one.serverSideEmit("connection"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("\"connection\" is a reserved event name");
    assertThat(one.serverCount().toCompletableFuture().join()).isEqualTo(2);
  }
}
