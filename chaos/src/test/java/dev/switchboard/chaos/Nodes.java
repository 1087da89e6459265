package dev.switchboard.chaos;

import static org.awaitility.Awaitility.await;

import dev.switchboard.redis.Redis;
import dev.switchboard.redis.RedisAdapters;
import dev.switchboard.server.ServerConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** A cluster of nodes in the JVM of the tests, their clients in rooms, and the traffic there. */
final class Nodes implements AutoCloseable {
  final Traffic traffic = new Traffic();
  final List<Node> nodes = new ArrayList<>();
  final List<String> rooms;
  private final List<Publisher> publishers = new ArrayList<>();

  private Nodes(List<String> rooms) {
    this.rooms = rooms;
  }

  /** The size of a cluster and its traffic. */
  record Size(int nodes, int clientsPerNode, int rooms, int perSecond) {
    static final Size STANDARD =
        Figures.FULL ? new Size(3, 500, 250, 600) : new Size(3, 20, 10, 150);
  }

  static Nodes start(AdapterKind kind, Supplier<Redis> redis, Size size) {
    return start(kind, redis, size, config -> {});
  }

  /** Starts nodes that know each other and whose clients have joined. */
  static Nodes start(
      AdapterKind kind, Supplier<Redis> redis, Size size, Consumer<ServerConfig> settings) {
    return start(kind::over, redis, size, settings);
  }

  /** Starts nodes over an adapter with settings of its own. */
  static Nodes start(
      Function<Redis, RedisAdapters> adapters,
      Supplier<Redis> redis,
      Size size,
      Consumer<ServerConfig> settings) {
    Nodes all = new Nodes(IntStream.range(0, size.rooms()).mapToObj(i -> "room" + i).toList());
    try {
      for (int i = 0; i < size.nodes(); i++) {
        String name = String.valueOf((char) ('A' + i));
        all.nodes.add(Node.create(name, adapters.apply(redis.get()), settings));
      }
      all.awaitServers(size.nodes());
      all.nodes.forEach(node -> node.join(all.traffic, all.rooms, size.clientsPerNode()));
      return all;
    } catch (RuntimeException e) {
      all.close();
      throw e;
    }
  }

  void awaitServers(int atLeast) {
    await("all to know each other")
        .atMost(Figures.PATIENCE)
        .ignoreExceptions()
        .until(() -> nodes.stream().allMatch(node -> serverCount(node) >= atLeast));
  }

  private static int serverCount(Node node) {
    try {
      return node.io.serverCount().toCompletableFuture().get(10, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Every node publishes its part of so many messages a second. */
  void publish(int perSecond) {
    for (Node node : nodes) {
      publishers.add(node.publish(traffic, rooms, Math.max(1, perSecond / nodes.size())));
    }
    awaitDelivery();
  }

  /** Waits until everybody gets what everybody sends. */
  void awaitDelivery() {
    List<Map<String, Map<String, Integer>>> rounds = new ArrayList<>();
    // a thousand messages a second, or queues that wait for Redis are full of these
    int interval = Math.max(100, rooms.size() * publishers.size());
    await("messages from all to all")
        .atMost(Figures.PATIENCE)
        .pollInterval(Duration.ofMillis(interval))
        .until(
            () -> {
              if (rounds.stream().anyMatch(this::isEverywhere)) {
                return true;
              }
              rounds.add(round());
              return false;
            });
  }

  /** The numbers of one message more to each room, by publisher and room. */
  private Map<String, Map<String, Integer>> round() {
    Map<String, Map<String, Integer>> numbers = new HashMap<>();
    for (Publisher publisher : publishers) {
      List<Integer> sent = publisher.sendToAll();
      Map<String, Integer> byRoom = new HashMap<>();
      for (int i = 0; i < rooms.size(); i++) {
        byRoom.put(rooms.get(i), sent.get(i));
      }
      numbers.put(publisher.name(), byRoom);
    }
    return numbers;
  }

  private boolean isEverywhere(Map<String, Map<String, Integer>> round) {
    return traffic.members().stream()
        .allMatch(
            member ->
                round.entrySet().stream()
                    .allMatch(
                        sent ->
                            member.isUpToDate(sent.getKey(), sent.getValue().get(member.room()))));
  }

  /** Ends the traffic. */
  void quiet() {
    publishers.forEach(Publisher::close);
  }

  /** Ends the traffic, waits until all has arrived that will, and counts. */
  Traffic.Report finish() {
    awaitDelivery();
    quiet();
    awaitDelivery();
    return traffic.report();
  }

  @Override
  public void close() {
    publishers.forEach(Publisher::close);
    nodes.forEach(Node::close);
  }
}
