package dev.switchboard.client;

import org.jspecify.annotations.Nullable;

/**
 * Acknowledges an event. The first call counts, others do nothing; so does a call for a server that
 * asked for no acknowledgement or is gone. Any thread, also after the handler has returned.
 */
@FunctionalInterface
public interface Ack {
  void send(@Nullable Object... values);
}
