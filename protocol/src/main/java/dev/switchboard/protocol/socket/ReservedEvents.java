package dev.switchboard.protocol.socket;

import java.util.Set;

/**
 * The event names that mean something to a client or a server itself and so cannot be sent: those
 * of the reference. A decoder refuses them; a server refuses to emit them.
 */
public final class ReservedEvents {
  public static final Set<String> NAMES =
      Set.of(
          "connect",
          "connect_error",
          "disconnect",
          "disconnecting",
          "newListener",
          "removeListener");

  private ReservedEvents() {}

  public static boolean contains(String name) {
    return NAMES.contains(name);
  }
}
