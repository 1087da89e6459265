package dev.switchboard.client;

/**
 * An acknowledgement will not come, since the connection is gone. The server may have got the
 * event.
 */
public final class SocketDisconnectedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SocketDisconnectedException() {
    super("socket has been disconnected", null, false, false);
  }
}
