package dev.switchboard.server.cluster;

import dev.switchboard.protocol.cluster.Adapter;
import dev.switchboard.protocol.cluster.AdapterContext;
import dev.switchboard.protocol.cluster.AdapterFactory;
import dev.switchboard.protocol.cluster.BroadcastOptions;
import dev.switchboard.protocol.cluster.ClusterMessage;
import dev.switchboard.protocol.cluster.ClusterReply;
import dev.switchboard.protocol.cluster.RecoveryStore;
import dev.switchboard.protocol.cluster.SocketSnapshot;
import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.socket.Args;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One namespace on all nodes: sends what is meant for many to the adapter and to this node, and
 * keeps the requests that other nodes are to answer. The only place where requests and replies are
 * matched, whichever adapter carries them.
 *
 * <p>Any thread; nothing blocks.
 *
 * <p>A broadcast is published first, and delivered here once its offset is known, at once where the
 * adapter has no log. With a log that answers at once (the one in memory), publishing and
 * delivering are one step under a lock: clients then see messages in the order of their offsets, so
 * that the last offset a client saw says exactly what it missed.
 */
public final class Cluster {
  /** The reference's time-out of requests between servers. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);

  /**
   * More requests than this at a time fail at once, so that peers that never answer cannot fill the
   * memory.
   */
  static final int MAX_PENDING_REQUESTS = 100_000;

  private static final Logger log = LoggerFactory.getLogger(Cluster.class);
  private static final SecureRandom random = new SecureRandom();

  private final String namespace;
  private final LocalNode node;
  private final Adapter adapter;
  private final Executor executor;
  private final ScheduledExecutorService timers;
  private final Duration requestsTimeout;
  private final boolean ordered;
  private final Object order = new Object();
  private final WarningThrottle warnings = new WarningThrottle();
  private volatile boolean closed;
  private final Map<String, AckCollector> ackRequests = new ConcurrentHashMap<>();
  private final Map<String, PendingReplies<ClusterReply>> requests = new ConcurrentHashMap<>();

  /**
   * @param executor completes futures: users chain their code to them
   * @param timers only hands over to {@code executor}
   */
  public Cluster(
      String namespace,
      LocalNode node,
      AdapterFactory factory,
      Json json,
      Executor executor,
      ScheduledExecutorService timers,
      Duration requestsTimeout) {
    this.namespace = namespace;
    this.node = node;
    this.executor = executor;
    this.timers = timers;
    this.requestsTimeout = requestsTimeout;
    this.adapter = factory.create(new Context(json));
    this.ordered = adapter.recovery().isPresent();
  }

  /** Sends an event to all sockets that match, on all nodes. */
  public void broadcast(String event, Args args, BroadcastOptions options) {
    var message = new ClusterMessage.Broadcast(event, args, options, null);
    if (options.local() && !(adapter instanceof LocalAdapter)) {
      node.deliver(message, "");
    } else if (ordered) {
      synchronized (order) {
        deliverOnceLogged(message, adapter.publish(message));
      }
    } else {
      deliverOnceLogged(message, adapter.publish(message));
    }
  }

  private void deliverOnceLogged(
      ClusterMessage.Broadcast message, CompletionStage<String> published) {
    CompletableFuture<String> offset = published.toCompletableFuture();
    if (offset.isDone() && !offset.isCompletedExceptionally()) {
      node.deliver(message, offset.getNow(""));
      return;
    }
    offset.whenComplete(
        (value, failure) -> {
          if (failure != null) {
            // the bus is down: the clients of this node get it all the same
            failed("publish a broadcast", failure);
          }
          deliverInOrder(message, failure == null ? value : "");
        });
  }

  /** With a log, not while a socket appears: it gets either all of it or nothing. */
  private void deliverInOrder(ClusterMessage.Broadcast message, String offset) {
    if (ordered) {
      synchronized (order) {
        node.deliver(message, offset);
      }
    } else {
      node.deliver(message, offset);
    }
  }

  /**
   * Sends an event to all sockets that match and collects their acknowledgements.
   *
   * @return completes when all have answered or left, or at the time-out with what came
   */
  public CompletableFuture<Replies<Args>> broadcastWithAck(
      String event, Args args, BroadcastOptions options) {
    var timeout = timeout(options);
    if (closed) {
      return CompletableFuture.completedFuture(new Replies<>(List.of(), 0, true));
    }
    var collector = new AckCollector(executor);
    String requestId = newRequestId();
    var message = new ClusterMessage.Broadcast(event, args, options, requestId);
    if (ackRequests.size() >= MAX_PENDING_REQUESTS) {
      return CompletableFuture.failedFuture(tooManyRequests());
    }
    ackRequests.put(requestId, collector);
    expireAfter(
        timeout, collector.future(), collector::expire, () -> ackRequests.remove(requestId));
    if (options.local()) {
      collector.servers(1);
    } else {
      adapter
          .serverCount()
          .whenComplete(
              (count, failure) -> {
                if (failure == null) {
                  collector.servers(count);
                } else {
                  failed("count the servers", failure);
                  collector.serversUnknown();
                }
              });
      logFailure(adapter.publish(message), "publish a broadcast");
    }
    collector.clients(node.deliverWithAck(message, timeout, collector));
    return collector.future();
  }

  /** The sockets that match, on all nodes. */
  public CompletableFuture<Replies<SocketSnapshot>> fetchSockets(BroadcastOptions options) {
    List<SocketSnapshot> local = node.snapshots(options);
    if (options.local()) {
      return CompletableFuture.completedFuture(new Replies<>(local, local.size(), true));
    }
    return request(
            timeout(options), id -> adapter.publish(new ClusterMessage.FetchSockets(options, id)))
        .thenApply(
            replies -> {
              List<SocketSnapshot> all = new ArrayList<>(local);
              for (ClusterReply reply : replies.values()) {
                if (reply instanceof ClusterReply.Sockets sockets) {
                  all.addAll(sockets.sockets());
                }
              }
              // here "expected" counts servers: all that is known of a server that is silent
              return new Replies<>(
                  List.copyOf(all), all.size() + replies.missing(), replies.complete());
            });
  }

  /** Makes the sockets that match join rooms, on all nodes. */
  public void socketsJoin(BroadcastOptions options, List<String> rooms) {
    publish(options, new ClusterMessage.SocketsJoin(options, rooms), "make sockets join");
    node.join(options, rooms);
  }

  /** Makes the sockets that match leave rooms, on all nodes. */
  public void socketsLeave(BroadcastOptions options, List<String> rooms) {
    publish(options, new ClusterMessage.SocketsLeave(options, rooms), "make sockets leave");
    node.leave(options, rooms);
  }

  /** Disconnects the sockets that match, on all nodes. */
  public void disconnectSockets(BroadcastOptions options, boolean close) {
    publish(options, new ClusterMessage.DisconnectSockets(options, close), "disconnect sockets");
    node.disconnect(options, close);
  }

  /** Sends an event to the other servers. */
  public void serverSideEmit(String event, Args args) {
    logFailure(
        adapter.publish(new ClusterMessage.ServerSideEmit(event, args, null)), "reach the servers");
  }

  /** Sends an event to the other servers and collects their answers. */
  public CompletableFuture<Replies<Args>> serverSideEmitWithAck(
      String event, Args args, Duration timeout) {
    return request(
            timeout, id -> adapter.publish(new ClusterMessage.ServerSideEmit(event, args, id)))
        .thenApply(
            replies -> {
              List<Args> answers = new ArrayList<>();
              for (ClusterReply reply : replies.values()) {
                if (reply instanceof ClusterReply.ServerSide answer) {
                  answers.add(answer.args());
                }
              }
              return new Replies<>(List.copyOf(answers), replies.expected(), replies.complete());
            });
  }

  public CompletionStage<Integer> serverCount() {
    return adapter.serverCount();
  }

  /** See {@link Adapter#roomOpened}. */
  public CompletionStage<Void> roomOpened(String room) {
    return adapter.roomOpened(room);
  }

  /** See {@link Adapter#roomClosed}. */
  public void roomClosed(String room) {
    adapter.roomClosed(room);
  }

  public Optional<RecoveryStore> recovery() {
    return adapter.recovery();
  }

  /**
   * Runs a step that must not fall between the logging of a broadcast and its delivery: a socket
   * that appears sees either both or neither.
   */
  public void inOrder(Runnable step) {
    synchronized (order) {
      step.run();
    }
  }

  /** The default time-out of requests. */
  public Duration requestsTimeout() {
    return requestsTimeout;
  }

  /** Requests that wait for answers; a gauge. */
  public int pendingRequests() {
    return ackRequests.size() + requests.size();
  }

  public void close() {
    closed = true;
    adapter.close();
    ackRequests.values().forEach(AckCollector::expire);
    requests.values().forEach(PendingReplies::expire);
  }

  private CompletableFuture<Replies<ClusterReply>> request(
      Duration timeout, Function<String, CompletionStage<String>> publish) {
    if (closed) {
      return CompletableFuture.completedFuture(new Replies<>(List.of(), 0, true));
    }
    if (requests.size() >= MAX_PENDING_REQUESTS) {
      return CompletableFuture.failedFuture(tooManyRequests());
    }
    String requestId = newRequestId();
    var pending = new PendingReplies<ClusterReply>(executor);
    requests.put(requestId, pending);
    expireAfter(timeout, pending.future(), pending::expire, () -> requests.remove(requestId));
    adapter
        .serverCount()
        .whenComplete(
            (count, failure) -> {
              if (failure != null) {
                failed("count the servers", failure);
                pending.giveUp();
                return;
              }
              pending.expect(count - 1);
              if (count > 1) {
                logFailure(publish.apply(requestId), "send a request");
              }
            });
    return pending.future();
  }

  private void expireAfter(
      Duration timeout, CompletableFuture<?> future, Runnable expire, Runnable remove) {
    try {
      var timer = timers.schedule(expire, timeout.toNanos(), TimeUnit.NANOSECONDS);
      future.whenComplete(
          (value, failure) -> {
            timer.cancel(false);
            remove.run();
          });
    } catch (RejectedExecutionException closed) {
      expire.run();
      remove.run();
    }
  }

  private void publish(BroadcastOptions options, ClusterMessage message, String what) {
    if (!options.local()) {
      logFailure(adapter.publish(message), what);
    }
  }

  private void logFailure(CompletionStage<?> stage, String what) {
    stage.whenComplete(
        (value, failure) -> {
          if (failure != null) {
            failed(what, failure);
          }
        });
  }

  private void failed(String what, Throwable failure) {
    if (warnings.permits()) {
      log.warn("{}: could not {}: {}", namespace, what, failure.toString());
    }
  }

  private Duration timeout(BroadcastOptions options) {
    Duration wanted = options.timeout();
    return wanted == null ? requestsTimeout : wanted;
  }

  private static IllegalStateException tooManyRequests() {
    return new IllegalStateException(
        "more than "
            + MAX_PENDING_REQUESTS
            + " requests wait for answers; give them a shorter timeout");
  }

  /** 16 hexadecimal digits, as the reference's cluster adapters have. */
  private static String newRequestId() {
    byte[] id = new byte[8];
    random.nextBytes(id);
    return HexFormat.of().formatHex(id);
  }

  /** What the adapter sees of this. */
  private final class Context implements AdapterContext {
    private final Json json;

    Context(Json json) {
      this.json = json;
    }

    @Override
    public String namespace() {
      return namespace;
    }

    @Override
    public Json json() {
      return json;
    }

    @Override
    public boolean isPrivateRoom(String room) {
      return node.isPrivateRoom(room);
    }

    @Override
    public boolean hasRoom(String room) {
      return node.hasRoom(room);
    }

    @Override
    public Optional<Duration> recoveryWindow() {
      return node.recoveryWindow();
    }

    @Override
    public void onMalformed(String description) {
      if (warnings.permits()) {
        log.warn("{}: dropped a message of the bus: {}", namespace, description);
      }
      node.malformed(description);
    }

    @Override
    public void onMessage(String serverId, ClusterMessage message, String offset) {
      try {
        handle(serverId, message, offset);
      } catch (RuntimeException e) {
        // what another node sends must not end the thread that reads the bus
        failed("do what another server asked for", e);
      }
    }

    private void handle(String serverId, ClusterMessage message, String offset) {
      if (message instanceof ClusterMessage.Broadcast broadcast) {
        onBroadcast(serverId, broadcast, offset);
      } else if (message instanceof ClusterMessage.SocketsJoin join) {
        node.join(join.options(), join.rooms());
      } else if (message instanceof ClusterMessage.SocketsLeave leave) {
        node.leave(leave.options(), leave.rooms());
      } else if (message instanceof ClusterMessage.DisconnectSockets disconnect) {
        node.disconnect(disconnect.options(), disconnect.close());
      } else if (message instanceof ClusterMessage.FetchSockets fetch) {
        var reply = new ClusterReply.Sockets(fetch.requestId(), node.snapshots(fetch.options()));
        logFailure(adapter.reply(serverId, reply), "answer a request");
      } else if (message instanceof ClusterMessage.ServerSideEmit emit) {
        node.serverSideEvent(emit.event(), emit.args(), answerer(serverId, emit));
      }
    }

    private void onBroadcast(String serverId, ClusterMessage.Broadcast broadcast, String offset) {
      String requestId = broadcast.requestId();
      if (requestId == null) {
        deliverInOrder(broadcast, offset);
        return;
      }
      var sink =
          new LocalNode.AckSink() {
            @Override
            public void acknowledged(Args args) {
              logFailure(
                  adapter.reply(serverId, new ClusterReply.ClientAck(requestId, args)),
                  "pass on an acknowledgement");
            }

            @Override
            public void gone() {
              // the wire formats have no word for it; the node that asked waits for its time-out
            }
          };
      int count = node.deliverWithAck(broadcast, timeout(broadcast.options()), sink);
      logFailure(
          adapter.reply(serverId, new ClusterReply.ClientCount(requestId, count)),
          "answer a request");
    }

    private @Nullable Consumer<Args> answerer(String serverId, ClusterMessage.ServerSideEmit emit) {
      String requestId = emit.requestId();
      if (requestId == null) {
        return null;
      }
      return args ->
          logFailure(
              adapter.reply(serverId, new ClusterReply.ServerSide(requestId, args)),
              "answer a request");
    }

    @Override
    public void onReply(ClusterReply reply) {
      if (reply instanceof ClusterReply.ClientCount count) {
        AckCollector collector = ackRequests.get(reply.requestId());
        if (collector != null) {
          collector.clients(count.count());
        }
      } else if (reply instanceof ClusterReply.ClientAck ack) {
        AckCollector collector = ackRequests.get(reply.requestId());
        if (collector != null) {
          collector.acknowledged(ack.args());
        }
      } else {
        PendingReplies<ClusterReply> pending = requests.get(reply.requestId());
        if (pending != null) {
          pending.add(reply);
        }
      }
    }
  }
}
