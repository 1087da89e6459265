package dev.switchboard.client.engine;

/** Why a session ended. The texts are those of the JavaScript client. */
public enum CloseReason {
  /** The network failed, or the server broke a rule of the protocol. */
  TRANSPORT_ERROR("transport error"),
  /** The server closed the connection. */
  TRANSPORT_CLOSE("transport close"),
  /** No ping came in time. */
  PING_TIMEOUT("ping timeout"),
  /** The owner closed the session. */
  FORCED_CLOSE("forced close");

  private final String text;

  CloseReason(String text) {
    this.text = text;
  }

  @Override
  public String toString() {
    return text;
  }
}
