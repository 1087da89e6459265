package dev.switchboard.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchboard.client.ClientConfig;
import dev.switchboard.client.ClientSocket;
import dev.switchboard.client.SocketIoClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What retries and recovery promise, to clients of a server that is killed again and again. */
@Timeout(300)
class ClientKillIT {
  /** How often the server is killed. */
  private static final int ROUNDS = Integer.getInteger("switchboard.kills", 20);

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** So many messages are acknowledged before a server is done something to. */
  private static final int MESSAGES = 100;

  @Test
  void everyMessageIsHandledInOrderAndNoNewsComeTwice() throws InterruptedException {
    int port = portThatIsNeverGivenAway();
    Map<String, String> environment =
        Map.of("PROFILE", "cluster", "RECOVERY", "1", "PORT", Integer.toString(port));
    ScenarioProcess server = ScenarioProcess.start(ScenarioApp.SWITCHBOARD, environment);
    try (Cable cable = Cable.to(port);
        Traffic traffic = new Traffic(server.url(), cable.url())) {
      traffic.start();
      for (int round = 0; round < ROUNDS; round++) {
        traffic.awaitMore();
        int connections = traffic.connections.get();
        cable.cut();
        Awaitility.await().atMost(PATIENCE).until(() -> traffic.connections.get() > connections);
        traffic.awaitMore();
        server.kill();
        server = ScenarioProcess.start(ScenarioApp.SWITCHBOARD, environment);
      }
      traffic.awaitMore();
      traffic.finish();
    } finally {
      server.close();
    }
  }

  /**
   * A free port that no connection has as its own end: those are from 32768 on. Else a client that
   * tries to connect while the server is away could meet itself, or take the port.
   */
  private static int portThatIsNeverGivenAway() {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
      try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return free.getLocalPort();
      } catch (IOException e) {
        // somebody has it
      }
    }
  }

  /**
   * Clients of that server. Each acknowledgement sets off the next message, so that there are some
   * under way at every moment. A message lets the server emit {@code handled} and its number,
   * before it acknowledges: who got the acknowledgement got that.
   */
  private static final class Traffic implements AutoCloseable {
    private static final int UNDER_WAY = 20;

    private final ClientSocket worker;
    private final ClientSocket publisher;
    private final ClientSocket reader;
    private final List<Integer> handled = Collections.synchronizedList(new ArrayList<>());
    private final List<Integer> workersNews = Collections.synchronizedList(new ArrayList<>());
    private final List<Integer> readersNews = Collections.synchronizedList(new ArrayList<>());
    private final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger recoveries = new AtomicInteger();
    private int messages;
    private int news;
    private boolean finishing;

    /**
     * @param url of the server
     * @param cable of a connection to it that is cut now and then
     */
    Traffic(String url, String cable) {
      worker = SocketIoClient.create(url, c -> quick(c).retries(1_000_000, Duration.ofSeconds(10)));
      publisher = SocketIoClient.create(url, c -> quick(c).forceNew(true));
      reader = SocketIoClient.create(cable, c -> quick(c).transports("websocket"));
      worker.on("handled", args -> handled.add(args.get(0, Integer.class)));
      worker.on("news", args -> workersNews.add(args.get(0, Integer.class)));
      reader.on("news", args -> readersNews.add(args.get(0, Integer.class)));
      reader.onConnect(
          () -> {
            connections.incrementAndGet();
            if (reader.recovered()) {
              recoveries.incrementAndGet();
            }
          });
    }

    private static ClientConfig quick(ClientConfig config) {
      return config.reconnection(
          r -> r.delay(Duration.ofMillis(20)).delayMax(Duration.ofMillis(100)));
    }

    void start() {
      List.of(worker, publisher, reader).forEach(ClientSocket::connect);
      for (int i = 0; i < UNDER_WAY; i++) {
        next();
      }
    }

    private synchronized void next() {
      if (finishing) {
        return;
      }
      worker
          .call("ctl:emit", Map.of("event", "handled", "args", List.of(messages++)))
          .whenComplete(
              (answer, failure) -> {
                if (failure != null) {
                  failures.add(failure);
                } else {
                  acknowledged.incrementAndGet();
                  next();
                }
              });
      if (publisher.connected()) {
        publisher.emit("ctl:emit", Map.of("event", "news", "args", List.of(news++)));
      }
    }

    /** Waits until messages go through, and the reader gets news. */
    void awaitMore() {
      int before = acknowledged.get();
      int newsBefore = readersNews.size();
      Awaitility.await()
          .atMost(PATIENCE)
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(2))
          .until(() -> acknowledged.get() >= before + MESSAGES && readersNews.size() > newsBefore);
    }

    void finish() {
      int all;
      synchronized (this) {
        finishing = true;
        all = messages;
      }
      Awaitility.await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(acknowledged.get() + failures.size()).isEqualTo(all));
      assertThat(failures).isEmpty();
      // listeners are told on another thread than those who wait for an acknowledgement
      Awaitility.await().atMost(PATIENCE).until(() -> handled.contains(all - 1));
      // each at least once, and never one before another that was sent earlier
      assertThat(new LinkedHashSet<>(handled))
          .containsExactlyElementsOf(IntStream.range(0, all).boxed().toList());
      assertThat(handled).isSorted();
      for (List<Integer> received : List.of(workersNews, readersNews)) {
        assertThat(received).isNotEmpty().isSorted().doesNotHaveDuplicates();
      }
      assertThat(recoveries).as("recoveries after cuts").hasPositiveValue();
    }

    @Override
    public void close() {
      List.of(worker, publisher, reader).forEach(ClientSocket::close);
    }
  }
}
