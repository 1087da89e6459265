package dev.switchboard.redis;

import dev.switchboard.protocol.cluster.ClusterMessage;
import java.util.concurrent.CompletionStage;

/** Carries an emitter's messages, of all namespaces, in the format of one adapter. Any thread. */
interface EmitterBus extends AutoCloseable {
  /**
   * Sends a message that wants no answer.
   *
   * @return completes when Redis has it
   */
  CompletionStage<Void> publish(String namespace, ClusterMessage message);

  @Override
  void close();
}
