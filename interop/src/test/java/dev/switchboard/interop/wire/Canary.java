package dev.switchboard.interop.wire;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Two well-behaved clients, one on WebSocket and one polling, that were there before the rows and
 * must be served while these misbehave. Any thread may ask; one asks at a time.
 */
final class Canary implements Closeable {
  /** The reference is one thread, and the machine may be busy. */
  private static final Duration LIMIT_OF_NODE = Duration.ofSeconds(1);

  private static final Duration LIMIT = Duration.ofMillis(50);
  private static final int TRIES = 6;
  private static final Duration FOREVER = Duration.ofMinutes(10);

  private final List<Client> clients = new ArrayList<>();

  /** One client: a thread reads and answers pings, the asking thread sends. */
  private abstract static class Client implements Closeable {
    final BlockingQueue<String> received = new ArrayBlockingQueue<>(1_000);
    private int asked;

    abstract void send(String message) throws IOException;

    abstract void readOn() throws IOException;

    void start() {
      var thread = new Thread(this::readUntilClosed, "canary");
      thread.setDaemon(true);
      thread.start();
    }

    private void readUntilClosed() {
      try {
        while (true) {
          readOn();
        }
      } catch (IOException closed) {
        received.offer("closed: " + closed.getMessage());
      }
    }

    /**
     * What is wrong, or nothing when the echo came in time. Holds no lock while it waits: the
     * reading thread may have a ping to answer first.
     */
    Optional<String> ask(Duration limit) throws IOException, InterruptedException {
      asked++;
      String expected = "43%d[]".formatted(asked);
      long start = System.nanoTime();
      send("42%d[\"echo\"]".formatted(asked));
      String answer = received.poll(2, TimeUnit.SECONDS);
      while (answer != null && !answer.equals(expected) && answer.startsWith("43")) {
        answer = received.poll(2, TimeUnit.SECONDS); // that one was late for an earlier question
      }
      if (answer == null) {
        return Optional.of("no echo in 2 s");
      }
      if (!answer.equals(expected)) {
        received.offer(answer);
        return Optional.of("got " + answer);
      }
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      return took.compareTo(limit) <= 0
          ? Optional.empty()
          : Optional.of("echo after " + took.toMillis() + " ms");
    }
  }

  private static final class OnWebSocket extends Client {
    private final WebSocketClient client;

    OnWebSocket(ServerProcess server) throws IOException {
      client = WebSocketClient.open(Stage.calm(server)).connect();
    }

    @Override
    void send(String message) {
      client.text(message);
    }

    @Override
    void readOn() throws IOException {
      Frame frame = client.frame(FOREVER);
      String text = frame.shown();
      if (text.equals("2")) {
        client.text("3");
      } else {
        received.offer(text);
      }
    }

    @Override
    public void close() {
      client.close();
    }
  }

  private static final class Polling extends Client {
    private final PollingClient client;

    Polling(ServerProcess server) throws IOException {
      client = PollingClient.open(Stage.calm(server)).connect();
    }

    @Override
    synchronized void send(String message) throws IOException {
      HttpAnswer answer = client.post(message);
      if (!answer.brief().equals("200 ok")) {
        throw new IOException("POST answered " + answer.brief());
      }
    }

    @Override
    void readOn() throws IOException {
      for (String packet : client.poll(FOREVER).text().split("\u001e", -1)) {
        if (packet.equals("2")) {
          send("3");
        } else {
          received.offer(packet);
        }
      }
    }

    @Override
    public void close() {
      client.close();
    }
  }

  static Canary in(ServerProcess server, String profile) {
    var canary = new Canary();
    try {
      if (!profile.equals("badinput-polling")) {
        canary.clients.add(new OnWebSocket(server));
      }
      if (!profile.equals("badinput-websocket")) {
        canary.clients.add(new Polling(server));
      }
    } catch (IOException e) {
      throw new IllegalStateException("no canary in " + profile, e);
    }
    canary.clients.forEach(Client::start);
    return canary;
  }

  /**
   * What is wrong with the service, or nothing. A slow answer counts when it repeats: the machine
   * may be busy with other things.
   */
  synchronized Optional<String> complaint(ServerKind kind) {
    Optional<String> complaint = Optional.empty();
    for (int i = 0; i < TRIES; i++) {
      complaint = ask(kind == ServerKind.NODE ? LIMIT_OF_NODE : LIMIT);
      if (complaint.isEmpty()) {
        return complaint;
      }
    }
    return complaint;
  }

  private Optional<String> ask(Duration limit) {
    for (Client client : clients) {
      Optional<String> complaint;
      try {
        complaint = client.ask(limit);
      } catch (IOException e) {
        complaint = Optional.of(String.valueOf(e.getMessage()));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        complaint = Optional.of("interrupted");
      }
      if (complaint.isPresent()) {
        return complaint.map(text -> "canary " + client.getClass().getSimpleName() + ": " + text);
      }
    }
    return Optional.empty();
  }

  @Override
  public void close() {
    for (Client client : clients) {
      try {
        client.close();
      } catch (IOException alreadyClosed) {
        // nothing left to close
      }
    }
  }
}
