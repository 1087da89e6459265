package dev.switchboard.testkit;

import dev.switchboard.protocol.cluster.Adapter;
import dev.switchboard.protocol.cluster.AdapterContext;
import dev.switchboard.protocol.cluster.AdapterFactory;
import dev.switchboard.protocol.cluster.ClusterMessage;
import dev.switchboard.protocol.cluster.ClusterReply;
import dev.switchboard.protocol.engine.EngineBus;
import dev.switchboard.protocol.engine.EngineBusFactory;
import dev.switchboard.protocol.engine.EngineMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Joins servers of one JVM to a cluster: give each {@link #adapter()} of one bus, and {@link
 * #engineBus()} too if clients' requests shall reach any of them. Messages travel on a thread of
 * the bus's own, in order, as they would over a real one.
 *
 * <p>Any thread. Close it when the servers are closed.
 */
public final class InProcessBus implements AutoCloseable {
  private final Map<String, List<Node>> nodes = new ConcurrentHashMap<>();
  private final List<EngineNode> engines = new CopyOnWriteArrayList<>();
  private final AtomicInteger numbers = new AtomicInteger();
  private final ExecutorService wire =
      Executors.newSingleThreadExecutor(
          task -> {
            var thread = new Thread(task, "in-process-bus");
            thread.setDaemon(true);
            return thread;
          });

  /** What makes the adapters of one server. */
  public AdapterFactory adapter() {
    return Node::new;
  }

  /**
   * What makes clients' requests reach any of the servers, so that no sticky sessions are needed.
   */
  public EngineBusFactory engineBus() {
    return EngineNode::new;
  }

  @Override
  public void close() {
    wire.shutdownNow();
  }

  private CompletionStage<Void> transmit(Runnable delivery) {
    return CompletableFuture.runAsync(delivery, wire);
  }

  /** One server's end of what engines tell each other. */
  private final class EngineNode implements EngineBus {
    private final String id;
    private final Consumer<EngineMessage> receiver;

    EngineNode(String id, Consumer<EngineMessage> receiver) {
      this.id = id;
      this.receiver = receiver;
      engines.add(this);
    }

    @Override
    public CompletionStage<Void> publish(EngineMessage message) {
      String recipient = message.recipientId();
      return transmit(
          () -> {
            for (EngineNode node : engines) {
              if (recipient == null || recipient.equals(node.id)) {
                node.receiver.accept(message);
              }
            }
          });
    }

    @Override
    public void close() {
      engines.remove(this);
    }
  }

  /** One server's end of one namespace. */
  private final class Node implements Adapter {
    private final String serverId = "node-" + numbers.incrementAndGet();
    private final AdapterContext context;

    Node(AdapterContext context) {
      this.context = context;
      nodes.compute(
          context.namespace(),
          (name, known) -> {
            List<Node> more = known == null ? new ArrayList<>() : new ArrayList<>(known);
            more.add(this);
            return List.copyOf(more);
          });
    }

    private List<Node> all() {
      return nodes.getOrDefault(context.namespace(), List.of());
    }

    @Override
    public CompletionStage<String> publish(ClusterMessage message) {
      transmit(
          () -> {
            for (Node node : all()) {
              if (node != this) {
                node.context.onMessage(serverId, message, "");
              }
            }
          });
      return CompletableFuture.completedFuture("");
    }

    @Override
    public CompletionStage<Void> reply(String recipient, ClusterReply reply) {
      return transmit(
          () -> {
            Optional<Node> asker =
                all().stream().filter(node -> node.serverId.equals(recipient)).findFirst();
            asker.ifPresent(node -> node.context.onReply(reply));
          });
    }

    @Override
    public CompletionStage<Integer> serverCount() {
      return CompletableFuture.completedFuture(all().size());
    }

    @Override
    public void close() {
      nodes.computeIfPresent(
          context.namespace(),
          (name, known) -> known.stream().filter(node -> node != this).toList());
    }
  }
}
