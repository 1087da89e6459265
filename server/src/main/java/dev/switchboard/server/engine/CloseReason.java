package dev.switchboard.server.engine;

/** Why an Engine.IO session ended; the wire strings are those of the reference. */
public enum CloseReason {
  TRANSPORT_ERROR("transport error"),
  TRANSPORT_CLOSE("transport close"),
  FORCED_CLOSE("forced close"),
  PING_TIMEOUT("ping timeout"),
  PARSE_ERROR("parse error"),
  FORCED_SERVER_CLOSE("forced server close");

  private final String text;

  CloseReason(String text) {
    this.text = text;
  }

  /** The reference's word for it. */
  public String text() {
    return text;
  }

  @Override
  public String toString() {
    return text;
  }
}
