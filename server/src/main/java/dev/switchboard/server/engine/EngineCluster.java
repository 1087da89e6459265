package dev.switchboard.server.engine;

import dev.switchboard.protocol.engine.EngineBus;
import dev.switchboard.protocol.engine.EngineMessage;
import dev.switchboard.protocol.engine.EngineMessage.AcquireLock;
import dev.switchboard.protocol.engine.EngineMessage.Closed;
import dev.switchboard.protocol.engine.EngineMessage.Drain;
import dev.switchboard.protocol.engine.EngineMessage.Incoming;
import dev.switchboard.protocol.engine.EngineMessage.LockAnswer;
import dev.switchboard.protocol.engine.EngineMessage.Malformed;
import dev.switchboard.protocol.engine.EngineMessage.ProbeAnswer;
import dev.switchboard.protocol.engine.EngineMessage.Probed;
import dev.switchboard.protocol.engine.EngineMessage.Reading;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node among others whose clients' requests may reach any of them.
 *
 * <p>{@link #seek} is called on the request's loop; {@link #publish} on any thread. What the bus
 * brings comes on its thread and hops: to the session's loop if this node owns the session ({@link
 * Ownership}), to the request's loop if it holds a request of another node's ({@link GuestPoll},
 * {@link GuestPost}, {@link GuestWebSocket}). The hops keep the bus's order.
 *
 * <p>What is kept of others is bounded: questions by {@link #MOST_QUESTIONS} and their time, guests
 * by the connections that there are, and by a lease that ends them when the owner is silent.
 */
final class EngineCluster {
  private static final Logger log = LoggerFactory.getLogger(EngineCluster.class);
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int ID_LENGTH = 20;

  /** Questions to other nodes that may wait for an answer; requests beyond are refused. */
  private static final int MOST_QUESTIONS = 8_192;

  private final EngineServer server;
  private final ClusterSettings settings;
  private final String nodeId;
  private final Ownership ownership;
  private final EngineBus bus;
  private final AtomicLong questionIds = new AtomicLong();
  private final ConcurrentHashMap<Long, Question> questions = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, GuestPoll> polls = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, GuestWebSocket> webSockets = new ConcurrentHashMap<>();

  EngineCluster(EngineServer server, ClusterSettings settings) {
    this.server = server;
    this.settings = settings;
    byte[] id = new byte[3];
    RANDOM.nextBytes(id);
    this.nodeId = HexFormat.of().formatHex(id);
    this.ownership = new Ownership(server, this);
    this.bus = settings.bus().open(nodeId, this::receive);
  }

  String nodeId() {
    return nodeId;
  }

  ClusterSettings settings() {
    return settings;
  }

  EngineServer server() {
    return server;
  }

  /** How long an answer may be held back without the other node giving up. */
  Duration patience() {
    return settings.responseTimeout().dividedBy(2);
  }

  /** How long an owner may be silent: it pings, or answers the client's pings. */
  Duration lease() {
    EngineSettings engine = server.settings();
    return engine.pingInterval().plus(engine.pingTimeout());
  }

  /** Whether another node may own a session of that id. */
  static boolean mayBeElsewhere(@Nullable String sid) {
    return sid != null && sid.length() == ID_LENGTH;
  }

  CompletionStage<Void> publish(EngineMessage message) {
    try {
      return bus.publish(message);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  // Requests for sessions of other nodes, on the requests' loops

  /** Finds the owner of a request's session, and serves the request for it. */
  void seek(Request request, String sid, Runnable unknown) {
    if (request instanceof WebSocketRequest webSocket) {
      new GuestWebSocket(this, webSocket, sid, unknown).begin();
    } else if (request instanceof HttpRequest http) {
      switch (http.info().method()) {
        case "GET" -> new GuestPoll(this, http, sid, unknown).begin();
        case "POST" -> new GuestPost(this, http, sid, unknown).begin();
        default -> {
          if (http.finish()) {
            http.refuseMethod();
          }
        }
      }
    }
  }

  /**
   * Asks other nodes.
   *
   * @param question made with the number that the answer has to have
   * @param onAnswer called on the bus's thread before anything that the bus brings after it
   * @param then called on the loop, with null if there is no answer in time
   */
  void ask(
      EventLoop loop,
      LongFunction<EngineMessage> question,
      Consumer<EngineMessage> onAnswer,
      Consumer<@Nullable EngineMessage> then) {
    if (questions.size() >= MOST_QUESTIONS) {
      then.accept(null);
      return;
    }
    long id = questionIds.incrementAndGet();
    EventLoop.Timeout timer = loop.schedule(() -> giveUp(id), settings.responseTimeout());
    questions.put(id, new Question(loop, timer, onAnswer, then));
    publish(question.apply(id))
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                log.debug("A question to other nodes was not sent", failure);
                loop.execute(() -> giveUp(id));
              }
            });
  }

  private void giveUp(long id) {
    Question question = questions.remove(id);
    if (question != null) {
      question.timer.cancel();
      question.then.accept(null);
    }
  }

  private void answered(long id, EngineMessage answer) {
    Question question = questions.remove(id);
    if (question != null) {
      question.onAnswer.accept(answer);
      question.loop.execute(
          () -> {
            question.timer.cancel();
            question.then.accept(answer);
          });
    }
  }

  private record Question(
      EventLoop loop,
      EventLoop.Timeout timer,
      Consumer<EngineMessage> onAnswer,
      Consumer<@Nullable EngineMessage> then) {}

  /** From now on a poll gets what its session's owner drains; any thread. */
  void add(String sid, GuestPoll poll) {
    GuestPoll stale = polls.put(sid, poll);
    if (stale != null) {
      stale.replaced();
    }
  }

  void remove(String sid, GuestPoll poll) {
    polls.remove(sid, poll);
  }

  /** From now on a WebSocket gets what its session's owner drains; any thread. */
  void add(String sid, GuestWebSocket webSocket) {
    GuestWebSocket stale = webSockets.put(sid, webSocket);
    if (stale != null) {
      stale.replaced();
    }
  }

  void remove(String sid, GuestWebSocket webSocket) {
    webSockets.remove(sid, webSocket);
  }

  /** The number of requests and WebSockets here whose sessions are elsewhere. */
  int guests() {
    return polls.size() + webSockets.size();
  }

  // What the bus brings, on its thread

  private void receive(EngineMessage message) {
    if (message.senderId().equals(nodeId)) {
      return;
    }
    String recipient = message.recipientId();
    if (recipient != null && !recipient.equals(nodeId)) {
      return;
    }
    if (message instanceof LockAnswer answer) {
      answered(answer.requestId(), answer);
    } else if (message instanceof ProbeAnswer answer) {
      answered(answer.requestId(), answer);
    } else if (message instanceof Drain drain) {
      drain(drain);
    } else if (message instanceof Reading reading) {
      GuestWebSocket webSocket = webSockets.get(reading.sid());
      if (webSocket != null) {
        webSocket.reading(reading);
      }
    } else if (message instanceof AcquireLock lock) {
      ownership.acquire(lock);
    } else if (message instanceof Incoming incoming) {
      ownership.incoming(incoming);
    } else if (message instanceof Malformed malformed) {
      ownership.malformed(malformed);
    } else if (message instanceof Probed probed) {
      ownership.probed(probed);
    } else if (message instanceof Closed closed) {
      ownership.closed(closed);
    }
  }

  private void drain(Drain drain) {
    GuestWebSocket webSocket = webSockets.get(drain.sid());
    GuestPoll poll = polls.get(drain.sid());
    if (webSocket != null) {
      webSocket.drain(drain);
    } else if (poll != null) {
      poll.drain(drain);
    }
  }

  /** Ends what is held for other nodes: this one goes. */
  void dismissGuests() {
    polls.values().forEach(GuestPoll::dismiss);
    webSockets.values().forEach(GuestWebSocket::dismiss);
  }

  /** Leaves the others. */
  void close() {
    bus.close();
  }
}
