package dev.switchboard.protocol.engine;

import java.util.function.Consumer;

/** Joins a server to the other nodes of an Engine.IO cluster. */
@FunctionalInterface
public interface EngineBusFactory {
  /**
   * Opens a node's end of the bus.
   *
   * @param nodeId the name of the node, six hexadecimal digits
   * @param receiver takes the messages for the node and those for all; its own may be among those.
   *     To be called by one thread at a time, in order; it does not block
   */
  EngineBus open(String nodeId, Consumer<EngineMessage> receiver);
}
