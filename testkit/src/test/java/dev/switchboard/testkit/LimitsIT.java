package dev.switchboard.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.server.SocketIoServer;
import dev.switchboard.server.engine.LimitSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What one client may use up, where the engine alone cannot tell: at the limit, and beyond it. */
class LimitsIT {
  private SocketIoServer io;

  @AfterEach
  void close() {
    if (io != null) {
      io.close();
    }
  }

  private SocketIoServer server(Consumer<LimitSettings.Builder> limits) {
    io = SocketIoServer.create(config -> config.limits(limits));
    return io;
  }

  /** Handlers of the event {@code e} wait until the latch is open. */
  private Queue<Object> handling(CountDownLatch open) {
    Queue<Object> handled = new ConcurrentLinkedQueue<>();
    io.onConnection(
        socket ->
            socket.on(
                "e",
                args -> {
                  try {
                    open.await(20, TimeUnit.SECONDS);
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                  handled.add(args.get(0));
                }));
    return handled;
  }

  @Test
  void readingStopsWhenTooManyPacketsWaitForHandlersAndGoesOnWhenHalfAreDone() {
    server(limits -> limits.inboundPackets(10));
    var open = new CountDownLatch(1);
    Queue<Object> handled = handling(open);
    try (var client = RawClient.connect(io);
        var other = RawClient.connect(io)) {
      client.send(events(0, 10));
      assertThat(client.paused()).as("at the limit").isFalse();
      client.send(events(10, 100));
      await().until(client::paused);
      other.send("2[\"e\",-1]");
      assertThat(other.paused()).isFalse();
      open.countDown();
      await().until(() -> handled.size() == 101);
      assertThat(client.paused()).isFalse();
      List<Object> inOrder = new ArrayList<>(handled);
      inOrder.removeIf(value -> value.equals(-1));
      assertThat(inOrder).isEqualTo(IntStream.range(0, 100).boxed().toList());
    }
  }

  private static String[] events(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "2[\"e\"," + i + "]").toArray(String[]::new);
  }

  @Test
  void readingStopsWhenTooManyBytesWaitForHandlers() {
    server(limits -> limits.inboundBytes(10_000));
    var open = new CountDownLatch(1);
    Queue<Object> handled = handling(open);
    try (var client = RawClient.connect(io)) {
      String large = "2[\"e\",\"" + "x".repeat(3_000) + "\"]";
      client.send(large, large, large);
      assertThat(client.paused()).isFalse();
      client.send(large, large, large);
      await().until(client::paused);
      open.countDown();
      await().until(() -> handled.size() == 6);
      await().until(() -> !client.paused());
    }
  }

  @Test
  void binaryCountsAmongTheBytesThatWait() {
    server(limits -> limits.inboundBytes(10_000));
    var open = new CountDownLatch(1);
    Queue<Object> handled = handling(open);
    try (var client = RawClient.connect(io)) {
      for (int i = 0; i < 3; i++) {
        client.send("51-[\"e\",{\"_placeholder\":true,\"num\":0}]");
        client.sendBinary(new byte[4_000]);
      }
      await().until(client::paused);
      open.countDown();
      await().until(() -> handled.size() == 3);
      await().until(() -> !client.paused());
    }
  }

  @Test
  void acknowledgementsAndHeartbeatsAreReadWhileHandlersAreBusy() {
    server(limits -> limits.inboundPackets(10));
    var open = new CountDownLatch(1);
    handling(open);
    try (var client = RawClient.connect(io)) {
      client.send(events(0, 5));
      await().until(() -> io.main().sockets().size() == 1);
      var call = io.main().sockets().iterator().next().call("question");
      String question = client.nextStartingWith("2");
      client.send("3" + question.substring(1, question.indexOf('[')) + "[\"answer\"]");
      assertThat(call.orTimeout(5, TimeUnit.SECONDS).join().get(0)).isEqualTo("answer");
      open.countDown();
    }
  }

  @Test
  void outgoingEventsThatAreNotSeenSinceAHandlerBlocksDoNotPileUp() throws Exception {
    server(limits -> limits.outboundPackets(100_000));
    var entered = new CountDownLatch(1);
    var open = new CountDownLatch(1);
    var seen = new AtomicInteger();
    io.onConnection(
        socket -> {
          socket.onAny((event, args) -> entered.countDown());
          socket.onAnyOutgoing((event, args) -> seen.incrementAndGet());
        });
    handling(open);
    try (var client = RawClient.connect(io)) {
      client.send(events(0, 1));
      assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
      for (int i = 0; i < 20_000; i++) {
        io.emit("n", i);
      }
      client.nextStartingWith("2[\"n\",19999]");
      open.countDown();
      await().until(() -> seen.get() == 10_000);
      io.emit("n", -1);
      await().until(() -> seen.get() == 10_001);
    }
  }

  @Test
  void aConnectionMayBeInSoManyNamespaces() {
    server(limits -> limits.namespaces(3));
    io.of(name -> true);
    try (var client = RawClient.open(io)) {
      client.send("0/1,", "0/2,", "0/3,");
      for (int i = 0; i < 3; i++) {
        client.nextStartingWith("0/");
      }
      client.send("1/3,", "0/4,");
      client.nextStartingWith("0/4,");
      client.send("0/5,");
      client.awaitClose();
    }
  }

  @Test
  void namespacesThatTheServerLeftDoNotPileUp() {
    server(limits -> limits.namespaces(3));
    io.of(name -> true).onConnection(socket -> socket.disconnect());
    try (var client = RawClient.open(io)) {
      for (int i = 0; i < 20; i++) {
        client.send("0/" + i + ",");
        client.nextStartingWith("0/" + i + ",");
        assertThat(client.next()).isEqualTo("1/" + i + ",");
      }
      assertThat(client.isOpen()).isTrue();
    }
  }

  @Test
  void tooManyRefusedConnectsCloseTheConnection() {
    server(limits -> limits.failedConnects(5));
    try (var client = RawClient.open(io)) {
      for (int i = 0; i < 5; i++) {
        client.send("0/nope" + i + ",");
        client.nextStartingWith("4/nope" + i);
      }
      assertThat(client.isOpen()).isTrue();
      client.send("0/nope,");
      client.awaitClose();
    }
  }

  @Test
  void authMayBeSoLarge() {
    server(limits -> limits.authBytes(1_000));
    try (var small = RawClient.open(io);
        var large = RawClient.open(io)) {
      small.send("0{\"token\":\"" + "x".repeat(900) + "\"}");
      small.nextStartingWith("0{");
      large.send("0{\"token\":\"" + "x".repeat(1_100) + "\"}");
      large.awaitClose();
    }
  }

  @Test
  void namespaceNamesMayBeSoLong() {
    server(limits -> limits.namespaceLength(20));
    try (var client = RawClient.open(io)) {
      client.send("0/" + "x".repeat(19) + ",");
      client.nextStartingWith("4/xxx");
      client.send("0/" + "x".repeat(20) + ",");
      client.awaitClose();
    }
  }

  @Test
  void attachmentsThatAreAnnouncedHaveToCome() {
    server(limits -> limits.attachmentTimeout(Duration.ofMillis(200)).attachments(2));
    try (var late = RawClient.connect(io);
        var tooMany = RawClient.connect(io);
        var early = RawClient.open(io)) {
      late.send("51-[\"e\",{\"_placeholder\":true,\"num\":0}]");
      tooMany.send("53-[\"e\",{\"_placeholder\":true,\"num\":0}]");
      early.send("51-[\"e\",{\"_placeholder\":true,\"num\":0}]"); // before it is connected
      tooMany.awaitClose();
      early.awaitClose();
      late.awaitClose();
    }
  }

  @Test
  void jsonMayBeSoDeep() {
    server(limits -> limits.jsonDepth(10));
    io.onConnection(socket -> socket.reply("e", args -> "fine"));
    try (var client = RawClient.connect(io)) {
      client.send("21[\"e\"," + "[".repeat(9) + "]".repeat(9) + "]");
      assertThat(client.next()).isEqualTo("31[\"fine\"]");
      client.send("21[\"e\"," + "[".repeat(10) + "]".repeat(10) + "]");
      client.awaitClose();
    }
  }
}
