package dev.switchboard.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.server.DisconnectReason;
import dev.switchboard.server.ServerListener;
import dev.switchboard.server.Socket;
import dev.switchboard.server.SocketIoServer;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Many clients at once, for a while: what is left afterwards, and whether any was mixed up. */
class ConcurrencyIT {
  private static final int WARM_UP = 2_000;
  private static final int CYCLES = 20_000;
  private static final int THREADS = 4;
  private static final long SLACK_BYTES = 2L << 20;

  private static long heapAfterCollection() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 4; i++) {
      System.gc();
      least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
    return least;
  }

  @Test
  void manyThousandClientsThatComeAndGoLeaveNothingBehind() throws Exception {
    var connected = new AtomicLong();
    var gone = new AtomicLong();
    try (SocketIoServer io =
        SocketIoServer.create(
            config ->
                config
                    .limits(limits -> limits.handshakesPerSecond(0))
                    .listener(
                        new ServerListener() {
                          @Override
                          public void onConnect(Socket socket) {
                            connected.incrementAndGet();
                          }

                          @Override
                          public void onDisconnect(Socket socket, DisconnectReason reason) {
                            gone.incrementAndGet();
                          }
                        }))) {
      io.of(name -> name.startsWith("/dynamic")).onConnection(socket -> socket.join("somewhere"));
      io.onConnection(
          socket -> {
            socket.join("everybody", "room " + ThreadLocalRandom.current().nextInt(50));
            socket.data().put("since", System.nanoTime());
            socket.on("call me", args -> socket.timeout(Duration.ofMinutes(1)).call("silence"));
            socket.reply("echo", args -> args.get(0));
          });
      cycles(io, WARM_UP);
      long before = heapAfterCollection();
      cycles(io, CYCLES);
      assertThat(heapAfterCollection() - before).as("growth of the heap").isLessThan(SLACK_BYTES);
      assertThat(io.clientsCount()).isZero();
      assertThat(io.main().sockets()).isEmpty();
      assertThat(io.main().roomNames()).isEmpty();
      assertThat(gone.get()).isEqualTo(connected.get()).isGreaterThan(CYCLES);
    }
  }

  private static void cycles(SocketIoServer io, int count) throws InterruptedException {
    var next = new AtomicInteger();
    var done = new CountDownLatch(THREADS);
    var failures = new AtomicInteger();
    for (int i = 0; i < THREADS; i++) {
      new Thread(
              () -> {
                try {
                  for (int n = next.getAndIncrement(); n < count; n = next.getAndIncrement()) {
                    cycle(io, n);
                  }
                } catch (RuntimeException | AssertionError e) {
                  e.printStackTrace();
                  failures.incrementAndGet();
                }
                done.countDown();
              })
          .start();
    }
    assertThat(done.await(120, TimeUnit.SECONDS)).isTrue();
    assertThat(failures).hasValue(0);
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> io.clientsCount() == 0 && io.main().sockets().isEmpty());
  }

  /** One client: what it does, and how it goes, is another thing each time. */
  private static void cycle(SocketIoServer io, int number) {
    try (var client = RawClient.open(io)) {
      if (number % 10 == 0) {
        client.send("0/nowhere,");
        client.nextStartingWith("4/nowhere");
      }
      client.send("0{\"token\":\"" + number + "\"}");
      client.nextStartingWith("0{");
      client.send("2[\"call me\"]", "21[\"echo\"," + number + "]");
      assertThat(client.nextStartingWith("31")).isEqualTo("31[" + number + "]");
      if (number % 5 == 0) {
        client.send("0/dynamic-" + number % 7 + ",");
        client.nextStartingWith("0/dynamic");
      }
      switch (number % 4) {
        case 0 -> client.send("1");
        case 1 -> {
          client.send("nonsense");
          client.awaitClose();
        }
        case 2 -> client.send("2[\"echo\"]");
        default -> {
          // goes without a word
        }
      }
    }
  }

  @Test
  void broadcastsFromManyThreadsReachEverySocketOnceAndEachThreadsInOrder() throws Exception {
    int senders = 4;
    int each = 500;
    try (SocketIoServer io = SocketIoServer.create(config -> {})) {
      List<TestClient> clients = new ArrayList<>();
      List<ConcurrentHashMap<Integer, Integer>> seen = new ArrayList<>();
      var mistakes = new AtomicInteger();
      var left = new CountDownLatch(10 * senders * each);
      for (int i = 0; i < 10; i++) {
        var client = TestClient.connect(io);
        var last = new ConcurrentHashMap<Integer, Integer>();
        client.onAny(
            (event, args) -> {
              int sender = args.get(0, Integer.class);
              int number = args.get(1, Integer.class);
              if (last.merge(sender, 1, Integer::sum) != number) {
                mistakes.incrementAndGet();
              }
              left.countDown();
            });
        clients.add(client);
        seen.add(last);
      }
      await().until(() -> io.main().sockets().size() == 10);
      for (int sender = 0; sender < senders; sender++) {
        int me = sender;
        new Thread(
                () -> {
                  for (int number = 1; number <= each; number++) {
                    io.emit("n", me, number);
                  }
                })
            .start();
      }
      assertThat(left.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(mistakes).hasValue(0);
      assertThat(seen).allMatch(last -> last.values().stream().allMatch(n -> n == each));
      clients.forEach(TestClient::close);
    }
  }

  @Test
  void whoJoinsWhileABroadcastIsUnderwayHearsItOnceOrNotAtAll() throws Exception {
    try (SocketIoServer io = SocketIoServer.create(config -> {});
        var client = TestClient.connect(io)) {
      Socket socket = io.main().socket(client.id()).orElseThrow();
      var stop = new CountDownLatch(1);
      var sent = new AtomicInteger();
      var sender =
          new Thread(
              () -> {
                while (stop.getCount() > 0 && sent.get() < 5_000) {
                  io.to("a", "b").emit("n", sent.incrementAndGet());
                }
              });
      sender.start();
      for (int i = 0; i < 500; i++) {
        socket.join("a");
        socket.join("b");
        socket.leave("a");
        socket.leave("b");
      }
      stop.countDown();
      sender.join();
      socket.emit("end");
      client.next("end");
      int last = 0;
      while (client.waiting("n") > 0) {
        int number = client.next("n").get(0, Integer.class);
        assertThat(number).isGreaterThan(last);
        last = number;
      }
      assertThat(socket.rooms()).containsExactly(client.id());
    }
  }
}
