package dev.switchboard.client;

/** A handler that was registered. */
@FunctionalInterface
public interface Registration {
  /** Removes the handler; does nothing the second time. */
  void remove();
}
