package dev.switchboard.server.engine;

/**
 * The Engine.IO server: routes requests to sessions, opens and closes them. The transport's library
 * feeds it.
 */
public final class EngineServer {
  EngineServer() {}
}
