package dev.switchboard.server.engine;

import dev.switchboard.protocol.engine.EngineBus;
import dev.switchboard.protocol.engine.EngineBusFactory;
import dev.switchboard.protocol.engine.EngineMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * Joins engines of one virtual time. What is published is on its way until the clock settles, and
 * then reaches all nodes that are not dead.
 */
final class FakeBus implements EngineBusFactory {
  private final FakeEventLoop wire;
  private final List<Node> nodes = new ArrayList<>();
  final List<EngineMessage> sent = new ArrayList<>();

  FakeBus(FakeClock clock) {
    this.wire = clock.newLoop("bus");
  }

  @Override
  public EngineBus open(String nodeId, Consumer<EngineMessage> receiver) {
    Node node = new Node(nodeId, receiver);
    nodes.add(node);
    return node;
  }

  /** The node that was opened so many after the first. */
  Node node(int index) {
    return nodes.get(index);
  }

  final class Node implements EngineBus {
    final String id;
    private final Consumer<EngineMessage> receiver;
    private boolean dead;
    private boolean failing;

    private Node(String id, Consumer<EngineMessage> receiver) {
      this.id = id;
      this.receiver = receiver;
    }

    @Override
    public CompletionStage<Void> publish(EngineMessage message) {
      if (failing) {
        return CompletableFuture.failedFuture(new IllegalStateException("the bus is down"));
      }
      CompletableFuture<Void> done = new CompletableFuture<>();
      if (!dead) {
        sent.add(message);
        wire.execute(
            () -> {
              nodes.forEach(node -> node.receive(message));
              done.complete(null);
            });
      }
      return done;
    }

    private void receive(EngineMessage message) {
      if (!dead) {
        receiver.accept(message);
      }
    }

    /** The node is gone, and nobody is told. */
    void die() {
      dead = true;
    }

    /** What the node publishes fails from now on. */
    void fail() {
      failing = true;
    }

    /** A message that a node of another kind might send. */
    void inject(EngineMessage message) {
      wire.execute(() -> nodes.forEach(node -> node.receive(message)));
    }

    @Override
    public void close() {
      dead = true;
    }
  }
}
