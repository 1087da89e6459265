package dev.switchboard.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.server.Socket;
import dev.switchboard.server.SocketIoServer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class VolatileIT {
  private final SocketIoServer io = SocketIoServer.create(config -> {});

  @AfterEach
  void close() {
    io.close();
  }

  private Socket onlySocket() {
    await().until(() -> io.main().sockets().size() == 1);
    return io.main().sockets().iterator().next();
  }

  @Test
  void aVolatileEventReachesAClientThatTakesIt() {
    try (var client = RawClient.connect(io)) {
      onlySocket().asVolatile().emit("position", Map.of("x", 1));
      assertThat(client.next()).isEqualTo("2[\"position\",{\"x\":1}]");
      io.asVolatile().emit("position", 2);
      assertThat(client.next()).isEqualTo("2[\"position\",2]");
    }
  }

  @Test
  void aVolatileEventIsDroppedWhileTheClientTakesNothingAndOthersAreKept() {
    try (var client = RawClient.connect(io)) {
      Socket socket = onlySocket();
      client.taking(false);
      socket.asVolatile().emit("dropped", 1);
      socket.emit("kept", 1);
      io.asVolatile().emit("dropped", 2);
      socket.emit("kept", 2);
      assertThat(client.received()).isEmpty();
      client.taking(true);
      assertThat(client.next()).isEqualTo("2[\"kept\",1]");
      assertThat(client.next()).isEqualTo("2[\"kept\",2]");
      socket.asVolatile().emit("taken");
      assertThat(client.next()).isEqualTo("2[\"taken\"]");
    }
  }

  @Test
  void aVolatileBroadcastReachesThoseWhoTakeIt() {
    try (var slow = RawClient.connect(io);
        var quick = RawClient.connect(io)) {
      await().until(() -> io.main().sockets().size() == 2);
      slow.taking(false);
      io.asVolatile().emit("news");
      assertThat(quick.next()).isEqualTo("2[\"news\"]");
      io.emit("fence");
      slow.taking(true);
      assertThat(slow.next()).isEqualTo("2[\"fence\"]");
    }
  }

  @Test
  void aVolatileEventDoesNotQueueBehindOthers() {
    var done = new CompletableFuture<Void>();
    io.onConnection(
        socket ->
            socket.on(
                "go",
                args -> {
                  socket.emit("first");
                  socket.asVolatile().emit("behind it");
                  done.complete(null);
                }));
    try (var client = RawClient.connect(io)) {
      client.send("2[\"go\"]");
      done.join();
      assertThat(client.next()).isEqualTo("2[\"first\"]");
      io.emit("fence");
      assertThat(client.next()).isEqualTo("2[\"fence\"]");
    }
  }

  @Test
  void flagsHoldForOneEventOnly() {
    try (var client = RawClient.connect(io)) {
      Socket socket = onlySocket();
      client.taking(false);
      socket.asVolatile().compress(false).emit("dropped");
      socket.emit("kept");
      client.taking(true);
      assertThat(client.next()).isEqualTo("2[\"kept\"]");
    }
  }
}
