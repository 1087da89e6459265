package dev.switchboard.benchmarks.load;

import java.io.IOException;
import java.time.Duration;
import java.util.stream.Stream;

/** The loads that are measured. All payloads are one text argument of 64 bytes. */
enum Scenario {
  BCAST1("bcast1", "broadcast to 1,000 sockets, 1 in flight") {
    @Override
    Traffic start(ClientLoop loop) throws IOException {
      return new Broadcasts(loop, 1_000, 1, PAYLOAD);
    }
  },
  BCAST16("bcast16", "broadcast to 1,000 sockets, 16 in flight") {
    @Override
    Traffic start(ClientLoop loop) throws IOException {
      return new Broadcasts(loop, 1_000, 16, PAYLOAD);
    }
  },
  ECHO("echo", "echo, 100 clients with 1 in flight each") {
    @Override
    Traffic start(ClientLoop loop) throws IOException {
      return new Echoes(loop, 100, PAYLOAD);
    }
  },
  HANDSHAKE("handshake", "connect, namespace, close; 32 at a time") {
    @Override
    Traffic start(ClientLoop loop) {
      return new Handshakes(loop, 32);
    }
  },
  PACED("paced", "2,000 echoes/s over 1,000 sockets") {
    @Override
    Traffic start(ClientLoop loop) throws IOException {
      return new PacedEchoes(loop, 1_000, PAYLOAD, 2_000, 0, NAP);
    }
  },
  SLEEPERS("sleepers", "the same beside 100 handlers that sleep 100 ms") {
    @Override
    Traffic start(ClientLoop loop) throws IOException {
      return new PacedEchoes(loop, 1_000, PAYLOAD, 2_000, 100, NAP);
    }
  },
  HOP1("hop1", "broadcast to 500 sockets of another node over Redis, 1 in flight") {
    @Override
    Traffic start(ClientLoop loop) throws IOException {
      return new Broadcasts(loop, 500, 1, PAYLOAD);
    }
  },
  HOP16("hop16", "broadcast to 500 sockets of another node over Redis, 16 in flight") {
    @Override
    Traffic start(ClientLoop loop) throws IOException {
      return new Broadcasts(loop, 500, 16, PAYLOAD);
    }
  },
  HOP10("hop10", "broadcast to 10 sockets of another node over Redis, 1 in flight") {
    @Override
    Traffic start(ClientLoop loop) throws IOException {
      return new Broadcasts(loop, 10, 1, PAYLOAD);
    }
  };

  private static final int PAYLOAD = 64;
  private static final Duration NAP = Duration.ofMillis(100);

  private final String id;
  private final String title;

  Scenario(String id, String title) {
    this.id = id;
    this.title = title;
  }

  static Scenario named(String id) {
    return Stream.of(values())
        .filter(scenario -> scenario.id.equals(id))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no scenario " + id + "; see --help"));
  }

  String id() {
    return id;
  }

  /** Whether it takes two servers. */
  boolean needsPair() {
    return this == HOP1 || this == HOP16 || this == HOP10;
  }

  String title() {
    return title;
  }

  /** Connects the clients of this load. */
  abstract Traffic start(ClientLoop loop) throws IOException;
}
