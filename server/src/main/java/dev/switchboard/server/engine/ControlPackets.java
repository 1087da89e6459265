package dev.switchboard.server.engine;

/** The packets other than messages that a session sends, shared by all sessions. */
final class ControlPackets {
  static final String PROBE = "2probe";
  static final String PROBE_ANSWER = "3probe";
  static final String UPGRADE = "5";

  static final OutboundMessage PING = OutboundMessage.packet("2");
  static final OutboundMessage PONG = OutboundMessage.packet("3");

  private ControlPackets() {}
}
