package dev.switchboard.testkit;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An Engine.IO client over real ports that sends each request to another server, in turn, as a load
 * balancer without sticky sessions has it. It polls on a thread of its own; the other methods are
 * called by one thread at a time.
 */
final class WanderingClient implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String SEPARATOR = "\u001e";

  // Not HTTP/2, which it would offer to upgrade to.
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final int[] ports;
  private final AtomicInteger turn = new AtomicInteger();
  private final Queue<String> received = new ConcurrentLinkedQueue<>();
  private final CompletableFuture<Void> polled = new CompletableFuture<>();
  private final CompletableFuture<Void> probed = new CompletableFuture<>();
  private final StringBuilder frame = new StringBuilder();
  private volatile String sid = "";
  private volatile boolean upgrading;
  private volatile @Nullable WebSocket webSocket;
  private volatile @Nullable Throwable failure;

  WanderingClient(int[] ports) {
    this.ports = ports.clone();
  }

  /** Opens a session on the first server, and begins to poll. */
  void open() throws Exception {
    String open = http.send(request("").build(), HttpResponse.BodyHandlers.ofString()).body();
    int at = open.indexOf("\"sid\":\"") + 7;
    sid = open.substring(at, open.indexOf('"', at));
    var poller = new Thread(this::poll, "wandering-client");
    poller.setDaemon(true);
    poller.start();
  }

  private HttpRequest.Builder request(String session) {
    int port = ports[turn.getAndIncrement() % ports.length];
    return HttpRequest.newBuilder(uri(port, "http", "polling", session)).timeout(PATIENCE);
  }

  private static URI uri(int port, String scheme, String transport, String session) {
    return URI.create(
        "%s://127.0.0.1:%d/socket.io/?EIO=4&transport=%s%s"
            .formatted(scheme, port, transport, session));
  }

  private String session() {
    return "&sid=" + sid;
  }

  private void poll() {
    try {
      while (!upgrading) {
        HttpResponse<String> answer =
            http.send(request(session()).build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
          throw new IOException("GET: " + answer.statusCode() + " " + answer.body());
        }
        for (String packet : answer.body().split(SEPARATOR, -1)) {
          take(packet);
        }
      }
      polled.complete(null);
    } catch (IOException | RuntimeException e) {
      failure = e;
      polled.completeExceptionally(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void take(String packet) {
    received.add(packet);
  }

  /** Sends packets by one POST, and waits for its answer. */
  void post(String... packets) {
    HttpRequest post =
        request(session())
            .POST(HttpRequest.BodyPublishers.ofString(String.join(SEPARATOR, packets)))
            .build();
    HttpResponse<String> answer =
        http.sendAsync(post, HttpResponse.BodyHandlers.ofString())
            .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
            .join();
    if (answer.statusCode() != 200) {
      throw new AssertionError("POST: " + answer.statusCode() + " " + answer.body());
    }
  }

  /** Sends a packet by whatever carries the session. */
  void send(String packet) {
    WebSocket open = webSocket;
    if (open == null) {
      post(packet);
    } else {
      open.sendText(packet, true).orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }
  }

  /** Moves to a WebSocket, on the second server: the session began on the first. */
  void upgrade() {
    WebSocket candidate =
        http.newWebSocketBuilder()
            .buildAsync(uri(ports[1], "ws", "websocket", session()), new Frames())
            .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
            .join();
    candidate.sendText("2probe", true);
    probed.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    upgrading = true;
    polled.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    candidate.sendText("5", true).orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    webSocket = candidate;
  }

  /** Waits until such a packet has come. */
  void awaitPacket(Predicate<String> condition) {
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              Throwable broken = failure;
              if (broken != null) {
                throw new AssertionError("polling failed", broken);
              }
              return received.stream().anyMatch(condition);
            });
  }

  /** The packets so far that begin like this, in the order in which they came. */
  List<String> packets(String start) {
    return received.stream().filter(packet -> packet.startsWith(start)).toList();
  }

  @Override
  public void close() {
    upgrading = true;
    WebSocket open = webSocket;
    if (open != null) {
      open.abort();
    } else if (!sid.isEmpty()) {
      post("1");
    }
  }

  /** What the WebSocket brings. */
  private final class Frames implements WebSocket.Listener {
    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      frame.append(data);
      if (last) {
        String packet = frame.toString();
        frame.setLength(0);
        if (packet.equals("3probe")) {
          probed.complete(null);
        } else {
          take(packet);
        }
      }
      from.request(1);
      return null;
    }
  }
}
