package dev.switchboard.client;

import dev.switchboard.client.engine.ClientLoop;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The connections that sockets of further namespaces may share. Any thread.
 *
 * <p>A connection is shared by sockets with the same settings for it, each in a namespace of its
 * own, as in the JavaScript client. One that no socket wants any more is forgotten; should a socket
 * of it connect again, it has it for itself.
 */
final class Managers {
  static final Managers SHARED = new Managers(ClientLoop.shared());

  private final ClientLoop loop;
  private final Map<ManagerSettings, Shared> shared = new HashMap<>();

  private record Shared(Manager manager, Set<String> namespaces) {}

  private Managers(ClientLoop loop) {
    this.loop = loop;
  }

  /** The connection for a socket in a namespace. */
  synchronized Manager of(ManagerSettings settings, String namespace, boolean forceNew) {
    Shared known = forceNew ? null : shared.get(settings);
    if (known != null && known.namespaces.add(namespace)) {
      return known.manager;
    }
    var manager = new Manager(loop, settings, this::forget);
    if (!forceNew && known == null) {
      shared.put(settings, new Shared(manager, new HashSet<>(Set.of(namespace))));
    }
    return manager;
  }

  private synchronized void forget(Manager idle) {
    Shared known = shared.get(idle.settings());
    if (known != null && known.manager == idle) {
      shared.remove(idle.settings());
    }
  }
}
