package dev.switchboard.redis;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A Redis Cluster of three masters of a test's own, each with a replica if it is asked for. Tests
 * of other modules use it too.
 */
public final class RedisCluster implements AutoCloseable {
  private static final int MASTERS = 3;
  private static final int SLOTS = 16_384;

  private final List<RedisProcess> nodes = new ArrayList<>();
  private final List<Integer> busPorts = new ArrayList<>();

  private RedisCluster() {}

  /** Three masters. */
  public static RedisCluster start() {
    return start(MASTERS);
  }

  /** Three masters and a replica of each. */
  public static RedisCluster startWithReplicas() {
    RedisCluster cluster = start(2 * MASTERS);
    for (int i = 0; i < MASTERS; i++) {
      ask(cluster.nodes.get(MASTERS + i), "CLUSTER REPLICATE " + id(cluster.nodes.get(i)));
    }
    await("the replicas")
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                cluster.replicas().stream()
                    .allMatch(
                        node -> ask(node, "INFO replication").contains("master_link_status:up")));
    await("the masters to know of them")
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                cluster.nodes.stream()
                    .allMatch(node -> count(ask(node, "CLUSTER NODES"), "slave") == MASTERS));
    return cluster;
  }

  private static RedisCluster start(int size) {
    RedisCluster cluster = new RedisCluster();
    for (int i = 0; i < size; i++) {
      int busPort = RedisProcess.freePort();
      cluster.busPorts.add(busPort);
      cluster.nodes.add(
          RedisProcess.start(
              "--cluster-enabled",
              "yes",
              "--cluster-port",
              "" + busPort,
              "--cluster-config-file",
              "nodes.conf",
              "--cluster-node-timeout",
              "2000"));
    }
    for (int i = 0; i < size; i++) {
      RedisProcess node = cluster.nodes.get(i);
      if (i < MASTERS) {
        int first = SLOTS * i / MASTERS;
        int last = SLOTS * (i + 1) / MASTERS - 1;
        ask(node, "CLUSTER ADDSLOTSRANGE " + first + " " + last);
      }
      for (int j = 0; j < size; j++) {
        RedisProcess other = cluster.nodes.get(j);
        ask(node, "CLUSTER MEET 127.0.0.1 " + other.port() + " " + cluster.busPorts.get(j));
      }
    }
    await("the cluster")
        .atMost(Duration.ofSeconds(60))
        .until(() -> cluster.nodes.stream().allMatch(cluster::isComplete));
    return cluster;
  }

  private static int count(String text, String word) {
    return text.split(word, -1).length - 1;
  }

  private boolean isComplete(RedisProcess node) {
    String info = ask(node, "CLUSTER INFO");
    return info.contains("cluster_state:ok")
        && info.contains("cluster_known_nodes:" + nodes.size())
        && info.contains("cluster_slots_ok:" + SLOTS);
  }

  /** All servers. */
  public List<RedisProcess> nodes() {
    return nodes;
  }

  /** Those that had slots at first. */
  public List<RedisProcess> masters() {
    return nodes.subList(0, MASTERS);
  }

  /** Those that had none, each at the place of its master in {@link #masters}. */
  public List<RedisProcess> replicas() {
    return nodes.subList(MASTERS, nodes.size());
  }

  public Redis redis() {
    return Redis.cluster(nodes.stream().map(RedisProcess::uri).toArray(String[]::new));
  }

  /** The server that has a slot at first. */
  public RedisProcess owner(int slot) {
    int index = MASTERS - 1;
    while (SLOTS * index / MASTERS > slot) {
      index--;
    }
    return nodes.get(index);
  }

  /** Moves a slot without keys from the server that has it to another. */
  void move(int slot, RedisProcess from, RedisProcess to) {
    begin(slot, from, to);
    end(slot, to);
  }

  /** Moves a slot with the keys in it, as resharding does. */
  void moveWithKeys(int slot, RedisProcess from, RedisProcess to) {
    begin(slot, from, to);
    for (List<String> keys = keys(slot, from); !keys.isEmpty(); keys = keys(slot, from)) {
      for (String key : keys) {
        ask(from, "MIGRATE 127.0.0.1 " + to.port() + " " + key + " 0 5000");
      }
    }
    end(slot, to);
  }

  private static List<String> keys(int slot, RedisProcess from) {
    return ask(from, "CLUSTER GETKEYSINSLOT " + slot + " 10")
        .lines()
        .filter(line -> !line.startsWith("*") && !line.startsWith("$"))
        .toList();
  }

  private static void begin(int slot, RedisProcess from, RedisProcess to) {
    ask(to, "CLUSTER SETSLOT " + slot + " IMPORTING " + id(from));
    ask(from, "CLUSTER SETSLOT " + slot + " MIGRATING " + id(to));
  }

  private void end(int slot, RedisProcess to) {
    String target = id(to);
    ask(to, "CLUSTER SETSLOT " + slot + " NODE " + target);
    nodes.forEach(node -> ask(node, "CLUSTER SETSLOT " + slot + " NODE " + target));
  }

  /** The id of a server in its cluster. */
  public static String id(RedisProcess node) {
    return ask(node, "CLUSTER MYID").lines().skip(1).findFirst().orElseThrow();
  }

  private static String ask(RedisProcess node, String command) {
    try {
      return node.ask(command);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    for (RedisProcess node : nodes) {
      node.close();
    }
  }
}
