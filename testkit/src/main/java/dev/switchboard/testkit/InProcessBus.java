package dev.switchboard.testkit;

import dev.switchboard.protocol.cluster.Adapter;
import dev.switchboard.protocol.cluster.AdapterContext;
import dev.switchboard.protocol.cluster.AdapterFactory;
import dev.switchboard.protocol.cluster.ClusterMessage;
import dev.switchboard.protocol.cluster.ClusterReply;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Joins servers of one JVM to a cluster: give each {@link #adapter()} of one bus. Messages travel
 * on a thread of the bus's own, in order, as they would over a real one.
 *
 * <p>Any thread. Close it when the servers are closed.
 */
public final class InProcessBus implements AutoCloseable {
  private final Map<String, List<Node>> nodes = new ConcurrentHashMap<>();
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

  @Override
  public void close() {
    wire.shutdownNow();
  }

  private CompletionStage<Void> transmit(Runnable delivery) {
    return CompletableFuture.runAsync(delivery, wire);
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
