package dev.switchboard.server.engine;

import dev.switchboard.protocol.engine.EngineBusFactory;
import java.time.Duration;
import java.util.Objects;

/**
 * How nodes share their clients' requests, so that no sticky sessions are needed. Times are the
 * reference's; all nodes should have the same.
 *
 * @param bus what joins the nodes
 * @param responseTimeout how long another node's answer is waited for; a request whose session
 *     nobody owns is refused after it. Default 1 s
 * @param noopUpgradeInterval after how long a GET that waits is ended when a client upgrades on
 *     another node, and again after as long. Default 200 ms
 * @param delayedConnectionTimeout how long the connection of a polling client is held back, so that
 *     the node that its WebSocket reaches can take the session over. Default 300 ms
 */
public record ClusterSettings(
    EngineBusFactory bus,
    Duration responseTimeout,
    Duration noopUpgradeInterval,
    Duration delayedConnectionTimeout) {
  public ClusterSettings {
    Objects.requireNonNull(bus, "bus");
    Checks.positive("responseTimeout", responseTimeout);
    Checks.positive("noopUpgradeInterval", noopUpgradeInterval);
    Checks.positive("delayedConnectionTimeout", delayedConnectionTimeout);
  }

  /** The defaults. */
  public static ClusterSettings of(EngineBusFactory bus) {
    return new ClusterSettings(
        bus, Duration.ofSeconds(1), Duration.ofMillis(200), Duration.ofMillis(300));
  }

  /** See {@link ClusterSettings#responseTimeout}. */
  public ClusterSettings responseTimeout(Duration timeout) {
    return new ClusterSettings(bus, timeout, noopUpgradeInterval, delayedConnectionTimeout);
  }

  /** See {@link ClusterSettings#noopUpgradeInterval}. */
  public ClusterSettings noopUpgradeInterval(Duration interval) {
    return new ClusterSettings(bus, responseTimeout, interval, delayedConnectionTimeout);
  }

  /** See {@link ClusterSettings#delayedConnectionTimeout}. */
  public ClusterSettings delayedConnectionTimeout(Duration timeout) {
    return new ClusterSettings(bus, responseTimeout, noopUpgradeInterval, timeout);
  }
}
