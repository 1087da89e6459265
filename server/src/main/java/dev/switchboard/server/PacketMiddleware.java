package dev.switchboard.server;

/**
 * Looks at every event that a socket receives, before its handlers do. Runs on the handler executor
 * and may block.
 */
@FunctionalInterface
public interface PacketMiddleware {
  /**
   * Lets the event pass, by returning.
   *
   * @throws Exception to drop the event: the socket's {@link Socket#onError} handlers get the
   *     exception, the client no acknowledgement
   */
  void handle(IncomingEvent event) throws Exception;
}
