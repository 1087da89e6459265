package dev.switchboard.server;

/** Handles one event; what all forms of registration come to. */
@FunctionalInterface
interface EventHandler {
  void handle(IncomingEvent event) throws Exception;
}
