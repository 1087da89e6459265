package dev.switchboard.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.server.Socket;
import dev.switchboard.server.SocketIoServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Three servers without sticky sessions: each request of a client reaches another one. */
@Timeout(120)
class AnyNodeIT {
  private static final int MESSAGES = 300;

  private final InProcessBus bus = new InProcessBus();
  private final List<SocketIoServer> servers = new ArrayList<>();
  private final Queue<String> heard = new ConcurrentLinkedQueue<>();

  @AfterEach
  void stop() {
    CompletableFuture.allOf(
            servers.stream().map(SocketIoServer::shutdown).toArray(CompletableFuture<?>[]::new))
        .orTimeout(30, TimeUnit.SECONDS)
        .join();
    bus.close();
  }

  @Test
  void aPollingClientNeitherLosesNorReordersAnything() throws Exception {
    start(Duration.ofMillis(50));
    try (var client = new WanderingClient(ports())) {
      client.open();
      client.post("40");
      client.awaitPacket(packet -> packet.startsWith("40{"));
      for (int i = 0; i < MESSAGES; i += 3) {
        client.post(said(i), said(i + 1), said(i + 2));
      }
      assertNothingLostOrReordered(client);
    }
  }

  @Test
  void binaryGoesBothWaysOverAnyServer() throws Exception {
    start(Duration.ofMillis(50));
    try (var client = new WanderingClient(ports())) {
      client.open();
      client.post("40");
      client.awaitPacket(packet -> packet.startsWith("40{"));
      for (int i = 0; i < 6; i++) {
        client.post("451-[\"bytes\",{\"_placeholder\":true,\"num\":0}]", "bAQID");
      }
      await().atMost(Duration.ofSeconds(30)).until(() -> client.packets("bAQIDBA==").size() == 6);
      assertThat(client.packets("451-")).hasSize(6);
    }
  }

  @Test
  void aSessionStaysWhereItIsWhenItsWebSocketComesElsewhereLate() throws Exception {
    start(Duration.ofMillis(1));
    try (var client = new WanderingClient(ports())) {
      client.open();
      client.post("40");
      client.awaitPacket(packet -> packet.startsWith("40{"));
      send(client, 0, MESSAGES / 3);
      client.upgrade();
      send(client, MESSAGES / 3, MESSAGES);
      assertNothingLostOrReordered(client);
      assertThat(servers.get(0).main().sockets()).hasSize(1);
    }
    await().atMost(Duration.ofSeconds(20)).until(() -> servers.get(0).clientsCount() == 0);
  }

  @Test
  void aSessionMovesToWhereItsWebSocketComesSoon() throws Exception {
    start(Duration.ofSeconds(60));
    try (var client = new WanderingClient(ports())) {
      client.open();
      client.post("40");
      client.upgrade();
      client.awaitPacket(packet -> packet.startsWith("40{"));
      send(client, 0, MESSAGES);
      assertNothingLostOrReordered(client);
      assertThat(servers.get(0).clientsCount()).isZero();
      assertThat(servers.stream().mapToInt(SocketIoServer::clientsCount).sum()).isEqualTo(1);
    }
  }

  @Test
  void broadcastsReachAClientWhereverItPolls() throws Exception {
    start(Duration.ofMillis(50));
    try (var client = new WanderingClient(ports())) {
      client.open();
      client.post("40");
      client.awaitPacket(packet -> packet.startsWith("40{"));
      for (SocketIoServer server : servers) {
        server.emit("news", server.port());
      }
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> client.packets("42[\"news\",").size() == 3);
    }
  }

  private static void send(WanderingClient client, int from, int to) {
    for (int i = from; i < to; i++) {
      client.send(said(i));
    }
  }

  private void assertNothingLostOrReordered(WanderingClient client) {
    client.awaitPacket(packet -> packet.equals("42[\"heard\"," + (MESSAGES - 1) + "]"));
    client.awaitPacket(packet -> packet.equals("42[\"tick\"," + (MESSAGES - 1) + "]"));
    assertThat(heard).containsExactlyElementsOf(numbers());
    assertThat(client.packets("42[\"heard\",")).containsExactlyElementsOf(answers());
    assertThat(client.packets("42[\"tick\",")).containsExactlyElementsOf(ticks());
  }

  private static String said(int number) {
    return "42[\"say\"," + number + "]";
  }

  private static List<String> numbers() {
    return IntStream.range(0, MESSAGES).mapToObj(Integer::toString).toList();
  }

  private static List<String> answers() {
    return IntStream.range(0, MESSAGES).mapToObj(i -> "42[\"heard\"," + i + "]").toList();
  }

  private static List<String> ticks() {
    return IntStream.range(0, MESSAGES).mapToObj(i -> "42[\"tick\"," + i + "]").toList();
  }

  private void start(Duration delay) throws Exception {
    for (int i = 0; i < 3; i++) {
      SocketIoServer server =
          SocketIoServer.create(
              config ->
                  config
                      .host("127.0.0.1")
                      .port(0)
                      .adapter(bus.adapter())
                      .engineBus(
                          bus.engineBus(),
                          times ->
                              times
                                  .delayedConnectionTimeout(delay)
                                  .responseTimeout(Duration.ofSeconds(20))));
      server.onConnection(this::serve);
      servers.add(server);
      server.start().get(30, TimeUnit.SECONDS);
    }
  }

  private void serve(Socket socket) {
    socket.on(
        "say",
        args -> {
          heard.add(String.valueOf(args.get(0)));
          socket.emit("heard", args.get(0));
        });
    socket.on("bytes", args -> socket.emit("bytes", new byte[] {1, 2, 3, 4}));
    CompletableFuture.runAsync(
        () -> {
          for (int i = 0; i < MESSAGES; i++) {
            socket.emit("tick", i);
          }
        });
  }

  private int[] ports() {
    return servers.stream().mapToInt(SocketIoServer::port).toArray();
  }
}
