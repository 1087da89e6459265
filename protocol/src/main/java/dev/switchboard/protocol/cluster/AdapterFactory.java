package dev.switchboard.protocol.cluster;

/** Makes the adapter of each namespace. */
@FunctionalInterface
public interface AdapterFactory {
  /** Called once for each namespace, before any of its sockets connects. */
  Adapter create(AdapterContext context);
}
