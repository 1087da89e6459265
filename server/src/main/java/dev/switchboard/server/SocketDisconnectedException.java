package dev.switchboard.server;

/** An acknowledgement will not come, since the socket is gone. */
public final class SocketDisconnectedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SocketDisconnectedException() {
    super("socket has been disconnected", null, false, false);
  }
}
