package dev.switchboard.client;

import dev.switchboard.client.engine.CloseReason;

/** Why a socket was disconnected. The texts are those of the JavaScript client. */
public enum DisconnectReason {
  /** The server disconnected the socket. It does not reconnect by itself. */
  IO_SERVER_DISCONNECT("io server disconnect"),
  /** {@link ClientSocket#disconnect} or {@link ClientSocket#close}. */
  IO_CLIENT_DISCONNECT("io client disconnect"),
  /** The server did not ping in time. */
  PING_TIMEOUT("ping timeout"),
  /** The connection was closed: the server ended, or the network went. */
  TRANSPORT_CLOSE("transport close"),
  /** The connection failed. */
  TRANSPORT_ERROR("transport error"),
  /** The server sent what is no packet: mostly since the two have different parsers. */
  PARSE_ERROR("parse error");

  private final String text;

  DisconnectReason(String text) {
    this.text = text;
  }

  static DisconnectReason of(CloseReason reason) {
    return switch (reason) {
      case TRANSPORT_ERROR -> TRANSPORT_ERROR;
      case TRANSPORT_CLOSE -> TRANSPORT_CLOSE;
      case PING_TIMEOUT -> PING_TIMEOUT;
      case FORCED_CLOSE -> IO_CLIENT_DISCONNECT;
    };
  }

  /** Whether the socket reconnects by itself. */
  public boolean reconnects() {
    return this != IO_SERVER_DISCONNECT && this != IO_CLIENT_DISCONNECT;
  }

  /** The JavaScript client's word for it. */
  public String text() {
    return text;
  }

  @Override
  public String toString() {
    return text;
  }
}
