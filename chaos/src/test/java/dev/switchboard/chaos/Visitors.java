package dev.switchboard.chaos;

import static org.awaitility.Awaitility.await;

import dev.switchboard.client.ClientConfig;
import dev.switchboard.client.ClientSocket;
import dev.switchboard.client.SocketIoClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Real clients that come over a {@link Gate}, join a room each, and come back when cut off. */
final class Visitors implements AutoCloseable {
  final List<Visitor> all = new ArrayList<>();

  private Visitors() {}

  /** Connects clients and waits until all have joined. */
  static Visitors connect(String url, String node, Traffic traffic, List<String> rooms, int count) {
    return connect(url, node, traffic, rooms, count, config -> {});
  }

  static Visitors connect(
      String url,
      String node,
      Traffic traffic,
      List<String> rooms,
      int count,
      Consumer<ClientConfig> settings) {
    Visitors visitors = new Visitors();
    for (int i = 0; i < count; i++) {
      visitors.all.add(new Visitor(url, node + i, traffic, rooms.get(i % rooms.size()), settings));
    }
    try {
      visitors.awaitConnections(1);
      return visitors;
    } catch (RuntimeException e) {
      visitors.close();
      throw e;
    }
  }

  /** Waits until each was connected so many times, and has joined. */
  void awaitConnections(int times) {
    await("the clients to be connected")
        .atMost(Figures.PATIENCE)
        .until(
            () ->
                all.stream()
                    .allMatch(visitor -> visitor.connections.get() >= times && visitor.inRoom));
  }

  /** How long after a fault each was connected again, in ms. */
  long[] backAfter(long fault) {
    return all.stream().mapToLong(visitor -> Figures.millis(visitor.lastConnect - fault)).toArray();
  }

  /** How many got their session back, each time that they came back. */
  int recovered() {
    return all.size() - notRecovered().size();
  }

  /** The names of those who did not. */
  Set<String> notRecovered() {
    return all.stream()
        .filter(visitor -> visitor.recoveries.get() != visitor.connections.get() - 1)
        .map(visitor -> visitor.name)
        .collect(Collectors.toSet());
  }

  @Override
  public void close() {
    all.forEach(visitor -> visitor.socket.close());
  }

  /** One of them. */
  static final class Visitor {
    final String name;
    final ClientSocket socket;
    final AtomicInteger connections = new AtomicInteger();
    final AtomicInteger recoveries = new AtomicInteger();
    volatile long lastConnect;
    private volatile boolean inRoom;

    Visitor(
        String url, String name, Traffic traffic, String room, Consumer<ClientConfig> settings) {
      this.name = name;
      this.socket =
          SocketIoClient.create(
              url,
              config -> {
                config.forceNew(true).transports("websocket");
                settings.accept(config);
              });
      Traffic.Member member = traffic.join(name, room);
      socket.on(
          Traffic.EVENT,
          args ->
              member.got(
                  args.get(0, String.class),
                  args.get(1, String.class),
                  args.get(2, Integer.class)));
      socket.onDisconnect(reason -> inRoom = false);
      socket.onConnect(
          () -> {
            lastConnect = System.nanoTime();
            connections.incrementAndGet();
            if (socket.recovered()) {
              recoveries.incrementAndGet();
              inRoom = true;
            } else {
              socket.call("join", room).thenRun(() -> inRoom = true);
            }
          });
      socket.connect();
    }
  }
}
