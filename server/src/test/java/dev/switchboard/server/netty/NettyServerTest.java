package dev.switchboard.server.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.switchboard.server.engine.EngineSettings;
import dev.switchboard.server.engine.WebSocketLink;
import dev.switchboard.server.netty.RawClient.Response;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(NoBufferLeaks.class)
class NettyServerTest {
  private static final String GET = "GET /engine.io/ HTTP/1.1\r\nHost: a\r\n\r\n";

  @ParameterizedTest
  @EnumSource(NettyTransport.class)
  void servesWithEveryTransportThatIsThere(NettyTransport transport) throws IOException {
    if (!transport.available()) {
      NettyServer server =
          NettyServer.builder(EngineSettings.defaults(), new EchoEngine())
              .settings(NettySettings.defaults().withTransport(transport))
              .build();
      assertThatThrownBy(() -> server.start("127.0.0.1", 0))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("use AUTO");
      return;
    }
    try (RunningServer server =
            new RunningServer(
                engine -> {},
                builder -> builder.settings(NettySettings.defaults().withTransport(transport)));
        RawClient http = new RawClient(server.address);
        RawClient webSocket = RawClient.webSocket(server.address)) {
      http.send(GET);
      assertThat(http.read().status()).isEqualTo(200);
      webSocket.text("a");
      assertThat(webSocket.readFrame().text()).isEqualTo("a");
      webSocket.frame(0x82, new byte[500_000]);
      assertThat(webSocket.readFrame().payload()).hasSize(500_000);
    }
  }

  @Test
  void startsManyTimesInOneJvmAndLeavesNoThread() {
    for (int i = 0; i < 20; i++) {
      new RunningServer().close();
    }
    await()
        .untilAsserted(
            () ->
                assertThat(Thread.getAllStackTraces().keySet())
                    .noneMatch(thread -> thread.getName().startsWith("switchboard-loop")));
  }

  @Test
  void failsToStartWhereAnotherListens() {
    try (RunningServer first = new RunningServer()) {
      NettyServer second = NettyServer.builder(EngineSettings.defaults(), new EchoEngine()).build();
      CompletableFuture<InetSocketAddress> started =
          second.start("127.0.0.1", first.address.getPort());
      assertThatThrownBy(() -> started.orTimeout(10, TimeUnit.SECONDS).join())
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(BindException.class)
          .hasMessageContaining(":" + first.address.getPort());
      assertThatThrownBy(() -> second.start("127.0.0.1", 0))
          .isInstanceOf(IllegalStateException.class);
      assertThat(second.close()).succeedsWithin(Duration.ofSeconds(10));
    }
  }

  @Test
  void closesBeforeItStartedAndTwice() {
    NettyServer server = NettyServer.builder(EngineSettings.defaults(), new EchoEngine()).build();
    assertThat(server.close()).succeedsWithin(Duration.ofSeconds(1));
    assertThat(server.close()).isCompleted();
    assertThatThrownBy(() -> server.start("127.0.0.1", 0))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void answersWhatIsUnderWayBeforeItCloses() throws Exception {
    RunningServer server = new RunningServer();
    CountDownLatch asked = new CountDownLatch(1);
    server.engine.onRequest = exchange -> asked.countDown();
    List<RawClient> idle = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      idle.add(new RawClient(server.address)); // one on each loop, so that both were told
    }
    try (RawClient waiting = new RawClient(server.address);
        RawClient webSocket = RawClient.webSocket(server.address)) {
      waiting.send(GET);
      assertThat(asked.await(5, TimeUnit.SECONDS)).isTrue();
      CompletableFuture<Void> closed = server.server.close();
      for (RawClient client : idle) {
        assertThat(client.readToEnd()).isZero();
        client.close();
      }
      assertThat(webSocket.readFrame().closeCode()).isEqualTo(1001);
      server.engine.requests.peek().respond(EchoEngine.ok("late"));
      Response response = waiting.read();
      assertThat(response.text()).isEqualTo("late");
      assertThat(response.header("connection")).isEqualTo("close");
      webSocket.socket().close();
      waiting.socket().close();
      assertThat(closed).succeedsWithin(Duration.ofSeconds(2));
      assertThatThrownBy(() -> new RawClient(server.address)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void takesWordsToItsLoopsAfterItsEnd() throws Exception {
    RunningServer server = new RunningServer();
    WebSocketLink link;
    try (RawClient client = RawClient.webSocket(server.address)) {
      link = server.engine.links.poll(5, TimeUnit.SECONDS);
      client.text("a");
      assertThat(client.readFrame().text()).isEqualTo("a");
    }
    server.close();
    link.loop().execute(() -> {});
    link.loop().schedule(() -> {}, Duration.ofSeconds(1)).cancel();
    assertThat(link.writable()).isFalse();
    assertThat(link.unsentBytes()).isZero();
  }

  @Test
  void cutsWhatDoesNotEndInTime() throws Exception {
    RunningServer server = new RunningServer();
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch aborted = new CountDownLatch(1);
    server.engine.onRequest =
        exchange -> {
          exchange.onAbort(aborted::countDown);
          asked.countDown();
        };
    try (RawClient waiting = new RawClient(server.address)) {
      waiting.send(GET);
      assertThat(asked.await(5, TimeUnit.SECONDS)).isTrue();
      assertThat(server.server.close()).succeedsWithin(Duration.ofSeconds(8));
      assertThat(aborted.getCount()).isZero();
    }
  }

  @Test
  void tellsThoseBeyondTheLimitOfConnections() throws Exception {
    try (RunningServer server =
        new RunningServer(engine -> {}, builder -> builder.maxConnections(3))) {
      List<RawClient> open = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        RawClient client = new RawClient(server.address);
        open.add(client);
        client.send(GET);
        assertThat(client.read().status()).isEqualTo(200);
      }
      for (String request : new String[] {GET, RawClient.UPGRADE}) {
        try (RawClient client = new RawClient(server.address)) {
          client.send(request);
          Response response = client.read();
          assertThat(response.status()).isEqualTo(503);
          assertThat(response.header("retry-after")).isEqualTo("5");
          assertThat(client.readToEnd()).isZero();
        }
      }
      open.remove(0).close();
      await()
          .untilAsserted(
              () -> {
                try (RawClient client = new RawClient(server.address)) {
                  client.send(GET);
                  assertThat(client.read().status()).isEqualTo(200);
                }
              });
      for (RawClient client : open) {
        client.close();
      }
    }
  }

  @Test
  void leavesNoFileOpen() throws Exception {
    try (RunningServer server = new RunningServer()) {
      RawClient.webSocket(server.address).close();
      await().until(() -> server.server.connections() == 0);
      long before = openFiles();
      for (int i = 0; i < 200; i++) {
        try (RawClient http = new RawClient(server.address);
            RawClient webSocket = RawClient.webSocket(server.address)) {
          http.send(i % 2 == 0 ? "GARBAGE\r\n\r\n" : GET);
          http.read();
          webSocket.sendHex(i % 2 == 0 ? "ffff" : "8180");
        }
      }
      await().until(() -> server.server.connections() == 0);
      await().until(() -> openFiles() <= before);
    }
  }

  private static long openFiles() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? unix.getOpenFileDescriptorCount()
        : 0;
  }
}
