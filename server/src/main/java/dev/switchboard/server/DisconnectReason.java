package dev.switchboard.server;

import dev.switchboard.server.engine.CloseReason;

/** Why a socket was disconnected. The texts are the reference's. */
public enum DisconnectReason {
  /** The connection was cut, or the client broke a rule of the transport. */
  TRANSPORT_ERROR("transport error", true),
  /** The client closed the connection: the tab was closed, the network went. */
  TRANSPORT_CLOSE("transport close", true),
  /**
   * The server closed the connection, for example since the client broke a rule of the protocol.
   */
  FORCED_CLOSE("forced close", true),
  /** The server closed the connection while no poll was waiting. */
  FORCED_SERVER_CLOSE("forced server close", true),
  /** The client did not answer a ping in time. */
  PING_TIMEOUT("ping timeout", true),
  /** The client sent what is no Engine.IO packet. */
  PARSE_ERROR("parse error", false),
  /** The server is being closed. */
  SERVER_SHUTTING_DOWN("server shutting down", true),
  /** The client left the namespace. */
  CLIENT_NAMESPACE_DISCONNECT("client namespace disconnect", false),
  /** The server disconnected the socket: {@link Socket#disconnect()}. */
  SERVER_NAMESPACE_DISCONNECT("server namespace disconnect", false);

  private final String text;
  private final boolean recoverable;

  DisconnectReason(String text, boolean recoverable) {
    this.text = text;
    this.recoverable = recoverable;
  }

  /** The reference's word for it, as a JavaScript server would report it. */
  public String text() {
    return text;
  }

  /** Whether the client may resume its session, if connection state recovery is on. */
  public boolean recoverable() {
    return recoverable;
  }

  static DisconnectReason of(CloseReason reason) {
    return switch (reason) {
      case TRANSPORT_ERROR -> TRANSPORT_ERROR;
      case TRANSPORT_CLOSE -> TRANSPORT_CLOSE;
      case FORCED_CLOSE -> FORCED_CLOSE;
      case FORCED_SERVER_CLOSE -> FORCED_SERVER_CLOSE;
      case PING_TIMEOUT -> PING_TIMEOUT;
      case PARSE_ERROR -> PARSE_ERROR;
    };
  }

  @Override
  public String toString() {
    return text;
  }
}
