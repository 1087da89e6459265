package dev.switchboard.server.engine;

/** What an {@link EngineServer} tells the layer above. */
public interface EngineListener {
  /**
   * A session opened. Called once a session, on its loop, after the open packet was queued and
   * before anything else happens to the session.
   *
   * @return who listens to the session from now on
   */
  SessionListener onOpen(EngineSession session);

  /** A request was refused as wrong. Called on some loop. */
  default void onConnectionError(ConnectionError error) {}

  /** A request was turned away because of a limit. Called on some loop. */
  default void onTurnedAway(RequestInfo request, TurnedAway why) {}
}
