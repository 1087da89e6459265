package dev.switchboard.server;

import dev.switchboard.server.engine.ConnectionError;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says once in the log what is wrong when one of several servers keeps getting requests of sessions
 * that it does not have: the load balancer spreads them. Any thread.
 *
 * <p>A few such requests are no sign of that: clients come back to a server that was restarted.
 */
final class StickySessionsHint {
  private static final Logger log = LoggerFactory.getLogger(StickySessionsHint.class);
  private static final int UNKNOWN_SESSION = 1;
  private static final int ID_LENGTH = 20;

  /** So many requests are a sign. */
  static final int ENOUGH = 20;

  private final AtomicInteger unknown = new AtomicInteger();

  void note(ConnectionError error) {
    if (error.code() == UNKNOWN_SESSION
        && error.context().get("sid") instanceof String sid
        && sid.length() == ID_LENGTH
        && unknown.get() < ENOUGH
        && unknown.incrementAndGet() == ENOUGH) {
      log.warn(
          "{} requests named sessions that are not on this server. If there are several servers"
              + " behind a load balancer, either make its sessions sticky, or let any server take"
              + " any request: config.engineBus(...)",
          ENOUGH);
    }
  }
}
