package dev.switchboard.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.switchboard.protocol.socket.Args;
import dev.switchboard.server.ConnectRejected;
import dev.switchboard.server.Socket;
import dev.switchboard.server.SocketIoServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Connection state recovery in memory. */
class StateRecoveryIT {
  private final SocketIoServer io =
      SocketIoServer.create(config -> config.recovery(recovery -> recovery.maxPackets(10)));

  @AfterEach
  void close() {
    io.close();
  }

  private static Map<String, Object> auth(TestClient before, String offset) {
    return offset == null
        ? Map.of("pid", before.pid())
        : Map.of("pid", before.pid(), "offset", offset);
  }

  private Socket socket(TestClient client) {
    return io.main().socket(client.id()).orElseThrow();
  }

  private void cut(TestClient client) {
    client.close();
    await().until(() -> io.main().socket(client.id()).isEmpty());
  }

  private static String offsetOf(Args event) {
    return event.get(event.size() - 1, String.class);
  }

  @Test
  void aSessionComesBackWithItsIdRoomsDataAndWhatItMissed() {
    TestClient before = TestClient.connect(io);
    socket(before).join("r");
    socket(before).data().put("name", "Ann");
    io.emit("e", "seen");
    String offset = offsetOf(before.next("e"));
    cut(before);
    io.emit("e", "to all");
    io.to("r").emit("e", "to the room");
    io.to("other").emit("e", "not for this one");
    io.to("r").except("r").emit("e", "excluded");
    io.asVolatile().emit("e", "volatile");
    try (var after = TestClient.connect(io, "/", auth(before, offset))) {
      assertThat(after.id()).isEqualTo(before.id());
      assertThat(after.next("e").get(0)).isEqualTo("to all");
      assertThat(after.next("e").get(0)).isEqualTo("to the room");
      assertThat(after.waiting("e")).isZero();
      assertThat(socket(after).recovered()).isTrue();
      assertThat(socket(after).rooms()).contains("r", after.id());
      assertThat(socket(after).data()).containsEntry("name", "Ann");
    }
  }

  @Test
  void aClientThatNeverGotAnEventRecovers() {
    TestClient before = TestClient.connect(io);
    cut(before);
    io.emit("e", 1);
    try (var after = TestClient.connect(io, "/", auth(before, null))) {
      assertThat(after.next("e").get(0)).isEqualTo(1);
      assertThat(socket(after).recovered()).isTrue();
    }
  }

  @Test
  void aPidIsGoodForOneSocket() {
    TestClient before = TestClient.connect(io);
    cut(before);
    try (var first = TestClient.connect(io, "/", auth(before, null));
        var second = TestClient.connect(io, "/", auth(before, null))) {
      assertThat(first.id()).isEqualTo(before.id());
      assertThat(socket(second).recovered()).isFalse();
      assertThat(second.id()).isNotEqualTo(before.id());
    }
  }

  @Test
  void whatTheLogHasForgottenIsNotRecoveredByHalves() {
    TestClient before = TestClient.connect(io);
    cut(before);
    for (int i = 0; i < 20; i++) {
      io.emit("e", i);
    }
    try (var after = TestClient.connect(io, "/", auth(before, null))) {
      assertThat(socket(after).recovered()).isFalse();
      assertThat(after.waiting("e")).isZero();
    }
  }

  @Test
  void offsetsOfAnotherLogAreNotTaken() {
    TestClient before = TestClient.connect(io);
    cut(before);
    for (String offset : List.of("nonsense", "0-0", "9-9999999999999999999")) {
      try (var after = TestClient.connect(io, "/", auth(before, offset))) {
        assertThat(socket(after).recovered()).isFalse();
      }
    }
  }

  @Test
  void nothingThatWasMissedReachesWhoIsRefused() {
    var allowed = new AtomicBoolean(true);
    io.use(
        socket -> {
          if (!allowed.get()) {
            throw new ConnectRejected("token revoked");
          }
        });
    TestClient before = TestClient.connect(io);
    cut(before);
    io.emit("secret");
    allowed.set(false);
    assertThatThrownBy(() -> TestClient.connect(io, "/", auth(before, null)))
        .hasMessage("token revoked");
    allowed.set(true);
    try (var after = TestClient.connect(io, "/", auth(before, null))) {
      after.next("secret");
      assertThat(socket(after).recovered()).isTrue();
    }
  }

  @Test
  void whatIsLoggedDoesNotChangeWithTheApplicationsObjects() {
    TestClient before = TestClient.connect(io);
    cut(before);
    List<Integer> numbers = new ArrayList<>(List.of(1, 2));
    io.emit("e", numbers);
    numbers.add(3);
    try (var after = TestClient.connect(io, "/", auth(before, null))) {
      assertThat(after.next("e").get(0)).isEqualTo(List.of(1, 2));
    }
  }
}
