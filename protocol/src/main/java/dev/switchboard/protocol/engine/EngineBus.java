package dev.switchboard.protocol.engine;

import java.util.concurrent.CompletionStage;

/**
 * Carries the messages of an Engine.IO cluster: with it, no sticky sessions are needed. A port.
 *
 * <p>What one node publishes reaches each other node in the order in which it was published; for
 * what several nodes publish there is no order. Any thread; nothing blocks.
 */
public interface EngineBus extends AutoCloseable {
  /**
   * Sends a message to the node that it is for, or to all.
   *
   * @return completes when it is sent; fails if it could not be
   */
  CompletionStage<Void> publish(EngineMessage message);

  /** Nothing is received from then on; what was published before is still sent. */
  @Override
  void close();
}
