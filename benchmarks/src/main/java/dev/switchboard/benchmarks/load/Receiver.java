package dev.switchboard.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;

/** What clients tell the traffic that they belong to, on the thread that turns their loop. */
interface Receiver {

  /** The namespace is connected. */
  default void connected(Client client) throws IOException {}

  /**
   * An event came. The whole Engine.IO message, from its {@code 42}, lies at {@code offset}; it may
   * be read with absolute reads until this method returns.
   */
  default void event(Client client, ByteBuffer in, int offset, int length) throws IOException {
    throw new IllegalStateException("an event that nobody asked for");
  }

  /** An acknowledgement came. */
  default void acknowledged(Client client) throws IOException {
    throw new IllegalStateException("an acknowledgement that nobody asked for");
  }

  /** The connection has ended after {@link Client#close}. */
  default void closed(Client client) throws IOException {}
}
