package dev.switchboard.server;

/**
 * Looks at a socket before it is connected to a namespace. Runs on the handler executor and may
 * block; the middlewares of a namespace run in the order of their registration. To return is to
 * accept.
 *
 * <p>What the socket emits here reaches the client before its {@code connect} event; rooms that it
 * joins are left again if it is refused.
 */
@FunctionalInterface
public interface Middleware {
  /**
   * Accepts the socket, by returning.
   *
   * @throws ConnectRejected to refuse the socket; any other exception refuses it too, with a
   *     message that tells nothing
   */
  void handle(Socket socket) throws Exception;
}
