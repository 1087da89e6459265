package dev.switchboard.redis;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A Redis Cluster of three masters of a test's own. */
final class RedisCluster implements AutoCloseable {
  private static final int NODES = 3;
  private static final int SLOTS = 16_384;

  private final List<RedisProcess> nodes = new ArrayList<>();

  private RedisCluster() {}

  static RedisCluster start() {
    RedisCluster cluster = new RedisCluster();
    try {
      List<Integer> busPorts = new ArrayList<>();
      for (int i = 0; i < NODES; i++) {
        int busPort = freePort();
        busPorts.add(busPort);
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
      for (int i = 0; i < NODES; i++) {
        RedisProcess node = cluster.nodes.get(i);
        int first = SLOTS * i / NODES;
        int last = SLOTS * (i + 1) / NODES - 1;
        ask(node, "CLUSTER ADDSLOTSRANGE " + first + " " + last);
        for (int j = 0; j < NODES; j++) {
          RedisProcess other = cluster.nodes.get(j);
          ask(node, "CLUSTER MEET 127.0.0.1 " + other.port() + " " + busPorts.get(j));
        }
      }
      await("the cluster")
          .atMost(Duration.ofSeconds(60))
          .until(() -> cluster.nodes.stream().allMatch(RedisCluster::isComplete));
      return cluster;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isComplete(RedisProcess node) {
    String info = ask(node, "CLUSTER INFO");
    return info.contains("cluster_state:ok")
        && info.contains("cluster_known_nodes:" + NODES)
        && info.contains("cluster_slots_ok:" + SLOTS);
  }

  List<RedisProcess> nodes() {
    return nodes;
  }

  Redis redis() {
    return Redis.cluster(nodes.stream().map(RedisProcess::uri).toArray(String[]::new));
  }

  /** The server that has a slot at first. */
  RedisProcess owner(int slot) {
    int index = NODES - 1;
    while (SLOTS * index / NODES > slot) {
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

  private static String id(RedisProcess node) {
    return ask(node, "CLUSTER MYID").lines().skip(1).findFirst().orElseThrow();
  }

  private static String ask(RedisProcess node, String command) {
    try {
      return node.ask(command);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() throws IOException {
    for (RedisProcess node : nodes) {
      node.close();
    }
  }
}
