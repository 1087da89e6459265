package dev.switchboard.chaos;

import dev.switchboard.redis.Redis;
import dev.switchboard.redis.RedisAdapters;
import dev.switchboard.server.ServerConfig;
import dev.switchboard.server.SocketIoServer;
import dev.switchboard.testkit.TestClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A node in the JVM of the tests, with clients that need no port. */
final class Node implements AutoCloseable {
  final String name;
  final SocketIoServer io;
  final RedisAdapters adapters;
  private final List<TestClient> clients = new ArrayList<>();

  private Node(String name, SocketIoServer io, RedisAdapters adapters) {
    this.name = name;
    this.io = io;
    this.adapters = adapters;
  }

  static Node create(String name, AdapterKind kind, Redis redis, Consumer<ServerConfig> settings) {
    return create(name, kind.over(redis), settings);
  }

  static Node create(String name, RedisAdapters adapters, Consumer<ServerConfig> settings) {
    SocketIoServer io =
        SocketIoServer.create(
            config -> {
              config.host("127.0.0.1").port(0).adapter(adapters);
              settings.accept(config);
            });
    io.onConnection(
        socket -> {
          socket.on(
              "join",
              (args, ack) -> socket.join(args.get(0, String.class)).thenRun(() -> ack.send()));
          socket.on(
              "publish",
              args -> send(io, args.get(0, String.class), args.get(1, String.class), args.get(2)));
        });
    return new Node(name, io, adapters);
  }

  /** Has clients join the rooms in turn, and waits until they have. */
  void join(Traffic traffic, List<String> rooms, int count) {
    List<CompletableFuture<?>> joins = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String room = rooms.get(i % rooms.size());
      TestClient client = TestClient.connect(io);
      clients.add(client);
      Traffic.Member member = traffic.join(name, room);
      client.onAny(
          (event, args) -> {
            if (event.equals(Traffic.EVENT)) {
              member.got(
                  args.get(0, String.class), args.get(1, String.class), args.get(2, Integer.class));
            }
          });
      joins.add(client.call("join", room));
    }
    CompletableFuture.allOf(joins.toArray(CompletableFuture<?>[]::new))
        .orTimeout(Figures.PATIENCE.toSeconds(), TimeUnit.SECONDS)
        .join();
  }

  /** Publishes to these rooms from this node until the publisher is closed. */
  Publisher publish(Traffic traffic, List<String> rooms, int perSecond) {
    return Publisher.start(
        name,
        rooms,
        traffic,
        perSecond,
        (room, publisher, number) -> send(io, room, publisher, number));
  }

  private static void send(SocketIoServer io, String room, String publisher, Object number) {
    io.to(room).emit(Traffic.EVENT, publisher, room, number);
  }

  /** Opens a port, for clients that need one. */
  int listen() {
    io.start().orTimeout(Figures.PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    return io.port();
  }

  @Override
  public void close() {
    clients.forEach(TestClient::close);
    io.close();
    adapters.close();
  }
}
