package dev.switchboard.chat.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * The chat on several nodes on one machine: a Redis, unless one is given, the nodes, and HAProxy
 * before them. Each is a process; whichever ends is started again.
 *
 * <p>One thread starts it, one closes it.
 */
public final class ChatCluster implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String LOCALHOST = "127.0.0.1";

  private final Options options;
  private final int port;
  private final List<Child> redis = new ArrayList<>();
  private final List<Child> workers = new ArrayList<>();
  private final List<Child> balancer = new ArrayList<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean closing;

  private ChatCluster(Options options) {
    this.options = options;
    this.port = options.port() == 0 ? freePort() : options.port();
  }

  /** Starts the cluster and ends it with the process. See {@code bin/chat --help}. */
  public static void main(String[] args) {
    try {
      var cluster = new ChatCluster(Options.parse(args));
      Runtime.getRuntime().addShutdownHook(new Thread(cluster::close, "cluster-end"));
      cluster.start();
      cluster.ended.await(); // all else here is done by threads that do not keep a process alive
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IllegalArgumentException | IllegalStateException | UncheckedIOException e) {
      System.err.println("bin/chat: " + e.getMessage());
      System.exit(1);
    }
  }

  private void start() {
    if (isListening(port)) {
      throw new IllegalStateException("port " + port + " is in use: choose another with --port");
    }
    String redisUrl = options.redis().orElseGet(this::startRedis);
    Map<String, String> addresses = new HashMap<>();
    List<Integer> ports = new ArrayList<>();
    for (int i = 1; i <= options.nodes(); i++) {
      int workerPort = freePort();
      ports.add(workerPort);
      addresses.put("NODE" + i, LOCALHOST + ":" + workerPort);
      workers.add(
          new Child(
              "node" + i,
              List.of(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx256m",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Worker.class.getName()),
              Map.of(
                  "PORT",
                  String.valueOf(workerPort),
                  "REDIS_URL",
                  redisUrl,
                  "ADAPTER",
                  options.backplane().word(),
                  "ENGINE",
                  options.sticky() ? "sticky" : "cluster")));
    }
    workers.forEach(Child::start);
    for (int workerPort : ports) {
      await("the node on port " + workerPort, () -> isReady(workerPort));
    }
    startBalancer(addresses);
    System.out.printf(
        "The chat is at http://localhost:%d on %d nodes (Ctrl-C ends it)%n", port, options.nodes());
  }

  private String startRedis() {
    int redisPort = freePort();
    var server =
        new Child(
            "redis",
            List.of(
                Program.find("redis-server"),
                "--bind",
                LOCALHOST,
                "--port",
                String.valueOf(redisPort),
                "--save",
                "",
                "--logfile",
                "/dev/null"),
            Map.of());
    redis.add(server);
    server.start();
    await("Redis", () -> answersPing(redisPort));
    return "redis://" + LOCALHOST + ":" + redisPort;
  }

  private void startBalancer(Map<String, String> addresses) {
    Map<String, String> environment = new HashMap<>(addresses);
    environment.put("CHAT_LISTEN", ":" + port);
    if (!options.sticky()) {
      environment.put("NOT_STICKY", "yes");
    }
    var haproxy =
        new Child(
            "haproxy",
            List.of(Program.find("haproxy"), "-db", "-f", configuration().toString()),
            environment);
    balancer.add(haproxy);
    haproxy.start();
    await("HAProxy", () -> isReady(port));
  }

  /** The file of the repository, as it is. */
  private static Path configuration() {
    Path project = Path.of(System.getProperty("switchboard.project", "."));
    return project.resolve("examples/chat-cluster/deploy/haproxy.cfg").toAbsolutePath();
  }

  /** Ends all that was started, those first that others lean on least. */
  @Override
  public void close() {
    closing = true;
    for (List<Child> children : List.of(balancer, workers, redis)) {
      CompletableFuture.allOf(
              children.stream().map(Child::stop).toArray(CompletableFuture<?>[]::new))
          .join();
    }
    ended.countDown();
  }

  // ---- is it there yet? ----

  private void await(String what, Check check) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!check.holds()) {
      if (closing || System.nanoTime() - end > 0) {
        throw new IllegalStateException(what + " does not answer");
      }
      try {
        TimeUnit.MILLISECONDS.sleep(50);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      }
    }
  }

  private interface Check {
    boolean holds();
  }

  private static boolean isReady(int port) {
    var request =
        HttpRequest.newBuilder(URI.create("http://" + LOCALHOST + ":" + port + "/ready"))
            .timeout(Duration.ofSeconds(2))
            .build();
    try {
      return HttpClient.newHttpClient()
              .send(request, HttpResponse.BodyHandlers.discarding())
              .statusCode()
          == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  static boolean answersPing(int port) {
    try (Socket socket = connect(port)) {
      socket.setSoTimeout(2_000);
      socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
      return socket.getInputStream().read() == '+';
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isListening(int port) {
    try (Socket socket = connect(port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static Socket connect(int port) throws IOException {
    var socket = new Socket();
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
    return socket;
  }

  /**
   * Below those that the system gives to connections: a port stays free while its process is down.
   */
  static int freePort() {
    for (int attempt = 0; attempt < 1_000; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
      try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException e) {
        // taken: try another
      }
    }
    throw new IllegalStateException("no port is free between 20000 and 32000");
  }
}
