package dev.switchboard.server.engine;

import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The open sessions by their ids. Any thread. */
final class SessionRegistry {
  private final ConcurrentHashMap<String, EngineSession> sessions = new ConcurrentHashMap<>();

  @Nullable EngineSession find(String id) {
    return sessions.get(id);
  }

  /** Adds a session; false if there is one of that id. */
  boolean add(EngineSession session) {
    return sessions.putIfAbsent(session.id(), session) == null;
  }

  void remove(EngineSession session) {
    sessions.remove(session.id(), session);
  }

  int size() {
    return sessions.size();
  }

  Collection<EngineSession> all() {
    return sessions.values();
  }
}
